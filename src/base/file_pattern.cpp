// SPDX-License-Identifier: Apache-2.0
// Walks all possible places of a pattern at once: no backtracking, so no pattern is slow.
#include "base/file_pattern.h"

#include <algorithm>
#include <vector>

namespace holdfast {
namespace {

enum class Step : unsigned char {
  literal,
  one,
  run,
  deep_run,
  folders,     // "**/" at the beginning of a part: no folder, or…
  in_folders,  // …any, up to a slash
};
struct Token {
  Step step = Step::literal;
  char byte = 0;
};

std::vector<Token> tokens_of(std::string_view pattern) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '?') {
      tokens.push_back({Step::one, 0});
    } else if (pattern[i] != '*') {
      tokens.push_back({Step::literal, pattern[i]});
    } else if (pattern.substr(i).starts_with("**/") && (i == 0 || pattern[i - 1] == '/')) {
      tokens.push_back({Step::folders, 0});
      tokens.push_back({Step::in_folders, 0});
      i += 2;
    } else if (i + 1 < pattern.size() && pattern[i + 1] == '*') {
      tokens.push_back({Step::deep_run, 0});
      ++i;
    } else {
      tokens.push_back({Step::run, 0});
    }
  }
  return tokens;
}

bool is_run(const Token& token) {
  return token.step == Step::run || token.step == Step::deep_run;
}

/// A run may take nothing: its place is also the one behind it.
void pass_runs(const std::vector<Token>& tokens, std::vector<unsigned char>& places) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (places[i] == 0) continue;
    if (is_run(tokens[i])) places[i + 1] = 1;
    if (tokens[i].step == Step::folders) places[i + 1] = places[i + 2] = 1;
  }
}

/// Where one byte leads from the place `i`.
void step(const Token& token, char byte, std::vector<unsigned char>& next, std::size_t i) {
  switch (token.step) {
    case Step::literal:
      if (token.byte == byte) next[i + 1] = 1;
      return;
    case Step::one:
      if (byte != '/') next[i + 1] = 1;
      return;
    case Step::run:
      if (byte != '/') next[i] = 1;
      return;
    case Step::deep_run:
      next[i] = 1;
      return;
    case Step::folders:
      return;
    case Step::in_folders:
      next[i] = 1;
      if (byte == '/') next[i + 1] = 1;
      return;
  }
}

/// Whether a pattern with a single '*', at `star`, fits.
bool fits_one_run(std::string_view pattern, std::size_t star, std::string_view text) {
  const std::string_view before = pattern.substr(0, star), behind = pattern.substr(star + 1);
  if (text.size() < before.size() + behind.size()) return false;
  if (!text.starts_with(before) || !text.ends_with(behind)) return false;
  text.remove_prefix(before.size());
  text.remove_suffix(behind.size());
  return text.find('/') == std::string_view::npos;
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) {
  // "*.mp4" and "a/b", as most patterns are, without the walk: folders have hundreds of thousands of files.
  const std::size_t first = pattern.find_first_of("*?");
  if (first == std::string_view::npos) return pattern == text;
  if (pattern[first] == '*' && pattern.find_first_of("*?", first + 1) == std::string_view::npos)
    return fits_one_run(pattern, first, text);
  const std::vector<Token> tokens = tokens_of(pattern);
  std::vector<unsigned char> places(tokens.size() + 1);
  std::vector<unsigned char> next(tokens.size() + 1);
  places[0] = 1;
  pass_runs(tokens, places);
  for (const char byte : text) {
    std::ranges::fill(next, 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (places[i] != 0) step(tokens[i], byte, next, i);
    }
    pass_runs(tokens, next);
    places.swap(next);
  }
  return places[tokens.size()] != 0;
}

}  // namespace holdfast
