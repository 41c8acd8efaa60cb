// SPDX-License-Identifier: Apache-2.0
// What a question about languages or schemas is answered by: yes and no are proved, and what could not be proved in time is unknown.
#pragma once
#include <string_view>

namespace holdfast::json_schema {

enum class Answer : unsigned char { no, yes, unknown };
std::string_view answer_name(Answer answer);
/// Of two questions that must both be yes: one no is no, otherwise one unknown is unknown.
Answer both(Answer a, Answer b);

}  // namespace holdfast::json_schema
