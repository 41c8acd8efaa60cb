// SPDX-License-Identifier: Apache-2.0
#include "extract/extraction_state.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "base/readable_file.h"
#include "base/root_folder.h"
#include "base/shell_word.h"
#include "core/batch_crew.h"
#include "extract/publication.h"
#include "extract/published_rows.h"
#include "extract/shards.h"
#include "parquet/arrow_module.h"
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
               config.extractor
                   ? "name the column of the keys: key = \"…\" in [extract." + config.name + ']'
                   : "name the column of the keys: --key COLUMN, or key = \"…\" in its section");
}

Status read_rows(Published& out, KeysInOrder& keys, const ExtractionConfig& config,
                 FileSystem& files, Pages pages) {
  TRY_ASSIGN(const auto file, readable_in(files, config.out));
  TRY_ASSIGN(const auto footer, parquet::read_footer(*file));
  out.row_count = footer.row_count;
  if (const auto made_by = footer.value_of(kExtractorKey)) out.extractor = *made_by;
  if (pages == Pages::checked) {
    TRY_ASSIGN(out.pages, parquet::check_pages(*file, footer));
  }
  TRY_ASSIGN(out.key_column, key_column_of(footer, config));
  std::uint64_t row = 0;
  TRY(parquet::visit_keys(*file, out.key_column, [&](const parquet::KeyBatch& batch) -> Status {
    for (std::size_t i = 0; i < batch.keys.size(); ++i, ++row) {
      if (batch.is_null(i)) {
        ++out.rows.nameless;
        out.nameless_rows.add(std::to_string(row));
      } else if (!keys.insert(batch.keys[i])) {
        out.rows.repeated.emplace_back(batch.keys[i]);
      }
    }
    return {};
  }));
  return {};
}

// A link that leads to nothing yet is no output.
Result<bool> is_there(const std::string& path, FileSystem& files) {
  const auto identity = files.identity(path);
  if (!identity && identity.error().code() == Code::not_found) return false;
  return files.exists(path);
}

// Opening the module takes as long as reading a ledger of 100,000 keys. Whoever needs it waits for it, and hears why it can't be opened.
Status open_arrow_meanwhile(core::BatchCrew& crew, const ExtractionConfig& config,
                            FileSystem& files) {
  TRY_ASSIGN(const bool has_rows, files.exists(config.out));
  if (!has_rows) return {};
  const auto open = [](int) {
    drop(core::without_exceptions([]() -> Status {
           TRY(parquet::arrow_module());
           return {};
         }),
         "it is opened when it is needed");
  };
  drop(crew.hire(1, open), "it is opened when it is needed");
  return {};
}

Result<Published> read_published(const ExtractionConfig& config, FileSystem& files,
                                 const ReadOptions& options, const KeySet& ledger) {
  Published out;
  TRY_ASSIGN(out.exists, is_there(config.out, files));
  if (!out.exists) return out;
  KeysInOrder keys(ledger);
  auto read = read_rows(out, keys, config, files, options.pages);
  out.rows.keys = std::move(keys).take();
  if (!read) {
    out.is_module_missing = read.error().code() == Code::unsupported && !parquet::arrow_module();
    if (out.is_module_missing && options.missing_module == MissingModule::fails)
      return std::move(read).error();
    if (read.error().code() == Code::unsupported && !out.is_module_missing)
      return std::move(read).error().hinted(
          "name the column of the keys: key = \"…\" in [extract." + config.name + "], or --key");
    out.unreadable = std::move(read).error();
  }
  return out;
}

// Decodes these columns of every row. What can't be decoded is damage, which pages with a checksum tell with its place.
Status decode(
    Published& out, const ExtractionConfig& config, FileSystem& files,
    const std::vector<Column>& columns,
    const std::function<Status(const Row&)>& take = [](const Row&) { return Status(); }) {
  auto visited = visit_published_rows(config, files, out.key_column, columns, take);
  if (visited || visited.error().code() != Code::corrupt) return visited;
  if (out.pages && out.pages->faults.empty()) out.undecodable = visited.error();
  return {};
}

