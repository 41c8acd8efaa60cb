// SPDX-License-Identifier: Apache-2.0
#include "json_schema/change_class.h"

#include <array>
#include <initializer_list>

namespace holdfast::json_schema {
namespace {

constexpr std::array kProfiles = {Profile::contract, Profile::inclusion, Profile::confluent_strict,
                                  Profile::confluent_lenient};

}  // namespace

std::string_view class_name(ChangeClass change_class) {
  switch (change_class) {
    case ChangeClass::identical:
      return "identical";
    case ChangeClass::equivalent:
      return "equivalent";
    case ChangeClass::annotation:
      return "annotation";
    case ChangeClass::safe:
      return "safe";
    case ChangeClass::breaking:
      return "breaking";
    case ChangeClass::unknown:
      return "unknown";
  }
  return "unknown";
}

std::optional<ChangeClass> parse_class(std::string_view name) {
  for (const ChangeClass each :
       {ChangeClass::identical, ChangeClass::equivalent, ChangeClass::annotation, ChangeClass::safe,
        ChangeClass::breaking, ChangeClass::unknown})
    if (class_name(each) == name) return each;
  return {};
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
  switch (profile) {
    case Profile::contract:
      return "contract";
    case Profile::inclusion:
      return "inclusion";
    case Profile::confluent_strict:
      return "confluent-strict";
    case Profile::confluent_lenient:
      return "confluent-lenient";
  }
  return "contract";
}

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const Profile each : kProfiles)
    names.emplace_back(profile_name(each));
  return names;
}

std::optional<Profile> parse_profile(std::string_view name) {
  for (const Profile each : kProfiles)
    if (profile_name(each) == name) return each;
  return {};
}

}  // namespace holdfast::json_schema
