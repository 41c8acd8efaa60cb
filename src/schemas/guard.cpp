// SPDX-License-Identifier: Apache-2.0
#include "schemas/guard.h"

#include <string>

#include "core/json_scan.h"

namespace holdfast::schemas {
namespace {

constexpr std::string_view kName = "\"holdfast-guard\"";

Pin made(std::string bytes) {
  return pin_of("guard", "", std::move(bytes), "the guard's schema");
}

/// The schema with one more required name; `true` where it is `false`, and the other way round.
std::string mutated(const std::string& canonical) {
  if (canonical == "true") return "false";
  if (!canonical.starts_with('{')) return "true";
  std::string out = "{";
  std::string required = "[" + std::string(kName) + "]";
  core::JsonScan scan(canonical);
  scan.members([&](core::JsonSpan key, core::JsonSpan value) {
    const std::string_view text = value.of(canonical);
    if (key.of(canonical) == "\"required\"") {
      if (text.starts_with('[') && text != "[]")
        required = std::string(text.substr(0, text.size() - 1)) + ',' + std::string(kName) + ']';
      return true;
    }
    if (out.size() > 1) out += ',';
    out += key.of(canonical);
    out += ':';
    out += text;
    return true;
  });
  return out + (out.size() > 1 ? "," : "") + "\"required\":" + required + '}';
}

Error blind(const std::string& what) {
  return {Code::internal,
          "the check can't see a change: " + what + " was reported as the same schema",
          "nothing this run says about schemas can be relied on; report it"};
}

}  // namespace

Pin guard_pin() {
  return made(R"({"type":"object","required":["a"]})");
}

Pin guard_change() {
  return made(R"({"type":"object","required":["a","b"]})");
}

Status prove_that_drift_is_seen(const PinFolder& pins, const Judge& judge) {
  const auto fixed = judge(guard_pin(), guard_change());
  const bool is_seen =
      fixed && (fixed->change == ChangeClass::breaking || fixed->change == ChangeClass::unknown);
  if (!is_seen) return blind("a schema with one more required name");
  for (const Pin& pin : pins.pins) {
    if (pin.problem) continue;
    const Pin copy = made(mutated(pin.text.canonical));
    if (copy.problem)
      return blind("a changed copy of " + pin.name + " (" + copy.problem->detail + ")");
    const auto told = judge(pin, copy);
    if (!told) continue;  // never "the same", but it proves nothing of the others
    // A schema that nothing fits stays the same with one more condition: its text differs, and that is seen.
    if (told->change == ChangeClass::identical) return blind("a changed copy of " + pin.name);
    return {};
  }
  return {};
}

}  // namespace holdfast::schemas
