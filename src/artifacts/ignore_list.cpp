// SPDX-License-Identifier: Apache-2.0
// Patterns by walking all their possible places at once: no backtracking, so no pattern is slow.
#include "artifacts/ignore_list.h"

#include <utility>

namespace holdfast::artifacts {
namespace {

enum class Step : unsigned char { literal, one, run, deep_run };
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
void pass_runs(const std::vector<Token>& tokens, std::vector<bool>& places) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (places[i] && is_run(tokens[i])) places[i + 1] = true;
  }
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) {
  const std::vector<Token> tokens = tokens_of(pattern);
  std::vector<bool> places(tokens.size() + 1);
  places[0] = true;
  pass_runs(tokens, places);
  for (const char byte : text) {
    std::vector<bool> next(tokens.size() + 1);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!places[i]) continue;
      switch (tokens[i].step) {
        case Step::literal:
          if (tokens[i].byte == byte) next[i + 1] = true;
          break;
        case Step::one:
          if (byte != '/') next[i + 1] = true;
          break;
        case Step::run:
          if (byte != '/') next[i] = true;
          break;
        case Step::deep_run:
          next[i] = true;
          break;
      }
    }
    pass_runs(tokens, next);
    places = std::move(next);
  }
  return places[tokens.size()];
}

std::vector<std::string> default_ignore() {
  return {".git",        ".hg", ".svn", ".DS_Store", "__pycache__", ".venv", ".ipynb_checkpoints",
          "node_modules"};
}

Result<IgnoreList> IgnoreList::parse(const std::vector<std::string>& patterns) {
  IgnoreList list;
  for (const std::string& text : patterns) {
    if (text.empty() || text == "/")
      return Error(Code::invalid, "a pattern is empty: it would say nothing");
    if (text.size() > kMaxPatternSizeBytes) {
      return Error(Code::invalid, "a pattern is " + std::to_string(text.size()) +
                                      " bytes long, more than " +
                                      std::to_string(kMaxPatternSizeBytes));
    }
    std::string kept = text;
    const bool anchored = text.find('/') != std::string::npos;
    if (kept.front() == '/') kept.erase(0, 1);
    if (kept.back() == '/') kept.pop_back();
    const bool has_wildcard = kept.find_first_of("*?") != std::string::npos;
    list.patterns_.push_back({std::move(kept), anchored, has_wildcard});
  }
  return list;
}

void IgnoreList::add_path(std::string path) {
  patterns_.push_back({std::move(path), true, false});
}

bool IgnoreList::matches(std::string_view path) const {
  for (const Pattern& pattern : patterns_) {
    std::size_t begin = 0;
    while (begin <= path.size()) {
      const std::size_t slash = path.find('/', begin);
      const std::size_t end = slash == std::string_view::npos ? path.size() : slash;
      const std::string_view part =
          pattern.anchored ? path.substr(0, end) : path.substr(begin, end - begin);
      if (pattern.has_wildcard ? fits_pattern(pattern.text, part) : pattern.text == part)
        return true;
      begin = end + 1;
    }
  }
  return false;
}

}  // namespace holdfast::artifacts
