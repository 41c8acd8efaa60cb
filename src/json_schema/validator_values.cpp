// SPDX-License-Identifier: Apache-2.0
// What is asked of a value itself: its type, being one of some values, bounds of numbers and strings.

#include "json_schema/format.h"
#include "json_schema/validator_run.h"

namespace holdfast::json_schema {
namespace {

std::string type_names(TypeSet types) {
  struct Row {
    TypeSet bits;
    std::string_view name;
  };
  constexpr Row kRows[] = {{kTypeNull, "null"},     {kTypeBoolean, "boolean"},
                           {kTypeNumber, "number"}, {kTypeInteger, "integer"},
                           {kTypeString, "string"}, {kTypeArray, "array"},
                           {kTypeObject, "object"}};
  std::string text;
  for (const Row& row : kRows) {
    if ((types & row.bits) != row.bits) continue;
    if (row.bits == kTypeInteger && (types & kTypeFraction) != 0) continue;
    text += (text.empty() ? "" : " or ") + std::string(row.name);
  }
  return text;
}

}  // namespace

bool ValidatorRun::values(const Here& here) {
  bool valid = types(here);
  if (!valid && !goes_on()) return false;
  if (here.node.number != nullptr && here.value.is_number()) valid = numbers(here) && valid;
  if (!valid && !goes_on()) return false;
  if (here.node.string != nullptr && here.value.is_string()) valid = strings(here) && valid;
  return valid;
}

bool ValidatorRun::types(const Here& here) {
  bool valid = true;
  if (here.node.types != kEveryType && (here.node.types & type_of(here.value)) == 0)
    valid = violated(here, "type", [&] {
      return "is " + short_json_text(here.value, 40) + ", not " + type_names(here.node.types);
    });
  if (!valid && !goes_on()) return false;
  if (here.node.const_value && !(here.node.const_value == here.value))
    valid = violated(here, "const", [&] {
      return "is " + short_json_text(here.value, 40) + ", not " +
             short_json_text(here.node.const_value, 40);
    });
  if (!here.node.enum_values || (!valid && !goes_on())) return valid;
  const std::size_t count = here.node.enum_values.size();
  if (!spend(count)) return false;
  for (std::size_t i = 0; i < count; ++i)
    if (here.node.enum_values.at(i) == here.value) return valid;
  return violated(here, "enum", [&] {
    return "is " + short_json_text(here.value, 40) + ", none of " +
           counted(count, "value", "values");
  });
}

bool ValidatorRun::numbers(const Here& here) {
  const NumberKeywords& wanted = *here.node.number;
  const Number value = here.value.number();
  bool valid = true;
  const auto check = [&](const std::optional<Number>& bound, std::string_view keyword,
                         std::string_view relation, auto holds) {
    if (!bound || (!valid && !goes_on()) || holds(*bound)) return;
    valid = violated(here, keyword, [&] {
      return "is " + short_json_text(here.value, 40) + ", not " + std::string(relation) + " " +
             bound->text();
    });
  };
  check(wanted.minimum, "minimum", "at least", [&](const Number& b) { return value >= b; });
  check(wanted.maximum, "maximum", "at most", [&](const Number& b) { return value <= b; });
  check(wanted.exclusive_minimum, "exclusiveMinimum", "more than",
        [&](const Number& b) { return value > b; });
  check(wanted.exclusive_maximum, "exclusiveMaximum", "less than",
        [&](const Number& b) { return value < b; });
  if (wanted.multiple_of && !(value.is_small() && wanted.multiple_of->is_small()))
    if (!spend(value.digits().size() * wanted.multiple_of->digits().size() / 16)) return false;
  check(wanted.multiple_of, "multipleOf", "a multiple of",
        [&](const Number& b) { return value.is_multiple_of(b); });
  return valid;
}

std::optional<bool> ValidatorRun::matches(const PatternKeyword& pattern, std::string_view text) {
  if (!spend(1 + text.size() / 8)) return std::nullopt;
  if (!pattern.pattern) {
    stop(Code::unsupported,
         "the pattern \"" + std::string(pattern.text) + "\" can't be matched: " + pattern.problem);
    return std::nullopt;
  }
  const auto matched = pattern.pattern->matches(text);
  if (matched) return *matched;
  stop(Code::cancelled, matched.error().message());
  return std::nullopt;
}

bool ValidatorRun::strings(const Here& here) {
  const StringKeywords& wanted = *here.node.string;
  bool valid = true;
  if (wanted.min_length > 0 || wanted.max_length != kNoMost) {
    const std::size_t length = here.value.code_point_count();
    const auto has = [&] { return "has " + counted(length, "character", "characters"); };
    if (length < wanted.min_length)
      valid = violated(here, "minLength", [&] {
        return has() + ", not at least " + std::to_string(wanted.min_length);
      });
    if (length > wanted.max_length)
      valid = violated(here, "maxLength", [&] {
        return has() + ", not at most " + std::to_string(wanted.max_length);
      });
  }
  if (!valid && !goes_on()) return false;
  if (wanted.pattern != nullptr) {
    const auto matched = matches(*wanted.pattern, here.value.string());
    if (matched && !*matched)
      valid = violated(here, "pattern", [&] {
        return "is " + short_json_text(here.value, 40) + ", in which /" +
               std::string(wanted.pattern->text) + "/ is not found";
      });
    if (!matched || (!valid && !goes_on())) return false;
  }
  return format(here) && valid;
}

bool ValidatorRun::format(const Here& here) {
  const Value name = here.node.string->format;
  if (!name) return true;
  if (options_.format == FormatMode::annotation &&
      !schema_.resource(here.node.resource).asserts_format)
    return true;
  if (!spend(1 + here.value.string().size() / 8)) return false;
  if (has_format(name.string(), here.value.string()).value_or(true)) return true;
  return violated(here, "format", [&] {
    return "is " + short_json_text(here.value, 40) + ", no " + std::string(name.string());
  });
}

}  // namespace holdfast::json_schema
