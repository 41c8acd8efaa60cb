// SPDX-License-Identifier: Apache-2.0
// Overriding values, refusing keys that nobody asked for, and listing what holds.
#include <algorithm>

#include "base/nearest.h"
#include "base/toml.h"
#include "base/toml_document.h"

namespace holdfast {
namespace {

constexpr std::size_t kMaxUnknownListed = 20;

// Splits 'artifacts."a.b".root'; false where it is no dotted path.
bool split_path(std::string_view path, std::vector<std::string>& keys) {
  while (keys.size() < static_cast<std::size_t>(kMaxTomlDepth)) {
    const bool quoted = path.starts_with('"');
    const std::size_t begin = quoted ? 1 : 0;
    const std::size_t end = std::min(path.find(quoted ? '"' : '.', begin), path.size());
    const std::string_view key = path.substr(begin, end - begin);
    if (key.empty() || key.find(quoted ? '\\' : '"') != std::string_view::npos) return false;
    keys.emplace_back(key);
    if (quoted && end == path.size()) return false;
    path.remove_prefix(end + (quoted ? 1 : 0));
    if (path.empty()) return true;
    if (path[0] != '.') return false;
    path.remove_prefix(1);
  }
  return false;
}

// A TOML value, or else a bare string: but what begins like a list or a quoted string was meant to be one.
Status set_value(std::string_view text, TomlNode& node) {
  node.type = TomlType::string;
  node.text = text;
  node.set_text = text;
  if (text.find('\n') != std::string_view::npos) return {};
  TomlNode parsed;
  if (!read_toml("v = " + std::string(text), "", parsed) || parsed.entries.size() != 1) {
    if (!text.starts_with('[') && !text.starts_with('"')) return {};
    return Error(Code::invalid, "begins like a list or a quoted text and is none",
                 "a list is [\"a\", \"b\"]; a text that begins with [ or \" is put between ' '");
  }
  TomlNode& value = *parsed.entries[0].second;
  if (value.type == TomlType::table || value.type == TomlType::time) return {};
  node.type = value.type;
  node.text = std::move(value.text);
  node.integer = value.integer;
  node.number = value.number;
  node.boolean = value.boolean;
  node.elements = std::move(value.elements);
  for (auto& element : node.elements)
    element->origin = node.origin;
  return {};
}

std::string place(const TomlDocument& document, const TomlNode& node) {
  if (!node.set_by.empty()) return node.set_by;
  return document.file + ':' + std::to_string(std::max(node.line, 1));
}

// NOLINTNEXTLINE(misc-no-recursion): at most kMaxTomlDepth deep
void collect_unknown(const TomlDocument& document, const TomlNode& table,
                     std::vector<std::string>& lines) {
  for (const auto& [key, value] : table.entries) {
    const bool known = std::find(table.asked.begin(), table.asked.end(), key) != table.asked.end();
    if (!known) {
      lines.push_back(place(document, *value) + ": unknown key \"" + value->path + '"' +
                      did_you_mean(key, table.asked));
    } else if (value->type == TomlType::table && value->taken) {
      collect_unknown(document, *value, lines);
    }
  }
}

// NOLINTNEXTLINE(misc-no-recursion): at most kMaxTomlDepth deep
void collect_settings(const TomlDocument& document, const TomlNode& table,
                      std::vector<TomlSetting>& settings) {
  for (const auto& [key, value] : table.entries) {
    if (value->type == TomlType::table) continue;
    settings.push_back({value->path, toml_text(*value), value->origin, place(document, *value)});
  }
  for (const auto& [key, shown] : table.fallbacks) {
    if (table.find(key) != nullptr) continue;
    settings.push_back({toml_path(table.path, key), shown, TomlOrigin::built_in, ""});
  }
  for (const auto& [key, value] : table.entries) {
    if (value->type == TomlType::table) collect_settings(document, *value, settings);
  }
}

}  // namespace

Status TomlTable::set(std::string_view dotted_path, std::string_view text, TomlOrigin origin,
                      const std::string& set_by) {
  const auto bad = [&](const std::string& what) {
    return Error(Code::invalid, set_by + ": " + std::string(dotted_path) + ": " + what);
  };
  std::vector<std::string> keys;
  if (!split_path(dotted_path, keys)) return bad("is not a dotted key");
  TomlNode* node = node_;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (node->type != TomlType::table) return bad(node->path + " is a value, not a table");
    TomlNode* next = node->find(keys[i]);
    const bool last = i + 1 == keys.size();
    if (next == nullptr) {
      auto made = std::make_unique<TomlNode>();
      made->path = toml_path(node->path, keys[i]);
      made->origin = origin;
      made->set_by = set_by;
      next = made.get();
      if (last) next->type = TomlType::string;
      node->entries.emplace_back(keys[i], std::move(made));
    }
    node = next;
  }
  if (node->type == TomlType::table) return bad("is a table, not a value");
  if (node->origin > origin) return {};
  node->origin = origin;
  node->set_by = set_by;
  node->elements.clear();
  if (Status status = set_value(text, *node); !status)
    return std::move(status).error().with(set_by + ": " + std::string(dotted_path));
  return {};
}

Status TomlTable::finish() const {
  std::vector<std::string> lines;
  collect_unknown(*document_, *node_, lines);
  if (lines.empty()) return {};
  std::string message;
  for (std::size_t i = 0; i < std::min(lines.size(), kMaxUnknownListed); ++i) {
    message += (i == 0 ? "" : "\n") + lines[i];
  }
  if (lines.size() > kMaxUnknownListed) {
    message += "\nand " + std::to_string(lines.size() - kMaxUnknownListed) + " more";
  }
  return Error(Code::invalid, message);
}

std::vector<TomlSetting> TomlTable::settings() const {
  std::vector<TomlSetting> settings;
  collect_settings(*document_, *node_, settings);
  return settings;
}

}  // namespace holdfast
