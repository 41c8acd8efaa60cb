// SPDX-License-Identifier: Apache-2.0
#include "json_schema/change_class.h"

#include <array>
#include <cstddef>

namespace holdfast::json_schema {
namespace {

constexpr std::array kClassNames = std::to_array<std::string_view>(
    {"identical", "equivalent", "annotation", "safe", "breaking", "unknown"});
constexpr std::array kProfileNames = std::to_array<std::string_view>(
    {"contract", "inclusion", "confluent-strict", "confluent-lenient"});

// The enumerators are the places of their names.
template <class Enum, std::size_t kCount>
std::optional<Enum> parse(const std::array<std::string_view, kCount>& names,
                          std::string_view name) {
  for (std::size_t i = 0; i < kCount; ++i)
    if (names.at(i) == name) return static_cast<Enum>(i);
  return {};
}

}  // namespace

std::string_view class_name(ChangeClass change_class) {
  return kClassNames.at(static_cast<std::size_t>(change_class));
}

std::optional<ChangeClass> parse_class(std::string_view name) {
  return parse<ChangeClass>(kClassNames, name);
}

ChangeClass class_of_answer(Answer answer) {
  switch (answer) {
    case Answer::yes:
      return ChangeClass::safe;
    case Answer::no:
      return ChangeClass::breaking;
    case Answer::unknown:
      return ChangeClass::unknown;
  }
  return ChangeClass::unknown;
}

Answer answer_of_class(ChangeClass change_class) {
  if (change_class <= ChangeClass::safe) return Answer::yes;
  return change_class == ChangeClass::breaking ? Answer::no : Answer::unknown;
}

std::string_view profile_name(Profile profile) {
  return kProfileNames.at(static_cast<std::size_t>(profile));
}

std::vector<std::string> profile_names() {
  return std::vector<std::string>(kProfileNames.begin(), kProfileNames.end());
}

std::optional<Profile> parse_profile(std::string_view name) {
  return parse<Profile>(kProfileNames, name);
}

}  // namespace holdfast::json_schema
