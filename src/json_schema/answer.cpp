// SPDX-License-Identifier: Apache-2.0
#include "json_schema/answer.h"

namespace holdfast::json_schema {

std::string_view answer_name(Answer answer) {
  switch (answer) {
    case Answer::no:
      return "no";
    case Answer::yes:
      return "yes";
    case Answer::unknown:
      return "unknown";
  }
  return "unknown";
}

Answer both(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::yes && b == Answer::yes ? Answer::yes : Answer::unknown;
}

}  // namespace holdfast::json_schema
