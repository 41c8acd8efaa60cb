// SPDX-License-Identifier: Apache-2.0
// What base/toml.h keeps of a file; only base/toml*.cpp include it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/toml.h"

namespace holdfast {

enum class TomlType : unsigned char { string, integer, number, boolean, array, table, time };
/// "a string", "an integer", …
std::string_view toml_type_name(TomlType type);

struct TomlNode {
  TomlType type = TomlType::table;
  std::string text;          // of a string, before "${VAR}" is expanded
  std::int64_t integer = 0;  // of an integer
  double number = 0;         // of a number
  bool boolean = false;
  std::vector<std::unique_ptr<TomlNode>> elements;  // of an array
  std::vector<std::pair<std::string, std::unique_ptr<TomlNode>>>
      entries;  // of a table, in file order

  std::string path;  // dotted, from the root
  int line = 0;      // 0 where set() made it
  int column = 0;
  TomlOrigin origin = TomlOrigin::file;
  std::string set_by;    // the flag or variable, where origin is not the file
  std::string set_text;  // what it said, letter by letter

  // Of a table: what it was asked for.
  bool taken = false;                                          // its own keys count in finish()
  std::vector<std::string> asked;                              // in the order asked
  std::vector<std::pair<std::string, std::string>> fallbacks;  // key and default as TOML

  TomlNode* find(std::string_view key) const;
};

struct TomlDocument {
  std::string file;
  TomlOptions options;
  TomlNode root;
};

/// The value as TOML text, before expansion.
std::string toml_text(const TomlNode& node);
/// "artifacts.atlas", quoting what is not a bare key.
std::string toml_path(std::string_view parent, std::string_view key);
/// Reads `text` into `root`; errors name `file`.
Status read_toml(std::string_view text, const std::string& file, TomlNode& root);

}  // namespace holdfast
