// SPDX-License-Identifier: Apache-2.0
#include "extract/bad_line.h"

#include "base/line_file.h"

namespace holdfast::extract {

static_assert(kMaxLineBytes == LineFile::kMaxLineBytes, "what is written must be read again");

bool is_object_line(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return true;
  return line[begin] == '{' && line[line.find_last_not_of(kBlanks)] == '}';
}

}  // namespace holdfast::extract
