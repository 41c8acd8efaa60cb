// SPDX-License-Identifier: Apache-2.0
// Lists of files as others keep them, read into rows to import. Every refusal names list:line and the value; a list with one bad
// line gives nothing.
//
//   csv        a header line, then RFC 4180 rows; columns path (or file_path), id, type (artifact_type), title, sha256
//              (file_sha256), size_bytes (file_size_bytes); only path must be there
//   jsonl      one object a line with the same keys
//   sha256sum  "<64 hex>  <path>" or "<64 hex> *<path>", "\" before the line where the path is escaped; "SHA256 (<path>) = <64 hex>"
//   bagit      manifest-sha256.txt of RFC 8493: "<64 hex> <path>", %0A, %0D and %25 decoded
//   dvc        a .dvc file: the outs with path, size and md5
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::artifacts {

inline constexpr std::uint64_t kMaxListBytes = 512ULL << 20U;
inline constexpr std::size_t kMaxCsvColumns = 64;

/// One row to make. A hash of the list is what it claims: it is recorded without our marker, so that a backfill compares it.
struct ImportRow {
  std::string path;
  std::string id;                     // empty: the path
  bool has_own_id = true;             // false: the path was taken
  std::string type;                   // empty: by the file's extension
  std::string title;                  // empty: the file's name
  std::optional<std::string> sha256;  // 64 lower-case hex
  std::optional<std::int64_t> size_bytes;
  std::optional<std::string> md5;  // of a DVC file; kept in the metadata, never compared
  std::string place;               // "list.csv:12", for messages
};

/// `list` is the list's name in messages.
Result<std::vector<ImportRow>> read_csv_list(std::string_view text, const std::string& list);
Result<std::vector<ImportRow>> read_jsonl_list(std::string_view text, const std::string& list);
Result<std::vector<ImportRow>> read_sha256sum_list(std::string_view text, const std::string& list);
Result<std::vector<ImportRow>> read_bagit_manifest(std::string_view text, const std::string& list);
/// `unsupported` on an out that is a folder (md5 ends in ".dir"): DVC does not say which files were in it.
Result<std::vector<ImportRow>> read_dvc_file(std::string_view text, const std::string& list);

}  // namespace holdfast::artifacts
