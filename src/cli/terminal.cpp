// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/text.h"
#include "base/standing_line.h"

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

// Every line by itself: those that fit stay as they are, of the others the rest stands two columns to the right of the first.
std::string folded_to(const std::string& text, int columns) {
  const auto width = static_cast<std::size_t>(columns);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const std::size_t lead = std::min(line.find_first_not_of(' '), line.size());
    if (app::display_width(line) <= width) {
      out += line;
    } else {
      std::string indent(std::min(lead, width / 2), ' ');
      bool first = true;
      std::string_view rest = line.substr(lead);
      while (!rest.empty()) {
        const std::string piece = app::folded(rest, width - indent.size()).front();
        out += (first ? "" : "\n") + indent + piece;
        rest.remove_prefix(piece.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        if (first) indent += "  ";
        first = false;
      }
    }
    if (end < text.size()) out += '\n';
    at = end + 1;
  }
  return out;
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

std::string fitted(const std::string& lines) {
  return stdout_is_terminal() ? folded_to(lines, terminal_width()) : lines;
}

void write_to_stderr(const std::string& lines) {
  const std::string text =
      ::isatty(STDERR_FILENO) == 1 ? folded_to(lines, progress_width()) : lines;
  const WithoutStandingLine wiped;
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
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

std::size_t list_width() {
  const char* columns = std::getenv("COLUMNS");
  const bool is_looked_at = stdout_is_terminal() || (columns != nullptr && *columns != '\0');
  return is_looked_at ? static_cast<std::size_t>(terminal_width())
                      : std::numeric_limits<std::size_t>::max() / 2;
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
