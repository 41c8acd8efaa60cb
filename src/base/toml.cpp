// SPDX-License-Identifier: Apache-2.0
// The typed getters. Setting, finishing and showing: base/toml_settings.cpp.
#include "base/toml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/root_folder.h"
#include "base/toml_document.h"
#include "base/utf8.h"

namespace holdfast {
namespace {

bool is_name_char(char c, bool first) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         (!first && c >= '0' && c <= '9');
}

bool is_variable_name(std::string_view name) {
  if (name.empty()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_name_char(name[i], i == 0)) return false;
  }
  return true;
}

std::string place_of_node(const TomlDocument& document, const TomlNode& node) {
  if (!node.set_by.empty()) return node.set_by;
  return document.file + ':' + std::to_string(std::max(node.line, 1));
}

std::optional<std::string> variable(const TomlDocument& document, const std::string& name) {
  if (document.options.variable) return document.options.variable(name);
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

// "${NAME}" becomes the variable's value, "$${" becomes "${"; what a variable holds is not looked
// at again.
Result<std::string> expand(const TomlDocument& document, const TomlNode& node) {
  if (node.origin != TomlOrigin::file) return node.text;
  const auto bad = [&](const std::string& what) {
    return Error(Code::invalid, place_of_node(document, node) + ": " + node.path + ": " + what);
  };
  const std::string_view text = node.text;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "$${") {
      out += "${";
      i += 2;
      continue;
    }
    if (text.substr(i, 2) != "${") {
      out += text[i];
      continue;
    }
    const std::size_t end = text.find('}', i);
    if (end == std::string_view::npos) return bad("\"${\" without \"}\"");
    const std::string name(text.substr(i + 2, end - i - 2));
    if (!is_variable_name(name)) return bad("\"${" + name + "}\" names no environment variable");
    const auto value = variable(document, name);
    if (!value) {
      return bad("the environment variable " + name + " is not set")
          .hinted("set " + name + ", or write \"$${\" where you mean a plain \"${\"");
    }
    out += *value;
    i = end;
  }
  return out;
}

// A value given by a flag or a variable is a string to whoever wants a string, whatever it looks
// like.
bool is_string(const TomlNode& node) {
  return node.type == TomlType::string ||
         (node.origin != TomlOrigin::file && !node.set_by.empty() && node.type != TomlType::table);
}

Result<std::string> string_value(const TomlDocument& document, const TomlNode& node) {
  if (node.type != TomlType::string) return node.set_text;
  return expand(document, node);
}

void ask(TomlNode& table, std::string_view key) {
  if (std::find(table.asked.begin(), table.asked.end(), key) == table.asked.end()) {
    table.asked.emplace_back(key);
  }
}

void remember_fallback(TomlNode& table, std::string_view key, std::string shown) {
  for (auto& [known, text] : table.fallbacks) {
    if (known != key) continue;
    text = std::move(shown);
    return;
  }
  table.fallbacks.emplace_back(std::string(key), std::move(shown));
}

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::string_view toml_origin_name(TomlOrigin origin) {
  switch (origin) {
    case TomlOrigin::built_in:
      return "default";
    case TomlOrigin::file:
      return "file";
    case TomlOrigin::environment:
      return "environment";
    case TomlOrigin::flag:
      return "flag";
  }
  return "default";
}

std::string_view toml_type_name(TomlType type) {
  switch (type) {
    case TomlType::string:
      return "a string";
    case TomlType::integer:
      return "an integer";
    case TomlType::number:
      return "a number";
    case TomlType::boolean:
      return "true or false";
    case TomlType::array:
      return "an array";
    case TomlType::table:
      return "a table";
    case TomlType::time:
      return "a date or time";
  }
  return "a value";
}

TomlNode* TomlNode::find(std::string_view key) const {
  const auto entry = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& candidate) { return candidate.first == key; });
  return entry == entries.end() ? nullptr : entry->second.get();
}

