// SPDX-License-Identifier: Apache-2.0
#include "extract/publication.h"

#include <algorithm>
#include <optional>

#include "base/failpoint.h"
#include "base/readable_file.h"
#include "base/root_folder.h"
#include "base/whole_file.h"
#include "core/fields.h"
#include "extract/accounting.h"
#include "extract/row_buffer.h"
#include "extract/staging.h"
#include "parquet/footer.h"
#include "parquet/key_column.h"
#include "parquet/page_check.h"
#include "parquet/table_reader.h"
#include "parquet/table_writer.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kBufferRows = 4096;

class Publishing {
 public:
  Publishing(const ExtractionConfig& config, FileSystem& files, const PublicationOptions& options)
      : config_(config), files_(files), options_(options) {}

  Status prepare() {
    TRY_ASSIGN(staged_, index_staging(files_, config_.staging(), config_.key_columns));
    TRY(read_old());
    return settle_columns();
  }

  Status check() {
    TRY(prepare());
    RowBuffer nowhere(columns_);
    return copy_staged(nowhere, [](const parquet::RowBatch&) { return Status(); });
  }

  Result<Publication> run() {
    TRY(prepare());
    out_.rows_before = footer_ ? footer_->row_count : 0;
    std::uint64_t replaced = 0;
    for (std::size_t i = 0; i < staged_.keys.size(); ++i) {
      const bool is_new = !old_keys_.contains(staged_.keys.at(i));
      if (is_new) out_.keys.add(staged_.keys.at(i));
      replaced += is_new ? 0 : 1;
    }
    TRY_ASSIGN(about_,
               core::canonical_json({{"publication", options_.id},
                                     {"rows_before", static_cast<std::int64_t>(out_.rows_before)},
                                     {"staged", static_cast<std::int64_t>(staged_.keys.size())},
                                     {"replaced", static_cast<std::int64_t>(replaced)}}));
    TRY_ASSIGN(auto file, WholeFile::create(files_, config_.out));
    TRY(write_rows(file));
    HOLDFAST_FAILPOINT("extraction.before_publish");
    const auto check = [this](const std::string& path) -> Status {
      TRY(verify(path));
      return require_unchanged();
    };
    TRY(file.commit(check));
    HOLDFAST_FAILPOINT("extraction.published");
    return out_;
  }

 private:
  Status read_old() {
    const auto identity = files_.identity(config_.out);
    if (!identity && identity.error().code() == Code::not_found) return {};
    if (!identity) return identity.error();
    old_identity_ = *identity;
    TRY_ASSIGN(const auto file, readable_in(files_, config_.out));
    TRY_ASSIGN(footer_, parquet::read_footer(*file));
    TRY_ASSIGN(old_columns_, parquet::table_columns(*footer_, file->name()));
    std::string twice;
    TRY(parquet::visit_keys(*file, options_.key_column,
                            [&](const parquet::KeyBatch& batch) -> Status {
                              for (std::size_t i = 0; i < batch.keys.size(); ++i) {
                                if (batch.is_null(i)) continue;
                                if (!old_keys_.insert(batch.keys[i])) {
                                  if (twice.empty()) twice = batch.keys[i];
                                  continue;
                                }
                                out_.keys.add(batch.keys[i]);
                              }
                              return {};
                            }));
    if (twice.empty()) return {};
    return Error(Code::conflict,
                 printable_path(config_.out) + ": the key \"" + printable_path(twice) +
                     "\" has more than one row; nothing was published",
                 "holdfast extract check names all of them");
  }

