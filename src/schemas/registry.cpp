// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry.h"

#include <algorithm>

#include "schemas/registry_apicurio.h"
#include "schemas/registry_confluent.h"
#include "schemas/registry_directory.h"
#include "schemas/registry_plain.h"

namespace holdfast::schemas {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The next run of digits or of other letters between dots, dashes and plus signs; the text is moved behind it.
std::string_view next_part(std::string_view& text) {
  while (!text.empty() && (text.front() == '.' || text.front() == '+' || text.front() == '_'))
    text.remove_prefix(1);
  std::size_t end = 0;
  const bool digits = !text.empty() && is_digit(text.front());
  while (end < text.size() && is_digit(text[end]) == digits && text[end] != '.' &&
         text[end] != '+' && text[end] != '_' && (end == 0 || text[end] != '-'))
    ++end;
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end);
  return part;
}

std::string_view without_zeros(std::string_view digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return digits.substr(first);
}

// "-rc1" of SemVer; and as Python's versions have it (PEP 440): "rc1", "b2" right behind a number.
bool is_pre_release(std::string_view part, std::string_view rest) {
  if (part.starts_with('-')) return true;
  const bool is_numbered = !rest.empty() && is_digit(rest.front());
  for (const std::string_view word : {"a", "b", "c"})
    if (part == word) return is_numbered;
  for (const std::string_view word : {"rc", "alpha", "beta", "dev", "pre", "preview"})
    if (part == word) return true;
  return false;
}

struct Part {
  std::string_view text;  // empty: the end
  bool is_pre_release = false;
};

Part take_part(std::string_view& text) {
  Part out{next_part(text)};
  out.is_pre_release = is_pre_release(out.text, text);
  return out;
}

// <0, 0, >0. Words stand before numbers; the end stands before both, and behind a pre-release.
int compare_parts(const Part& one, const Part& other) {
  std::string_view a = one.text;
  std::string_view b = other.text;
  if (a.empty() && b.empty()) return 0;
  if (a.empty()) return other.is_pre_release ? 1 : -1;
  if (b.empty()) return one.is_pre_release ? -1 : 1;
  if (is_digit(a.front()) && is_digit(b.front())) {
    a = without_zeros(a);
    b = without_zeros(b);
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return a.compare(b);
  }
  if (one.is_pre_release != other.is_pre_release) return one.is_pre_release ? -1 : 1;
  if (is_digit(a.front()) != is_digit(b.front())) return is_digit(a.front()) ? 1 : -1;
  return a.compare(b);
}

}  // namespace

const IndexEntry* Index::find(std::string_view name) const {
  const auto found = std::ranges::find(entries, name, &IndexEntry::name);
  return found == entries.end() ? nullptr : &*found;
}

bool version_less(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const int order = compare_parts(take_part(a), take_part(b));
    if (order != 0) return order < 0;
  }
  return false;
}

Result<std::unique_ptr<Registry>> open_registry(const RegistryConfig& config,
                                                const RegistryOptions& options) {
  switch (config.kind) {
    case RegistryKind::directory:
      return open_directory_registry(config, options);
    case RegistryKind::plain:
      return open_plain_registry(config, options);
    case RegistryKind::confluent:
      return open_confluent_registry(config, options);
    case RegistryKind::apicurio:
      return open_apicurio_registry(config, options);
  }
  return Error(Code::internal, "a kind of registry that nobody opens");
}

}  // namespace holdfast::schemas
