// SPDX-License-Identifier: Apache-2.0
#include "schemas/baseline.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/canonical_json.h"
#include "schemas/drift_report.h"
#include "schemas/rules.h"

namespace holdfast::schemas {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kShownBytes = 80;  // of a value that is none

std::string shown(const Json& value) {
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() <= kShownBytes ? text : text.substr(0, kShownBytes) + "…";
}

Error wrong(const std::string& place, const std::string& found, const std::string& wanted) {
  return {Code::invalid, place + " is " + found + ", and it should be " + wanted,
          "name a report that holdfast schemas check --output FILE wrote"};
}

}  // namespace

/// Members of one object of the report, by its place.
class Baseline::Reader {
 public:
  Reader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {}

  Result<std::string> text(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end() || !found->is_string()) return refuse(key, "a text");
    return found->get<std::string>();
  }

  Result<bool> flag(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end() || !found->is_boolean()) return refuse(key, "true or false");
    return found->get<bool>();
  }

  Result<ChangeClass> change_class(const char* key) const {
    const auto found = object_.find(key);
    const auto known = found != object_.end() && found->is_string()
                           ? parse_class(found->get_ref<const std::string&>())
                           : std::nullopt;
    if (!known) return refuse(key, "identical, equivalent, annotation, safe, breaking or unknown");
    return *known;
  }

  /// Each object of a list.
  template <class See>
  Status each(const char* key, See see) const {
    const auto list = object_.find(key);
    if (list == object_.end() || !list->is_array()) return refuse(key, "a list");
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string place = place_ + '/' + key + '/' + std::to_string(i);
      const Json& one = (*list)[i];
      if (!one.is_object()) return wrong(place, shown(one), "an object");
      TRY(see(Reader(one, place)));
    }
    return {};
  }

  Error refuse(const char* key, const std::string& wanted) const {
    const auto found = object_.find(key);
    return wrong(place_ + '/' + key, found == object_.end() ? "not there" : shown(*found), wanted);
  }

  Result<Drift> drift() const {
    Drift out;
    TRY_ASSIGN(out.change, change_class("class"));
    TRY_ASSIGN(out.local_sha256, text("local_sha256"));
    TRY_ASSIGN(out.registry_sha256, text("registry_sha256"));
    TRY_ASSIGN(out.was_edited, flag("edited"));
    TRY_ASSIGN(out.had_regressed, flag("version_regressed"));
    TRY(each("changes", [&](const Reader& change) -> Status {
      Place place;
      TRY_ASSIGN(place.path, change.text("path"));
      TRY_ASSIGN(place.rule, change.text("rule"));
      out.changes.push_back(std::move(place));
      return {};
    }));
    return out;
  }

 private:
  const Json& object_;
  std::string place_;
};

Result<Baseline> Baseline::parse(std::string_view report) {
  if (report.size() > kMostBaselineBytes || core::is_json_too_deep(report))
    return wrong("it", "too large or too deep", "a drift report");
  const Json json = Json::parse(report, nullptr, false);
  if (!json.is_object()) return wrong("it", "no JSON object", "a drift report");
  const Reader whole(json, "");
  const auto format = whole.text("format");
  if (!format || *format != kReportFormat)
    return whole.refuse("format", '"' + std::string(kReportFormat) + '"');
  Baseline out;
  TRY_ASSIGN(out.track_, whole.text("track"));
  TRY(whole.each("schemas", [&](const Reader& schema) -> Status {
    TRY_ASSIGN(const std::string status, schema.text("status"));
    if (status != status_name(DriftStatus::drift)) return {};
    TRY_ASSIGN(std::string name, schema.text("schema"));
    TRY_ASSIGN(Drift drift, schema.drift());
    if (!out.drifts_.emplace(std::move(name), std::move(drift)).second)
      return schema.refuse("schema", "a schema that is told once");
    return {};
  }));
  return out;
}

bool Baseline::covers(const SchemaState& now, const core::Finding& finding) const {
  const auto found = drifts_.find(now.name);
  if (found == drifts_.end() || now.status != DriftStatus::drift) return false;
  const Drift& then = found->second;
  const bool is_no_more = now.published->hashes.canonical_sha256 == then.registry_sha256 &&
                          now.comparison->change <= then.change;
  if (!is_no_more) return false;
  const bool is_same_pin = now.pin->hashes.canonical_sha256 == then.local_sha256;
  if (finding.rule == kPinEdited) return then.was_edited && is_same_pin;
  if (finding.rule == kVersionRegressed) return then.had_regressed;
  const core::FieldValue* path = core::find_field(finding.witness, "path");
  const Place place{path == nullptr ? "" : core::display(*path), finding.rule};
  // A finding of the comparison has its class; what else is said of a pin (another track) has to be looked into.
  if (core::find_field(finding.witness, "class") == nullptr) return false;
  return is_same_pin || finding.rule == kChanged || std::ranges::count(then.changes, place) > 0;
}

std::int64_t Baseline::resolved_count(const DriftRun& run) const {
  if (run.pins_problem) return 0;  // nobody saw what is pinned
  return std::ranges::count_if(drifts_, [&](const auto& drift) {
    const auto now = std::ranges::find(run.schemas, drift.first, &SchemaState::name);
    return now == run.schemas.end() || now->status == DriftStatus::synced;
  });
}

}  // namespace holdfast::schemas
