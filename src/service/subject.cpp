// SPDX-License-Identifier: Apache-2.0
#include "service/subject.h"

#include "schemas/pins.h"
#include "schemas/published.h"

namespace holdfast::service {
namespace {

constexpr std::string_view kContext = ":.";

}  // namespace

Result<SubjectName> parse_subject(std::string_view text, const std::string& default_track) {
  SubjectName out{default_track, {}};
  if (text.starts_with(kContext)) {
    const std::size_t end = text.find(':', kContext.size());
    if (end == std::string_view::npos)
      return Error(Code::invalid, "a subject in a context is \":.TRACK:NAME\"");
    if (end > kContext.size()) out.track = text.substr(kContext.size(), end - kContext.size());
    text.remove_prefix(end + 1);
  }
  out.name = schemas::schema_name_of(text);
  TRY(schemas::check_track(out.track));
  TRY(schemas::check_schema_name(out.name));
  return out;
}

std::string subject_text(const std::string& track, const std::string& name,
                         const std::string& default_track) {
  return track == default_track ? name : std::string(kContext) + track + ':' + name;
}

}  // namespace holdfast::service
