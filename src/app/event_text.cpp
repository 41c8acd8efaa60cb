// SPDX-License-Identifier: Apache-2.0
#include "app/event_text.h"

#include "app/text.h"

namespace holdfast::app {
namespace {

constexpr std::size_t kSeqWidth = 6;
constexpr std::size_t kLevelWidth = 7;
constexpr std::size_t kSeconds = 19;  // of RFC 3339

std::string quoted(const std::string& value) {
  const std::string text = printable(value);
  return text.empty() || text.find(' ') != std::string::npos ? '"' + text + '"' : text;
}

}  // namespace

std::string fields_line(const core::Fields& fields) {
  std::string out;
  for (const core::Field& field : fields)
    out += (out.empty() ? "" : " ") + field.key + '=' + quoted(core::display(field.value));
  return out;
}

std::string event_line(const catalog::StoredEvent& stored, std::size_t width) {
  const core::Event& event = stored.event;
  const std::string seq = std::to_string(event.seq);
  std::string out = std::string(seq.size() < kSeqWidth ? kSeqWidth - seq.size() : 0, ' ') + seq;
  out += "  " + format_rfc3339(event.at).substr(0, kSeconds) + "Z  " +
         padded(core::level_name(event.level), kLevelWidth) + "  " + event.name;
  if (!event.subject.empty()) out += "  " + printable(event.subject);
  if (const core::FieldValue* message = core::find_field(event.fields, "message");
      message != nullptr) {
    std::string text = printable(core::display(*message));
    const std::string subject = printable(event.subject) + ": ";
    if (text.starts_with(subject)) text.erase(0, subject.size());
    out += "  " + text;
  } else if (!event.fields.empty()) {
    out += "  " + fields_line(event.fields);
  }
  return width == 0 || display_width(out) <= width ? out : ended(out, width);
}

}  // namespace holdfast::app
