// SPDX-License-Identifier: Apache-2.0
// The durable side of an extraction that runs: rows go into the staging file, and then their keys into the ledger.
//
//   append(row)… ─► sync():  staging written and synced ─► ledger written and synced
//
// At any power cut and after any failure every key in the ledger has its whole row in the staging file, because the ledger's line is
// written only when the row's sync has returned. A group costs two syncs, whatever its size. What open() cuts off a torn tail is kept
// aside (base/line_file.h). One writer at a time: hold a lock on the output.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/line_file.h"
#include "core/sha256.h"
#include "extract/ledger.h"

namespace holdfast::extract {

/// Not thread-safe. Moved from, it may only be destroyed.
class RowLog {
 public:
  /// Makes the files where they are not there. `format`: of the ledger that is there, json for a new one.
  static Result<RowLog> open(FileSystem& files, const std::string& staging_path,
                             const std::string& ledger_path, LedgerFormat format);
  /// Gathers a row: `json`, an object on one line, and its digest (row_digest) for the ledger. `invalid` for a key or row that the files can't hold; nothing was gathered then.
  Status append(std::string_view key, std::string_view json, const core::Sha256Digest& row_digest);
  /// append()'s `invalid`, without appending.
  static Status require_keepable(LedgerFormat format, std::string_view key, std::string_view json);
  LedgerFormat format() const { return format_; }
  /// A row that is staged already: only its key is gathered.
  Status claim(std::string_view key, const core::Sha256Digest& row_digest);
  /// All that was gathered survives a power cut on return. After an error every call returns that error.
  Status sync();
  /// What was cut off when it was opened.
  const std::optional<TornTail>& torn_staging() const { return staging_.torn(); }
  const std::optional<TornTail>& torn_ledger() const { return ledger_.torn(); }

 private:
  RowLog(LineFile staging, LineFile ledger, LedgerFormat format)
      : staging_(std::move(staging)), ledger_(std::move(ledger)), format_(format) {}
  Status write_claims();

  LineFile staging_;
  LineFile ledger_;
  LedgerFormat format_;
  std::vector<std::string> claims_;  // lines of the ledger for rows that were gathered
  std::optional<Error> failed_;
};

}  // namespace holdfast::extract
