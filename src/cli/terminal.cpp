// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <charconv>
#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

namespace holdfast::cli {
namespace {

constexpr int kDefaultWidth = 100;
constexpr int kLeastWidth = 40;
constexpr int kMostWidth = 1000;

int clamped(int width) {
  return width < kLeastWidth ? kLeastWidth : width > kMostWidth ? kMostWidth : width;
}

int width_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return clamped(size.ws_col);
  return kDefaultWidth;
}

bool stdout_closed = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): the
                             // process has one standard output

}  // namespace

void note_closed_stdout() {
  stdout_closed = true;
}
bool stdout_was_closed() {
  return stdout_closed;
}
int progress_width() {
  return width_of(STDERR_FILENO);
}

int terminal_width() {
  if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    int width = 0;
    const char* end = columns + std::strlen(columns);
    if (const auto [rest, error] = std::from_chars(columns, end, width);
        error == std::errc() && rest == end && width > 0)
      return clamped(width);
  }
  return width_of(STDOUT_FILENO);
}

bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool colour_welcome() {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return ::isatty(STDOUT_FILENO) == 1;
}

bool stderr_is_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace holdfast::cli