// Rows against the digests that the ledger has of them. Where pages have no checksum all values are decoded, with or without digests.
Status look_at_values(Published& out, const Ledger& ledger, const ExtractionConfig& config,
                      FileSystem& files) {
  const core::Sha256Digest none{};
  const bool has_digests = std::ranges::any_of(
      ledger.row_digests, [&](const core::Sha256Digest& digest) { return digest != none; });
  const bool is_unchecked = out.pages && out.pages->unchecked_count() > 0;
  if (!out.exists || out.unreadable || (!has_digests && !is_unchecked)) return {};
  auto there = published_columns(config, files, out.key_column);
  const auto nothing_decoded = [&](const Error& why) {
    out.not_decoded = why.message();
    out.is_nothing_decoded = true;
    return Status();
  };
  if (!there)
    return there.error().code() == Code::corrupt ? nothing_decoded(there.error())
                                                 : Status(there.error());
  for (const std::string& name : there->others)
    out.not_decoded += (out.not_decoded.empty() ? "columns of other types: " : ", ") + name;
  // Columns that no row of ours has were added by somebody, and take nothing away.
  std::vector<Column> columns = std::move(there->columns);
  const auto is_foreign = [](const Column& column) { return column.type == ColumnType::binary; };
  std::vector<Column> foreign;
  std::ranges::copy_if(columns, std::back_inserter(foreign), is_foreign);
  std::erase_if(columns, is_foreign);
  const auto compare = [&](const Row& row) -> Status {
    const std::size_t at = ledger.keys.find(row.key);
    if (!has_digests || at == KeySet::kNone || ledger.row_digests[at] == none) return {};
    ++out.compared;
    const core::Sha256Digest digest = row_digest(row, columns);  // of its key too
    if (digest == ledger.row_digests[at]) return {};
    out.changed.push_back(row.key);
    out.changed_rows.add(core::to_hex(digest));
    return {};
  };
  auto looked = decode(out, config, files, columns, compare);
  if (looked && is_unchecked && !foreign.empty() && !out.undecodable)
    looked = decode(out, config, files, foreign);
  if (looked || has_digests || looked.error().code() != Code::unsupported) return looked;
  return nothing_decoded(looked.error());  // the module is not there
}

Result<Items> items_of(const ExtractionConfig& config, FileSystem& files) {
  TRY_ASSIGN(Items items, config.items ? list_items(config.workspace_folder, *config.items)
                                       : read_items(files, *config.items_file));
  if (!config.shard) return items;
  KeySet ours;
  for (std::size_t i = 0; i < items.keys.size(); ++i) {
    if (config.shard->has(items.keys.at(i))) ours.insert(items.keys.at(i));
  }
  items.keys = std::move(ours);
  return items;
}

constexpr std::chrono::nanoseconds kClockSlack =
    std::chrono::minutes(1);  // two machines may differ

// Whether its age is known and not too great.
bool is_of_age(const Seal& seal, const ReadOptions& options) {
  const std::chrono::nanoseconds age(options.clock->now().ns - seal.sealed_at.ns);
  return age >= -kClockSlack && (!options.max_age || age <= *options.max_age);
}

// Whether the seal answers for everything: what is there is what was compared, and the items are the same.
Result<bool> seal_holds(const Seal& seal, ExtractionState& state, const ExtractionConfig& config,
                        FileSystem& files) {
  TRY_ASSIGN(const bool staged, files.exists(config.staging()));
  if (staged || config.shard || seal.key_columns != config.key_columns) return false;
  const auto now = identities_of(config, files);
  if (!now || now->ledger != seal.ledger || now->out != seal.out) return false;
  state.has_sealed_items = now->items_file && now->items_file == seal.items_file;
  if (state.has_sealed_items || (!config.items && !config.items_file)) return true;
  auto items = items_of(config, files);
  if (!items || !items->unreadable.empty() || items->keys.size() != seal.keys.count) return false;
  if (items->keys.digest() != seal.keys) return false;
  state.items = *std::move(items);
  return true;
}

// What the whole has, for a shard of it: nobody adds to what is lost or can't be read.
Status read_whole(const ExtractionConfig& config, FileSystem& files, KeySet& out) {
  const ExtractionConfig whole = whole_of(config);
  TRY_ASSIGN(const auto state, read_state(whole, files, {.trust_seal = false}));
  const Accounts accounts = accounts_of(state);
  if (state.published.unreadable || !accounts.missing.empty())
    return Error(Code::conflict,
                 "extract." + config.name + ": " + printable_path(whole.out) +
                     (state.published.unreadable
                          ? " can't be read: " + state.published.unreadable->message()
                          : " has lost " + std::to_string(accounts.missing.size()) + " rows"),
                 "look at the whole first: holdfast extract check " + shell_word(config.name));
  for (const KeySet* keys : {&state.staged.keys, &state.published.rows.keys}) {
    for (std::size_t i = 0; i < keys->size(); ++i)
      out.insert(keys->at(i));
  }
  return {};
}

