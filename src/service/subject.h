// SPDX-License-Identifier: Apache-2.0
// Confluent's subjects: the name alone on the default track, else in a context of the track's name (":.v2:telemetry.FeedbackEvent").
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::service {

struct SubjectName {
  std::string track;
  std::string name;
};

/// `invalid` for what is no subject here.
Result<SubjectName> parse_subject(std::string_view text, const std::string& default_track);
std::string subject_text(const std::string& track, const std::string& name,
                         const std::string& default_track);

}  // namespace holdfast::service
