// SPDX-License-Identifier: Apache-2.0
#include "extract/run_records.h"

#include <utility>

#include "base/root_folder.h"
#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "catalog/waivers.h"
#include "core/event.h"
#include "extract/judge.h"
#include "extract/publication.h"

namespace holdfast::extract {
namespace {

std::int64_t count(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

core::Event event_of(const char* name, const ExtractionConfig& config, const RunRecord& record) {
  core::Event event;
  event.name = name;
  event.subject = extraction_subject(config).text();
  event.actor = record.actor;
  event.run_id = record.run_id;
  event.fields = {
      {"out", printable_path(config.out)},
      {"shard", config.shard ? core::FieldValue(config.shard->text()) : core::FieldValue()}};
  return event;
}

void add(core::Event& event, core::Fields fields) {
  for (core::Field& field : fields)
    event.fields.push_back(std::move(field));
}

core::Event ended(const ExtractionConfig& config, const RunEnd& end, const RunRecord& record) {
  core::Event event = event_of("extract.run_ended", config, record);
  event.level = end.status == "complete" ? core::Level::note : core::Level::warning;
  add(event, {{"command", record.command},
              {"outcome", end.status},
              {"items", count(end.counts.items)},
              {"done_before", count(end.counts.done_before)},
              {"pending_at_start", count(end.counts.pending_at_start)},
              {"recovered_rows", count(end.counts.recovered_rows)},
              {"ok", count(end.counts.ok)},
              {"failed", count(end.failed.size())},
              {"first_failed",
               end.failed.empty() ? core::FieldValue() : core::FieldValue(end.failed.front().key)},
              {"torn_tails", count(end.torn.size())},
              {"elapsed_ms", static_cast<std::int64_t>(end.counts.elapsed_s * 1000)}});
  return event;
}

Status observe(catalog::Catalog& catalog, core::SubjectReport report, const RunRecord& record) {
  TRY(catalog::carry_over(catalog, report));
  TRY_ASSIGN(const auto waivers, catalog::WaiverSet::load(catalog));
  waivers.mark(report.findings);
  TRY(catalog::observe(catalog, "extract", {&report, 1}, record.run_id, record.actor));
  return {};
}

}  // namespace

Status record_run(catalog::Catalog& catalog, const ExtractionConfig& config, const RunEnd& end,
                  const RunRecord& record) {
  std::vector<core::Event> events;
  if (auto told = told_publication(config, real_file_system())) {
    core::Event event = event_of("extract.published", config, record);
    const core::FieldValue* id = core::find_field(*told, "publication");
    if (id != nullptr) event.dedup_key = "extract.published/" + core::display(*id);
    add(event, *std::move(told));
    events.push_back(std::move(event));
  }
  if (end.status != "complete-noop") events.push_back(ended(config, end, record));
  TRY(catalog::append_events(catalog, events));
  return config.shard ? Status() : observe(catalog, end.report, record);
}

Status record_repair(catalog::Catalog& catalog, const ExtractionConfig& config,
                     const RepairCounts& repair, const core::SubjectReport& report,
                     const RunRecord& record) {
  core::Event event = event_of("extract.repaired", config, record);
  event.level = core::Level::warning;
  event.actor = repair.actor;  // of who did it, where somebody else finishes it
  event.dedup_key =
      "extract.repaired/" + printable_path(config.out) + '/' + format_rfc3339(repair.began_at);
  add(event, {{"removed", count(repair.removed.count)},
              {"removed_key_set", repair.removed.text()},
              {"added", count(repair.added.count)},
              {"bad_ledger_lines", count(repair.bad_ledger_lines)},
              {"bad_staging_lines", count(repair.bad_staging_lines)},
              {"changed_staging_rows", count(repair.changed_staging_rows)},
              {"entries", count(repair.entries)},
              {"reason", repair.reason},
              {"journal", printable_path(repairs_journal(config))}});
  TRY(catalog::append_events(catalog, {&event, 1}));
  return config.shard ? Status() : observe(catalog, report, record);
}

}  // namespace holdfast::extract