// Whether a shard has a key that the whole has no row of; also where nobody can tell.
bool is_unmerged(const ExtractionConfig& shard, const ExtractionState& whole, FileSystem& files) {
  const auto state = read_state(shard, files, {.trust_seal = false});
  if (!state || state->published.unreadable) return true;
  for (const KeySet* keys :
       {&state->ledger.keys, &state->staged.keys, &state->published.rows.keys}) {
    for (std::size_t i = 0; i < keys->size(); ++i) {
      if (!whole.published.rows.keys.contains(keys->at(i)) &&
          !whole.staged.keys.contains(keys->at(i)))
        return true;
    }
  }
  return false;
}

}  // namespace

Accounts accounts_of(const ExtractionState& state) {
  Accounts out;
  if (state.seal) {
    out.done = state.seal->keys.count;
    return out;
  }
  out = account(state.sides());
  std::erase_if(out.pending,
                [&](const std::string& key) { return state.done_elsewhere.contains(key); });
  if (state.published.unreadable) {
    for (auto* list : {&out.missing, &out.pending, &out.unpublished, &out.unclaimed_staged})
      list->clear();
  }
  const bool all_items = state.items && state.items->unreadable.empty() && state.items->listed > 0;
  if (!all_items) out.strangers.clear();
  return out;
}

Status look_at_staged(ExtractionState& state, const ExtractionConfig& config, FileSystem& files) {
  if (state.staged.keys.empty() || state.ledger.row_digests.empty()) return {};
  std::vector<Column> columns;
  if (config.extractor) {
    columns = config.extractor->columns;
  } else {
    if (!state.published.exists || state.published.unreadable) return {};
    auto there = published_columns(config, files, state.published.key_column);
    if (!there) return {};  // told of the file itself
    columns = std::move(there->columns);
  }
  TRY_ASSIGN(state.staged_values, compare_staged(config, files, state.ledger, columns));
  return {};
}

Result<Seal> identities_of(const ExtractionConfig& config, FileSystem& files) {
  Seal seal;
  TRY_ASSIGN(seal.ledger, files.identity(config.ledger()));
  TRY_ASSIGN(seal.out, files.identity(config.out));
  if (config.items_file) {
    if (auto list = files.identity(*config.items_file)) seal.items_file = *list;
  }
  return seal;
}

Result<ExtractionState> read_state(const ExtractionConfig& config, FileSystem& files,
                                   const ReadOptions& options) {
  const Cancel* cancel = options.cancel;
  const auto stopped = [&] { return cancel != nullptr && cancel->requested(); };
  const Error asked_to_stop(Code::cancelled, "extract." + config.name + ": asked to stop");
  ExtractionState out;
  // It vouches for nothing where it can't be read.
  const auto read = read_manifest(config, files);
  const auto manifest = read ? *read : std::nullopt;
  if (manifest) out.failed = manifest->failed;
  std::vector<core::Shard> shards;
  if (!config.shard) {
    TRY_ASSIGN(shards, shards_beside(config, files));
  }
  const bool may_seal = options.trust_seal && options.pages == Pages::not_read && shards.empty();
  if (manifest && manifest->seal && may_seal && is_of_age(*manifest->seal, options)) {
    TRY_ASSIGN(const bool holds, seal_holds(*manifest->seal, out, config, files));
    if (holds) {
      out.seal = manifest->seal;
      return out;
    }
  }
  core::BatchCrew meanwhile;
  TRY(open_arrow_meanwhile(meanwhile, config, files));
  TRY_ASSIGN(out.ledger, read_ledger(files, config.ledger()));
  if (stopped()) return asked_to_stop;
  TRY_ASSIGN(out.staging, read_staging(files, config.staging(), config.key_columns,
                                       [&](const StagedRow& row) -> Status {
                                         out.staged.add(row.key);
                                         return {};
                                       }));
  if (stopped()) return asked_to_stop;
  TRY_ASSIGN(out.published, read_published(config, files, options, out.ledger.keys));
  if (options.pages == Pages::checked) {
    TRY(look_at_staged(out, config, files));
    TRY(look_at_values(out.published, out.ledger, config, files));
  }
  if (stopped()) return asked_to_stop;
  if (config.shard) TRY(read_whole(config, files, out.done_elsewhere));
  for (const core::Shard& shard : shards)
    if (is_unmerged(shard_files(config, shard), out, files)) out.shards.push_back(shard);
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
