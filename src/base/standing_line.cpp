// SPDX-License-Identifier: Apache-2.0
#include "base/standing_line.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>

namespace holdfast {
namespace {

struct StandingLine {
  std::mutex mutex;
  std::size_t columns = 0;  // on the terminal that hold it
};

StandingLine& standing() {
  static StandingLine line;
  return line;
}

// A wide character counts one: it only leaves a column behind, which the next line may write over.
std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

void write_over(StandingLine& at, std::string_view line) {
  const std::size_t columns = columns_of(line);
  if (columns == 0 && at.columns == 0) return;
  std::string text = '\r' + std::string(line);
  if (at.columns > columns) text += std::string(at.columns - columns, ' ');
  if (columns == 0) text += '\r';
  at.columns = columns;
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace

void set_standing_line(std::string_view line) {
  StandingLine& at = standing();
  const std::scoped_lock lock(at.mutex);
  write_over(at, line);
}

WithoutStandingLine::WithoutStandingLine() : lock_(standing().mutex) {
  write_over(standing(), {});
}

}  // namespace holdfast
