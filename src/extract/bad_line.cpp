// SPDX-License-Identifier: Apache-2.0
#include "extract/bad_line.h"

#include <algorithm>

#include "base/line_file.h"

namespace holdfast::extract {

static_assert(kMaxLineBytes == LineFile::kMaxLineBytes, "what is written must be read again");

Result<core::Sha256Digest> digest_of(const Line& line, FileSystem& files, const std::string& path) {
  core::Sha256 sha256;
  sha256.update(line.text);
  const std::uint64_t end = line.offset + line.size_bytes - (line.has_line_feed ? 1U : 0U);
  for (std::uint64_t at = line.offset + line.text.size(); at < end;) {
    TRY_ASSIGN(const std::string piece,
               files.read_range(path, at, std::min<std::uint64_t>(end - at, kMaxLineBytes)));
    if (piece.empty()) break;  // somebody cut it off meanwhile
    sha256.update(piece);
    at += piece.size();
  }
  return sha256.finish();
}

bool is_object_line(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return true;
  return line[begin] == '{' && line[line.find_last_not_of(kBlanks)] == '}';
}

}  // namespace holdfast::extract
