// SPDX-License-Identifier: Apache-2.0
// Reads and writes `artifact_observation` in bulk.
#include "artifacts/observations.h"

#include <utility>

#include "artifacts/statements.h"
#include "catalog/finding_json.h"
#include "catalog/stored.h"

namespace holdfast::artifacts {
namespace {

core::Subject parse_subject(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {"", text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Result<std::vector<Observation>> read_observations(const sql::Rows& rows) {
  std::vector<Observation> out;
  out.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Observation seen;
    seen.report.subject = parse_subject(rows.text(i, 0));
    seen.artifact_id = rows.text(i, 1);
    seen.artifact_type = rows.text(i, 2);
    TRY_ASSIGN(seen.report.verdict, catalog::stored_verdict(rows, i, 3));
    seen.report.basis = rows.text(i, 4);
    TRY_ASSIGN(seen.report.observed_at, catalog::stored_time(rows, i, 5));
    TRY_ASSIGN(seen.report.proved_at, catalog::stored_optional_time(rows, i, 6));
    TRY_ASSIGN(seen.report.findings, catalog::findings_from_json(rows.text(i, 7)));
    out.push_back(std::move(seen));
  }
  return out;
}

}  // namespace

Status save_observations(catalog::Catalog& catalog, std::string_view source,
                         std::span<const Observation> observations) {
  if (observations.empty()) return {};
  TRY(know_proof_statements(catalog));
  sql::JsonRows rows;
  for (const Observation& seen : observations) {
    const core::SubjectReport& report = seen.report;
    TRY_ASSIGN(const std::string findings, catalog::findings_to_json(report.findings));
    rows.begin_row();
    rows.add("subject", report.subject.text());
    rows.add("artifact_id", seen.artifact_id.empty() ? sql::Value() : sql::Value(seen.artifact_id));
    rows.add("artifact_type", seen.artifact_type);
    rows.add("verdict", std::string(core::verdict_name(report.verdict)));
    rows.add("basis", report.basis);
    rows.add("observed_at", format_rfc3339(report.observed_at));
    rows.add("proved_at", catalog::time_value(report.proved_at));
    rows.add("findings", findings);
  }
  return catalog::in_transaction(catalog.connection(), [&]() -> Status {
    TRY(catalog.connection().run("artifact_observation.save",
                                 {{"source", std::string(source)},
                                  {"rows", rows.take()},
                                  {"now", format_rfc3339(catalog.clock().now())}}));
    return {};
  });
}

Result<std::vector<Observation>> load_observations(catalog::Catalog& catalog,
                                                   std::string_view source,
                                                   std::span<const std::string> artifact_ids) {
  if (artifact_ids.empty()) return std::vector<Observation>();
  TRY(know_proof_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("artifact_observation.load",
                                      {{"source", std::string(source)},
                                       {"ids", catalog::text_rows("artifact_id", artifact_ids)}}));
  return read_observations(rows);
}

Status forget_observations(catalog::Catalog& catalog, std::string_view source,
                           std::span<const std::string> artifact_ids) {
  if (artifact_ids.empty()) return {};
  TRY(know_proof_statements(catalog));
  return catalog::in_transaction(catalog.connection(), [&]() -> Status {
    TRY(catalog.connection().run("artifact_observation.forget",
                                 {{"source", std::string(source)},
                                  {"ids", catalog::text_rows("artifact_id", artifact_ids)}}));
    return {};
  });
}

Result<std::vector<Observation>> page_other_observations(catalog::Catalog& catalog,
                                                         std::string_view source,
                                                         std::string_view after_subject,
                                                         std::int64_t limit) {
  TRY(know_proof_statements(catalog));
  TRY_ASSIGN(const auto rows, catalog.connection().run("artifact_observation.others",
                                                       {{"source", std::string(source)},
                                                        {"subject", std::string(after_subject)},
                                                        {"limit", limit}}));
  return read_observations(rows);
}

Status prune_file_observations(catalog::Catalog& catalog, std::string_view source,
                               Timestamp before) {
  TRY(know_proof_statements(catalog));
  return catalog::in_transaction(catalog.connection(), [&]() -> Status {
    TRY(catalog.connection().run(
        "artifact_observation.prune_files",
        {{"source", std::string(source)}, {"before", format_rfc3339(before)}}));
    return {};
  });
}

}  // namespace holdfast::artifacts
