// SPDX-License-Identifier: Apache-2.0
// From toml++'s tree to ours. Depth is counted before parsing, because toml++ recurses over dotted
// keys without a limit.
#include <algorithm>
#include <exception>
#include <tuple>

// toml++ asserts what bad input breaks, and then reports it well; Debian's library is built without its assertions too.
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include "base/toml_document.h"

namespace holdfast {
namespace {

// Finds keys with more dots than kMaxTomlDepth; strings and comments are stepped over.
class DotCounter {
 public:
  // The line of such a key, or 0.
  int find_too_deep(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\n') ++line_;
      if (!quote_.empty()) {
        if (c == '\\' && quote_[0] == '"') {
          if (i + 1 < text.size() && text[i + 1] == '\n') ++line_;
          ++i;
        } else if (text.substr(i, quote_.size()) == quote_ || (c == '\n' && quote_.size() == 1)) {
          i += quote_.size() - 1;
          quote_ = {};
        }
        continue;
      }
      i += outside(text.substr(i));
      if (dots_ > kMaxTomlDepth) return line_;
    }
    return 0;
  }

 private:
  // Looks at one character outside of strings; how many more to step over.
  std::size_t outside(std::string_view rest) {
    const char c = rest[0];
    if (c == '"' || c == '\'') {
      quote_ = rest.substr(0, rest.starts_with(c == '"' ? "\"\"\"" : "'''") ? 3 : 1);
      return quote_.size() - 1;
    }
    if (c == '#') return std::min(rest.find('\n'), rest.size()) - 1;
    if (c == '.') ++dots_;
    if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos) dots_ = 0;
    return 0;
  }

  std::string_view quote_;  // what ends the string we are in; empty outside
  int dots_ = 0;
  int line_ = 1;
};

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  // NOLINTNEXTLINE(misc-no-recursion): at most kMaxTomlDepth deep
  Status table(const toml::table& from, TomlNode& to, int depth) {
    TRY(check_depth(from, depth));
    to.type = TomlType::table;
    for (const auto& [key, value] : from) {
      auto entry = std::make_unique<TomlNode>();
      entry->path = toml_path(to.path, key.str());
      set_place(key.source().begin, *entry);
      if (entry->line == 0) set_place(value.source().begin, *entry);
      TRY(node(value, *entry, depth + 1));
      to.entries.emplace_back(std::string(key.str()), std::move(entry));
    }
    std::sort(to.entries.begin(), to.entries.end(), [](const auto& a, const auto& b) {
      return std::tie(a.second->line, a.second->column) <
             std::tie(b.second->line, b.second->column);
    });
    return {};
  }

 private:
  static void set_place(const toml::source_position& from, TomlNode& to) {
    to.line = static_cast<int>(from.line);
    to.column = static_cast<int>(from.column);
  }

  Status check_depth(const toml::node& from, int depth) const {
    if (depth <= kMaxTomlDepth) return {};
    return Error(Code::invalid, file_ + ':' + std::to_string(from.source().begin.line) +
                                    ": nested deeper than " + std::to_string(kMaxTomlDepth));
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kMaxTomlDepth deep
  Status node(const toml::node& from, TomlNode& to, int depth) {
    if (const auto* inner = from.as_table()) return table(*inner, to, depth);
    if (const auto* inner = from.as_array()) return array(*inner, to, depth);
    if (const auto* text = from.as_string()) {
      to.type = TomlType::string;
      to.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
      to.type = TomlType::integer;
      to.integer = integer->get();
    } else if (const auto* number = from.as_floating_point()) {
      to.type = TomlType::number;
      to.number = number->get();
    } else if (const auto* boolean = from.as_boolean()) {
      to.type = TomlType::boolean;
      to.boolean = boolean->get();
    } else {
      to.type = TomlType::time;
    }
    return {};
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kMaxTomlDepth deep
  Status array(const toml::array& from, TomlNode& to, int depth) {
    TRY(check_depth(from, depth));
    to.type = TomlType::array;
    for (const auto& value : from) {
      auto element = std::make_unique<TomlNode>();
      element->path = to.path + '[' + std::to_string(to.elements.size()) + ']';
      set_place(value.source().begin, *element);
      TRY(node(value, *element, depth + 1));
      to.elements.push_back(std::move(element));
    }
    return {};
  }

  const std::string& file_;
};

}  // namespace

Status read_toml(std::string_view text, const std::string& file, TomlNode& root) {
  if (text.size() > kMaxTomlSizeBytes) {
    return Error(Code::invalid, file + ": " + std::to_string(text.size()) + " bytes; at most " +
                                    std::to_string(kMaxTomlSizeBytes) + " are read");
  }
  if (const int line = DotCounter().find_too_deep(text); line != 0) {
    return Error(Code::invalid, file + ':' + std::to_string(line) + ": a key with more than " +
                                    std::to_string(kMaxTomlDepth) + " dots");
  }
  try {
    const toml::table parsed = toml::parse(text, file);
    root.line = 1;
    return Reader(file).table(parsed, root, 0);
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    return Error(Code::invalid, file + ':' + std::to_string(at.line) + ':' +
                                    std::to_string(at.column) + ": " +
                                    std::string(error.description()));
  } catch (const std::exception& error) {
    return Error(Code::invalid, file + ": " + error.what());
  }
}

}  // namespace holdfast