std::string toml_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[byte / 16];
      out += kHex[byte % 16];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_path(std::string_view parent, std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return is_name_char(c, false) || c == '-';
  });
  std::string path(parent);
  if (!path.empty()) path += '.';
  return path + (bare ? std::string(key) : toml_quoted(key));
}

// NOLINTNEXTLINE(misc-no-recursion): at most kMaxTomlDepth deep
std::string toml_text(const TomlNode& node) {
  switch (node.type) {
    case TomlType::string:
      return toml_quoted(node.text);
    case TomlType::integer:
      return std::to_string(node.integer);
    case TomlType::number:
      return number_text(node.number);
    case TomlType::boolean:
      return node.boolean ? "true" : "false";
    case TomlType::time:
      return "(a date or time)";
    case TomlType::array: {
      std::string out = "[";
      for (const auto& element : node.elements) {
        if (out.size() > 1) out += ", ";
        out += toml_text(*element);
      }
      return out + ']';
    }
    case TomlType::table: {
      std::string out = "{";
      for (const auto& [key, value] : node.entries) {
        out += (out.size() > 1 ? ", " : "") + toml_path("", key) + " = " + toml_text(*value);
      }
      return out + '}';
    }
  }
  return {};
}

TomlTable::TomlTable(std::shared_ptr<TomlDocument> document, TomlNode* node)
    : document_(std::move(document)), node_(node) {
  node_->taken = true;
}

Result<TomlTable> parse_toml(std::string_view text, const std::string& file,
                             const TomlOptions& options) {
  auto document = std::make_shared<TomlDocument>();
  document->file = file;
  document->options = options;
  TRY(read_toml(text, file, document->root));
  TomlNode* root = &document->root;
  return TomlTable(std::move(document), root);
}

const std::string& TomlTable::path() const {
  return node_->path;
}
const std::string& TomlTable::file() const {
  return document_->file;
}
int TomlTable::line() const {
  return std::max(node_->line, 1);
}
bool TomlTable::has(std::string_view key) const {
  return node_->find(key) != nullptr;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> names;
  names.reserve(node_->entries.size());
  for (const auto& [key, value] : node_->entries)
    names.push_back(key);
  return names;
}

std::vector<std::string> TomlTable::asked_keys() const {
  return node_->asked;
}

std::optional<int> TomlTable::line_of(std::string_view key) const {
  const TomlNode* value = node_->find(key);
  if (value == nullptr || value->origin != TomlOrigin::file) return std::nullopt;
  return value->line;
}

std::string TomlTable::place_of(std::string_view key) const {
  const TomlNode* value = node_->find(key);
  return place_of_node(*document_, value == nullptr ? *node_ : *value);
}

Error TomlTable::invalid(std::string_view key, std::string_view what) const {
  return {Code::invalid,
          place_of(key) + ": " + toml_path(node_->path, key) + ": " + std::string(what)};
}

Status TomlTable::require_utf8(std::string_view key, std::string_view text) const {
  if (find_malformed_utf8(text) == std::string_view::npos) return {};
  return invalid(key, '"' + printable_path(text) + "\" is not UTF-8");
}

Error TomlTable::wrong_type(std::string_view key, std::string_view wanted) const {
  const TomlNode* value = node_->find(key);
  return invalid(
      key, "is " + std::string(toml_type_name(value->type)) + ", expected " + std::string(wanted));
}

TomlNode* TomlTable::asked(std::string_view key) {
  ask(*node_, key);
  return node_->find(key);
}

Result<std::optional<std::string>> TomlTable::string(std::string_view key) {
  const TomlNode* value = asked(key);
  if (value == nullptr) return std::optional<std::string>();
  if (!is_string(*value)) return wrong_type(key, "a string");
  TRY_ASSIGN(std::string text, string_value(*document_, *value));
  return std::optional(std::move(text));
}

Result<std::optional<std::int64_t>> TomlTable::integer(std::string_view key) {
  const TomlNode* value = asked(key);
  if (value == nullptr) return std::optional<std::int64_t>();
  if (value->type != TomlType::integer) return wrong_type(key, "an integer");
  return std::optional(value->integer);
}