  // What the file has stays in its order; new columns come behind it.
  Status settle_columns() {
    columns_ = old_columns_;
    if (columns_.empty())
      columns_.push_back({options_.key_column, ColumnType::string, parquet::Nullable::no});
    for (const Column& column : options_.columns) {
      const auto found = std::ranges::find(columns_, column.name, &Column::name);
      if (found == columns_.end()) {
        columns_.push_back({column.name, column.type, parquet::Nullable::yes});
      } else if (found->type != column.type) {
        return Error(
            Code::conflict,
            printable_path(config_.out) + ": column \"" + printable_path(column.name) + "\" is " +
                std::string(parquet::column_type_name(found->type)) + ", and the rows have " +
                std::string(parquet::column_type_name(column.type)) + "; nothing was published",
            "declare it with the type it has, or publish into another file");
      } else {
        found->nullable = parquet::Nullable::yes;
      }
    }
    for (const Column& column : columns_) {
      const auto in_rows = std::ranges::find(options_.columns, column.name, &Column::name);
      const auto in_old = std::ranges::find(old_columns_, column.name, &Column::name);
      from_rows_.push_back(column.name == options_.key_column ? RowBuffer::kKey
                           : in_rows == options_.columns.end()
                               ? -1
                               : static_cast<int>(in_rows - options_.columns.begin()));
      from_old_.push_back(
          in_old == old_columns_.end() ? -1 : static_cast<int>(in_old - old_columns_.begin()));
    }
    // A row without a value for it may come now.
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (from_rows_[i] == -1 && !staged_.keys.empty())
        columns_[i].nullable = parquet::Nullable::yes;
    }
    return {};
  }

  Status write_rows(WholeFile& file) {
    parquet::TableOptions table;
    table.columns = columns_;
    table.key_values = options_.key_values;
    table.key_values.emplace_back(kKeySetKey, out_.keys.text());
    table.key_values.emplace_back(kPublicationKey, about_);
    TRY_ASSIGN(auto writer,
               parquet::TableWriter::create(parquet::sink_into(file), std::move(table)));
    const auto write = [&](const parquet::RowBatch& batch) { return writer.write(batch); };
    RowBuffer buffer(columns_);
    TRY(copy_old(buffer, write));
    TRY(copy_staged(buffer, write));
    TRY(buffer.flush(write));
    TRY(writer.finish());
    out_.row_count = writer.row_count();
    return {};
  }

  Status copy_old(RowBuffer& buffer, const std::function<Status(const parquet::RowBatch&)>& write) {
    if (!footer_) return {};
    TRY_ASSIGN(auto file, readable_in(files_, config_.out));
    TRY_ASSIGN(auto reader, parquet::TableReader::open(std::move(file)));
    const auto found = std::ranges::find(old_columns_, options_.key_column, &Column::name);
    const auto key = static_cast<std::size_t>(found - old_columns_.begin());
    parquet::RowBatch batch;
    for (;;) {
      TRY_ASSIGN(const bool more, reader.next(batch));
      if (!more) return {};
      for (std::size_t i = 0; i < batch.row_count; ++i) {
        const bool has_key = !batch.columns[key].is_null(i);
        if (has_key && staged_.keys.contains(batch.columns[key].texts[i])) {
          ++out_.replaced_count;
          continue;
        }
        buffer.add(batch, i, from_old_);
        if (buffer.row_count() >= kBufferRows) TRY(buffer.flush(write));
      }
    }
  }

  Status copy_staged(RowBuffer& buffer,
                     const std::function<Status(const parquet::RowBatch&)>& write) {
    const auto take = [&](const StagedRow& staged) -> Status {
      if (!staged_.is_last(staged)) return {};
      auto row = read_row(staged.json, staged.key_column, options_.columns);
      if (!row)
        return std::move(row).error().with(printable_path(config_.staging()) + " at byte " +
                                           std::to_string(staged.offset));
      TRY(require_recorded(staged, *row));
      buffer.add(*row, from_rows_);
      ++out_.staged_count;
      return buffer.row_count() >= kBufferRows ? buffer.flush(write) : Status();
    };
    const auto reading = read_staging(files_, config_.staging(), config_.key_columns, take);
    if (!reading) return reading.error();
    return {};
  }

  // A staging file that somebody put back or changed would else replace good rows that have no other copy.
  Status require_recorded(const StagedRow& staged, const Row& row) const {
    if (options_.ledger == nullptr) return {};
    const core::Sha256Digest* recorded = recorded_digest(*options_.ledger, staged.key);
    if (recorded == nullptr || *recorded == row_digest(row, options_.columns)) return {};
    return Error(Code::conflict,
                 printable_path(config_.staging()) + " at byte " + std::to_string(staged.offset) +
                     ": the row of \"" + printable_path(staged.key) +
                     "\" is not what was extracted, as its ledger says; nothing was published",
                 "holdfast extract repair " + config_.arguments +
                     " takes it out and keeps the old file; then run the same command again");
  }

  // Somebody may have written the old file by another name of it, or past every lock.
  Status require_unchanged() const {
    const auto now = files_.identity(config_.out);
    const bool same = old_identity_ ? now && *now == *old_identity_
                                    : !now && now.error().code() == Code::not_found;
    if (same) return {};
    return Error(Code::conflict,
                 printable_path(config_.out) +
                     " was written by somebody else while its new rows were; nothing was published",
                 "look who else writes it, and run the same command again");
  }

  // The file that is about to get the name, read again as anybody would.
  Status verify(const std::string& path) const {
    TRY_ASSIGN(const auto file, readable_in(files_, path));
    TRY_ASSIGN(const auto footer, parquet::read_footer(*file));
    TRY_ASSIGN(const auto columns, parquet::table_columns(footer, file->name()));
    KeySet keys;
    KeySetDigest digest;
    std::uint64_t nameless = 0;
    TRY(parquet::visit_keys(*file, options_.key_column,
                            [&](const parquet::KeyBatch& batch) -> Status {
                              for (std::size_t i = 0; i < batch.keys.size(); ++i) {
                                if (batch.is_null(i)) {
                                  ++nameless;
                                } else if (keys.insert(batch.keys[i])) {
                                  digest.add(batch.keys[i]);
                                }
                              }
                              return {};
                            }));
    TRY_ASSIGN(const auto pages, parquet::check_pages(*file, footer));
    const bool is_whole = footer.row_count == out_.row_count && digest == out_.keys &&
                          footer.row_count == digest.count + nameless && columns == columns_ &&
                          pages.faults.empty() && (pages.all_checked() || footer.row_count == 0);
    if (is_whole) return {};
    return Error(Code::corrupt,
                 printable_path(config_.out) +
                     ": read again before it was published, the new file has " +
                     std::to_string(footer.row_count) + " rows with the keys " + digest.text() +
                     ", and should have " + std::to_string(out_.row_count) + " with " +
                     out_.keys.text() + "; the old one stands",
                 "run the same command again; if it stays so, look at the disk");
  }

  const ExtractionConfig& config_;
  FileSystem& files_;
  const PublicationOptions& options_;
  StagedIndex staged_;
  KeySet old_keys_;
  std::optional<parquet::Footer> footer_;  // of the old file; none where there is none
  std::optional<FileIdentity> old_identity_;
  std::vector<Column> old_columns_;
  std::vector<Column> columns_;
  std::vector<int> from_rows_;
  std::vector<int> from_old_;
  std::string about_;  // kPublicationKey
  Publication out_;
};

}  // namespace

std::optional<core::Fields> told_publication(const ExtractionConfig& config, FileSystem& files) {
  const auto file = readable_in(files, config.out);
  if (!file) return {};
  const auto footer = parquet::read_footer(**file);
  if (!footer) return {};
  const auto about = footer->value_of(kPublicationKey);
  const auto keys = footer->value_of(kKeySetKey);
  if (!about || !keys) return {};
  auto fields = core::parse_fields(*about);
  if (!fields) return {};
  fields->push_back({"rows", static_cast<std::int64_t>(footer->row_count)});
  fields->push_back({"key_set", std::string(*keys)});
  return *std::move(fields);
}

Status check_publishable(const ExtractionConfig& config, FileSystem& files,
                         const PublicationOptions& options) {
  return Publishing(config, files, options).check();
}

Result<Publication> publish(const ExtractionConfig& config, FileSystem& files,
                            const PublicationOptions& options) {
  return Publishing(config, files, options).run();
}

}  // namespace holdfast::extract
