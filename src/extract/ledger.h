// SPDX-License-Identifier: Apache-2.0
// The ledger of an extraction, `<out>.done`: the keys that were finished, a line each (seed 004: the authority on what was processed).
//
// Two formats, told apart by most of the first lines: bare keys, as the original script writes them, and JSON lines
// `{"key":"a.mp4","row_sha256":"…"}`, as ours are. A ledger is continued in its own format. Blank lines and carriage returns before the
// line feed count for nothing; a last line without a line feed is torn and claims nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/spill_allocator.h"
#include "core/sha256.h"
#include "extract/bad_line.h"
#include "extract/key_set.h"

namespace holdfast::extract {

enum class LedgerFormat : unsigned char { bare, json };

struct Ledger {
  LedgerFormat format = LedgerFormat::json;  // of an empty one
  KeySet keys;
  std::vector<core::Sha256Digest, SpillAllocator<core::Sha256Digest>>
      row_digests;                    // by key; all zero where none is recorded; empty for bare
  std::vector<std::string> repeated;  // keys that stand in it again, once each time
  std::vector<BadLine> bad_lines;
  std::uint64_t size_bytes = 0;
};

/// An empty one where there is no file. `io`.
Result<Ledger> read_ledger(FileSystem& files, const std::string& path);

/// The digest that it has of the row of a key; nullptr where it has none. Lives as long as the ledger stays as it is.
const core::Sha256Digest* recorded_digest(const Ledger& ledger, std::string_view key);

/// A line of it, without its line feed; a digest of zeros is not recorded. A bare key must be keepable there: see bare_key_problem().
std::string ledger_line(LedgerFormat format, std::string_view key,
                        const core::Sha256Digest& row_digest);
/// Why a ledger of that format can't hold this key, in words; none where it can.
std::optional<std::string> key_problem(LedgerFormat format, std::string_view key);
/// Why a bare ledger can't hold this key (a line feed, a blank, a NUL in front …); none where it can.
std::optional<std::string> bare_key_problem(std::string_view key);

}  // namespace holdfast::extract
