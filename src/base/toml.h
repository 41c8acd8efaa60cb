// SPDX-License-Identifier: Apache-2.0
// Configuration files: TOML 1.0 with line numbers, typed getters that remember which keys were
// asked for (so that a misspelt key is an error), values that a flag or the environment overrides,
// and "${VAR}" from the environment in strings.
//
//   TRY_ASSIGN(TomlTable root, parse_toml(text, "holdfast.toml"));
//   TRY(root.set("artifacts.atlas.jobs", "4", TomlOrigin::flag, "--jobs"));
//   TRY_ASSIGN(auto groups, root.tables("artifacts"));   // [artifacts.atlas], [artifacts.other]
//   for (auto& [name, table] : groups) {
//     TRY_ASSIGN(std::string r, table.string_or("root", "."));
//   }
//   TRY(root.finish());   // every key of the file must have been asked for
//
// Strings of the file: "${NAME}" becomes the variable's value, "$${" stays as "${"; a variable that
// is not set is an error. Values that came from a flag or the environment are taken as they are.
// What is shown (settings()) is the text before expansion, so that a secret in a variable is never
// printed.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace holdfast {

inline constexpr std::size_t kMaxTomlSizeBytes = std::size_t{1} << 20U;
/// Tables in tables, arrays in arrays and dots in a key.
inline constexpr int kMaxTomlDepth = 32;

/// Where a value came from; the later one wins.
enum class TomlOrigin : unsigned char { built_in, file, environment, flag };
/// "default", "file", "environment", "flag".
std::string_view toml_origin_name(TomlOrigin origin);

/// One value as `holdfast config show --origin` prints it.
struct TomlSetting {
  std::string path;   // "artifacts.atlas.root"
  std::string shown;  // as TOML, before "${VAR}" is expanded
  TomlOrigin origin = TomlOrigin::built_in;
  std::string place;  // "holdfast.toml:12", "HOLDFAST_CATALOG", "--jobs", or empty for a default
};

struct TomlOptions {
  /// Where "${NAME}" is looked up; none: the process's environment.
  std::function<std::optional<std::string>(const std::string& name)> variable;
};

/// "a", as TOML; whoever reads it back expands a "${" in it.
std::string toml_quoted(std::string_view text);
/// ["a", "b"]
std::string toml_array(const std::vector<std::string>& texts);

struct TomlNode;
struct TomlDocument;

/// One table of a file. A light handle: copies share the document and what was asked for. Not
/// thread-safe.
///
/// The getters: an absent key gives nullopt (or the fallback, which settings() then shows as the
/// default); a value of another type is `invalid` and names place, key, the type found and the type
/// wanted.
class TomlTable {
 public:
  /// "artifacts.atlas", or "" for the root.
  const std::string& path() const;
  const std::string& file() const;
  /// Where the table begins, from 1; 1 for the root.
  int line() const;
  bool has(std::string_view key) const;
  /// In the order of the file, then what was added by set().
  std::vector<std::string> keys() const;
  /// What was asked for so far, present or not; of a table in it, its name.
  std::vector<std::string> asked_keys() const;
  /// The line of a key that the file holds; none where the key is absent or was overridden.
  std::optional<int> line_of(std::string_view key) const;
  /// "holdfast.toml:12", or the name of the flag or variable that set it; for an absent key the
  /// place of the table.
  std::string place_of(std::string_view key) const;
  /// `invalid`: "<place>: <dotted key>: <what>", for a value that has the right type and makes no
  /// sense.
  Error invalid(std::string_view key, std::string_view what) const;
  /// Of a text that is recorded or sent: a variable and a flag may hold bytes that no file of TOML can.
  Status require_utf8(std::string_view key, std::string_view text) const;

  Result<std::optional<std::string>> string(std::string_view key);
  Result<std::optional<std::int64_t>> integer(std::string_view key);
  /// Integers too; never NaN or infinite.
  Result<std::optional<double>> number(std::string_view key);
  Result<std::optional<bool>> boolean(std::string_view key);
  /// A string or an array of strings.
  Result<std::optional<std::vector<std::string>>> strings(std::string_view key);
  Result<std::string> string_or(std::string_view key, std::string_view fallback);
  Result<std::int64_t> integer_or(std::string_view key, std::int64_t fallback);
  Result<bool> boolean_or(std::string_view key, bool fallback);
  Result<std::vector<std::string>> strings_or(std::string_view key,
                                              std::vector<std::string> fallback);

  Result<std::optional<TomlTable>> table(std::string_view key);
  /// The tables inside `key`, by name ([key.a], [key.b]), in the order of the file; empty where
  /// `key` is absent. `invalid` where something in it is not a table.
  Result<std::vector<std::pair<std::string, TomlTable>>> tables(std::string_view key);

  /// Sets one value by its dotted path below this table ('a."b.c".d' for names with dots), making
  /// the tables on the way. `text` is a TOML value or else a bare string; a getter of strings takes
  /// any text as it is. `set_by` is shown as its place. A weaker origin never replaces a stronger
  /// one. `invalid`: bad path, or a path that goes through a value.
  Status set(std::string_view dotted_path, std::string_view text, TomlOrigin origin,
             const std::string& set_by);

  /// ok when every key of this table, and of all tables taken from it, was asked for; else one
  /// `invalid` with a line for each: place, key, and the nearest known one.
  Status finish() const;
  /// Every value below this table that is present or has a default: of each table the values in the
  /// order of the file, then the defaults, then its tables.
  std::vector<TomlSetting> settings() const;

 private:
  friend Result<TomlTable> parse_toml(std::string_view text, const std::string& file,
                                      const TomlOptions& options);
  TomlTable(std::shared_ptr<TomlDocument> document, TomlNode* node);
  /// The value, which from now on counts as asked for; or nullptr.
  TomlNode* asked(std::string_view key);
  Error wrong_type(std::string_view key, std::string_view wanted) const;

  std::shared_ptr<TomlDocument> document_;
  TomlNode* node_;  // inside document_
};

/// Reads a whole file's text; `file` is its name in messages. `invalid` names file:line:column:
/// syntax, duplicate keys, bytes that are not UTF-8, more than kMaxTomlSizeBytes, deeper than
/// kMaxTomlDepth.
Result<TomlTable> parse_toml(std::string_view text, const std::string& file,
                             const TomlOptions& options = {});

}  // namespace holdfast
