// SPDX-License-Identifier: Apache-2.0
// How grave a difference of two schemas is (source 001: the runbook's classes), and by whose rules it gets its class.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_schema/answer.h"

namespace holdfast::json_schema {

/// From harmless to grave; unknown is behind all of them.
enum class ChangeClass : unsigned char {
  identical,
  equivalent,
  annotation,
  safe,
  breaking,
  unknown
};
std::string_view class_name(ChangeClass change_class);
std::optional<ChangeClass> parse_class(std::string_view name);

/// What an answer makes of a difference: safe where it is yes, breaking where it is no.
ChangeClass class_of_answer(Answer answer);
/// What a class says of the direction it is of: safe and less is yes, breaking no.
Answer answer_of_class(ChangeClass change_class);

enum class Profile : unsigned char {
  contract,  // optional properties of open objects are safe, whatever else is seen by anybody is breaking
  inclusion,         // safe is what both directions prove
  confluent_strict,  // as Confluent's registry judges, where that is sound: an optional property of an open object is breaking
  confluent_lenient,  // and there it is safe, as are closing an open object and removing a property
};
/// "confluent-strict".
std::string_view profile_name(Profile profile);
/// All of them.
std::vector<std::string> profile_names();
std::optional<Profile> parse_profile(std::string_view name);

/// Whether a reader puts the default of a missing property in.
enum class Defaults : unsigned char { ignore, fill };

}  // namespace holdfast::json_schema
