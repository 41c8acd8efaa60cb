// SPDX-License-Identifier: Apache-2.0
// What is there of an extraction now: its four sides read, nothing judged.
//
// Read in the order ledger, staging, Parquet: a run that goes on meanwhile stages a row before it claims it, and publishes before it
// trims the staging file, so no row can be missed between two readings.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "extract/accounting.h"
#include "extract/extraction_config.h"
#include "extract/items.h"
#include "extract/ledger.h"
#include "extract/manifest.h"
#include "extract/staged_rows.h"
#include "extract/staging.h"
#include "parquet/page_check.h"

namespace holdfast::extract {

/// The published rows.
struct Published {
  bool exists = false;
  RowKeys rows;
  KeySetDigest nameless_rows;  // the numbers of the rows without a key
  std::uint64_t row_count = 0;
  std::string key_column;
  std::optional<std::string> extractor;  // what made the rows, as the metadata says (kExtractorKey)
  std::optional<Error> unreadable;       // then rows may be a part
  bool is_module_missing = false;        // …as nothing can read any: that says nothing of the file
  std::optional<parquet::PageReport> pages;  // where they were asked for
  // A page that can't be decoded, where no page's checksum tells of damage; the keys are known all the same.
  std::optional<Error> undecodable;
  /// Why values in pages without a checksum were not decoded, all or those of some columns; "" where they were.
  std::string not_decoded;
  bool is_nothing_decoded = false;   // …all
  std::uint64_t compared = 0;        // rows held against their digest in the ledger, likewise
  std::vector<std::string> changed;  // of these, keys whose row is another
  KeySetDigest changed_rows;         // …with what each row is now
};

enum class Pages : unsigned char { not_read, checked };
enum class MissingModule : unsigned char { fails, is_told };

struct ReadOptions {
  Pages pages = Pages::not_read;
  bool trust_seal = true;  // false: every key is read
  /// A seal that is older vouches for nothing, nor does one that is still to come by this clock: every key is read then.
  std::optional<std::chrono::nanoseconds> max_age = {};
  /// Where the module that reads rows is not there: `unsupported`, or, for who only looks, Published::is_module_missing.
  MissingModule missing_module = MissingModule::fails;
  const Clock* clock = &system_clock();
  const Cancel* cancel = nullptr;
};

struct ExtractionState {
  /// Where it holds (the same files, unwritten since every key was compared; nothing staged; the same items): ledger, staged and
  /// published are not read, and are what it says.
  std::optional<Seal> seal;
  bool has_sealed_items = false;  // …their list is the same file too, and was not read either
  std::optional<Items> items;     // none: not configured, unreadable, or sealed
  std::optional<Error> items_unreadable;
  Ledger ledger;
  RowKeys staged;
  StagingReading staging;
  StagedComparison staged_values;  // where they were asked for: pages, or look_at_staged()
  Published published;
  std::vector<FailedItem> failed;   // as the last run's manifest has them
  KeySet done_elsewhere;            // of a shard: keys that the main output has
  std::vector<core::Shard> shards;  // shards beside it with rows that it lacks
  std::uint64_t ledger_count() const { return seal ? seal->keys.count : ledger.keys.size(); }
  std::uint64_t published_count() const {
    return seal ? seal->keys.count : published.rows.keys.size();
  }
  /// None where nobody knows them.
  std::optional<std::uint64_t> item_count() const {
    if (has_sealed_items) return seal->keys.count;
    return items ? std::optional<std::uint64_t>(items->keys.size()) : std::nullopt;
  }
  Sides sides() const {
    return {items ? &items->keys : nullptr, ledger.keys, staged, published.rows};
  }
};

/// The accounts of what could be read: nothing is called missing or pending where the published rows can't be, nor strange where the
/// items can't all be.
Accounts accounts_of(const ExtractionState& state);

/// `io` where the ledger or the staging file can't be read: then nothing is known. `conflict` for a shard of an extraction that has lost
/// rows.
Result<ExtractionState> read_state(const ExtractionConfig& config, FileSystem& files,
                                   const ReadOptions& options);

/// Fills in `staged_values`; nothing is compared where nobody knows the columns of the rows. `io`.
Status look_at_staged(ExtractionState& state, const ExtractionConfig& config, FileSystem& files);

/// The identities of ledger, output and list of items, for a seal. `not_found` where ledger or output is not there.
Result<Seal> identities_of(const ExtractionConfig& config, FileSystem& files);

}  // namespace holdfast::extract