Result<std::optional<double>> TomlTable::number(std::string_view key) {
  const TomlNode* value = asked(key);
  if (value == nullptr) return std::optional<double>();
  if (value->type == TomlType::integer) return std::optional(static_cast<double>(value->integer));
  if (value->type != TomlType::number) return wrong_type(key, "a number");
  if (!std::isfinite(value->number)) return invalid(key, "is not a finite number");
  return std::optional(value->number);
}

Result<std::optional<bool>> TomlTable::boolean(std::string_view key) {
  const TomlNode* value = asked(key);
  if (value == nullptr) return std::optional<bool>();
  if (value->type != TomlType::boolean) return wrong_type(key, "true or false");
  return std::optional(value->boolean);
}

Result<std::optional<std::vector<std::string>>> TomlTable::strings(std::string_view key) {
  const TomlNode* value = asked(key);
  if (value == nullptr) return std::optional<std::vector<std::string>>();
  std::vector<std::string> texts;
  if (value->type == TomlType::array) {
    for (const auto& element : value->elements) {
      if (element->type != TomlType::string) {
        return invalid(
            key, "holds " + std::string(toml_type_name(element->type)) + ", expected only strings");
      }
      TRY_ASSIGN(std::string text, expand(*document_, *element));
      texts.push_back(std::move(text));
    }
    return std::optional(std::move(texts));
  }
  if (!is_string(*value)) return wrong_type(key, "a string or an array of strings");
  TRY_ASSIGN(std::string text, string_value(*document_, *value));
  texts.push_back(std::move(text));
  return std::optional(std::move(texts));
}

Result<std::string> TomlTable::string_or(std::string_view key, std::string_view fallback) {
  remember_fallback(*node_, key, toml_quoted(fallback));
  TRY_ASSIGN(auto value, string(key));
  return value ? *std::move(value) : std::string(fallback);
}

Result<std::int64_t> TomlTable::integer_or(std::string_view key, std::int64_t fallback) {
  remember_fallback(*node_, key, std::to_string(fallback));
  TRY_ASSIGN(const auto value, integer(key));
  return value.value_or(fallback);
}

Result<bool> TomlTable::boolean_or(std::string_view key, bool fallback) {
  remember_fallback(*node_, key, fallback ? "true" : "false");
  TRY_ASSIGN(const auto value, boolean(key));
  return value.value_or(fallback);
}

std::string toml_array(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ", ";
    out += toml_quoted(text);
  }
  return out + ']';
}

Result<std::vector<std::string>> TomlTable::strings_or(std::string_view key,
                                                       std::vector<std::string> fallback) {
  remember_fallback(*node_, key, toml_array(fallback));
  TRY_ASSIGN(auto value, strings(key));
  return value ? *std::move(value) : std::move(fallback);
}

Result<std::optional<TomlTable>> TomlTable::table(std::string_view key) {
  TomlNode* value = asked(key);
  if (value == nullptr) return std::optional<TomlTable>();
  if (value->type != TomlType::table) return wrong_type(key, "a table");
  return std::optional(TomlTable(document_, value));
}

Result<std::vector<std::pair<std::string, TomlTable>>> TomlTable::tables(std::string_view key) {
  std::vector<std::pair<std::string, TomlTable>> found;
  TomlNode* group = asked(key);
  if (group == nullptr) return found;
  if (group->type != TomlType::table) return wrong_type(key, "a table of tables");
  const TomlTable outer(document_, group);
  for (const auto& [name, value] : group->entries) {
    if (value->type != TomlType::table) {
      const std::string path = toml_path(node_->path, key);
      return outer.wrong_type(name, "a table ([" + path + ".NAME], with the keys below it)");
    }
    ask(*group, name);
    found.emplace_back(name, TomlTable(document_, value.get()));
  }
  return found;
}

}  // namespace holdfast
