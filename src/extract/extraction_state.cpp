// SPDX-License-Identifier: Apache-2.0
#include "extract/extraction_state.h"

#include <algorithm>
#include <utility>

#include "base/readable_file.h"
#include "base/root_folder.h"
#include "extract/publication.h"
#include "parquet/footer.h"
#include "parquet/key_column.h"

namespace holdfast::extract {
namespace {

Result<std::string> key_column_of(const parquet::Footer& footer, const ExtractionConfig& config) {
  for (const std::string& name : config.key_columns) {
    const bool has_it = std::ranges::any_of(
        footer.columns, [&](const parquet::FooterColumn& column) { return column.path == name; });
    if (has_it) return name;
  }
  std::string wanted;
  for (const std::string& name : config.key_columns)
    wanted += (wanted.empty() ? "\"" : " or \"") + name + '"';
  std::string there;
  for (const parquet::FooterColumn& column : footer.columns)
    there += (there.empty() ? "" : ", ") + printable_path(column.path);
  return Error(Code::invalid,
               printable_path(config.out) + ": there is no column " + wanted + "; it has " + there,
               "name the column of the keys: key = \"…\" in [extract." + config.name + ']');
}

Status read_rows(Published& out, const ExtractionConfig& config, FileSystem& files, Pages pages) {
  TRY_ASSIGN(const auto file, readable_in(files, config.out));
  TRY_ASSIGN(const auto footer, parquet::read_footer(*file));
  out.row_count = footer.row_count;
  if (const auto made_by = footer.value_of(kExtractorKey)) out.extractor = *made_by;
  if (pages == Pages::checked) {
    TRY_ASSIGN(out.pages, parquet::check_pages(*file, footer));
  }
  TRY_ASSIGN(out.key_column, key_column_of(footer, config));
  TRY(parquet::visit_keys(*file, out.key_column, [&](const parquet::KeyBatch& batch) -> Status {
    for (std::size_t i = 0; i < batch.keys.size(); ++i) {
      if (batch.is_null(i)) {
        ++out.rows.nameless;
      } else {
        out.rows.add(batch.keys[i]);
      }
    }
    return {};
  }));
  return {};
}

Result<Published> read_published(const ExtractionConfig& config, FileSystem& files, Pages pages) {
  Published out;
  TRY_ASSIGN(out.exists, files.exists(config.out));
  if (!out.exists) return out;
  if (auto read = read_rows(out, config, files, pages); !read) {
    if (read.error().code() == Code::unsupported)
      return std::move(read).error().hinted(
          "name the column of the keys: key = \"…\" in [extract." + config.name + "], or --key");
    out.unreadable = std::move(read).error();
  }
  return out;
}

Result<Items> items_of(const ExtractionConfig& config, FileSystem& files) {
  if (config.items) return list_items(config.workspace_folder, *config.items);
  return read_items(files, *config.items_file);
}

}  // namespace

Accounts accounts_of(const ExtractionState& state) {
  Accounts out = account(state.sides());
  if (state.published.unreadable) {
    for (auto* list : {&out.missing, &out.pending, &out.unpublished, &out.unclaimed_staged})
      list->clear();
  }
  const bool all_items =
      state.items && state.items->unreadable.empty() && !state.items->keys.empty();
  if (!all_items) out.strangers.clear();
  return out;
}

Result<ExtractionState> read_state(const ExtractionConfig& config, FileSystem& files, Pages pages,
                                   const Cancel* cancel) {
  const auto stopped = [&] { return cancel != nullptr && cancel->requested(); };
  const Error asked_to_stop(Code::cancelled, "extract." + config.name + ": asked to stop");
  ExtractionState out;
  TRY_ASSIGN(out.ledger, read_ledger(files, config.ledger()));
  if (stopped()) return asked_to_stop;
  TRY_ASSIGN(out.staging, read_staging(files, config.staging(), config.key_columns,
                                       [&](const StagedRow& row) -> Status {
                                         out.staged.add(row.key);
                                         return {};
                                       }));
  if (stopped()) return asked_to_stop;
  TRY_ASSIGN(out.published, read_published(config, files, pages));
  if (stopped()) return asked_to_stop;
  if (!config.items && !config.items_file) return out;
  auto items = items_of(config, files);
  if (items) {
    out.items = *std::move(items);
  } else {
    out.items_unreadable = std::move(items).error();
  }
  return out;
}

}  // namespace holdfast::extract
