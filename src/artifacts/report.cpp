// SPDX-License-Identifier: Apache-2.0
// The report in Markdown and JSON: one pass over the rows to count, one for the findings.
#include "artifacts/report.h"

#include <vector>

#include "artifacts/latest_reports.h"
#include "artifacts/tally_text.h"
#include "base/root_folder.h"
#include "core/fields.h"
#include "core/report_json.h"

namespace holdfast::artifacts {
namespace {

constexpr std::string_view kSchema = "holdfast.artifacts-report/1";

/// Text for a Markdown table: nothing in it may end the cell, begin markup or speak to a terminal.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : printable_path(text)) {
    switch (c) {
      case '|':
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
        out += '\\';
        out += c;
        break;
      case '<':
        out += "&lt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string row_of(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& each : cells)
    out += ' ' + each + " |";
  return out + '\n';
}

std::string time_or(const std::optional<Timestamp>& at, const char* otherwise) {
  return at ? format_rfc3339(*at) : otherwise;
}

struct Header {
  std::string source;
  Timestamp written_at;
};

class MarkdownWriter {
 public:
  explicit MarkdownWriter(const TextSink& sink) : sink_(sink) {}

  Status begin(const Header& header, const ReportEnd& end) {
    std::string out = "# Artifacts of " + cell(header.source) + "\n\n";
    out += "Written " + format_rfc3339(header.written_at) +
           ". Nothing was read for this page: it " + "tells the latest observation of every row";
    out += end.first_observed_at ? ", made between " + format_rfc3339(*end.first_observed_at) +
                                       " and " + format_rfc3339(*end.last_observed_at) + ".\n"
                                 : "; no row was ever observed.\n";
    if (end.never_observed > 0) {
      out += "\n**Incomplete**: " + std::to_string(end.never_observed) +
             " rows were never observed as they are recorded now.\n";
    }
    out += "\n## Counts\n\n" + counts(end.tally);
    out += "\n## Proofs\n\nOldest proof: " + time_or(end.tally.oldest_proof, "none");
    if (end.tally.oldest_proof)
      out += " (" + format_age(age(header.written_at, *end.tally.oldest_proof)) + ", " +
             cell(end.tally.oldest_proof_id) + ')';
    out += ". Rows with a hash that were proved: " + std::to_string(end.tally.proved) +
           "; never proved: " + std::to_string(end.tally.never_proved) + ".\n";
    out += "\n## Findings\n\n" +
           row_of({"level", "rule", "subject", "recorded", "observed", "observed at", "message"});
    out += row_of({"---", "---", "---", "---", "---", "---", "---"});
    return sink_(out);
  }

  Status finding(const core::SubjectReport& report, const core::Finding& finding) {
    const std::string level =
        std::string(core::level_name(finding.level)) + (finding.waived ? " (waived)" : "");
    return sink_(row_of({level, cell(finding.rule), cell(finding.subject.text()),
                         cell(finding.recorded), cell(finding.observed),
                         format_rfc3339(report.observed_at), cell(finding.message)}));
  }

  Status end(const Header& header) {
    return sink_(
        "\n## Checking it by other means\n\n"
        "`holdfast artifacts export " +
        header.source +
        " > recorded.sha256` writes what the rows record; in the root folder,\n"
        "`sha256sum -c recorded.sha256` holds it against the files.\n");
  }

 private:
  static std::chrono::nanoseconds age(Timestamp now, Timestamp then) {
    return std::chrono::nanoseconds(now.ns - then.ns);
  }

  static std::vector<std::string> count_cells(const std::string& type, const TypeCounts& counts) {
    return {cell(type),
            std::to_string(counts.rows),
            std::to_string(counts.in_step),
            std::to_string(counts.drifted),
            std::to_string(counts.missing),
            std::to_string(counts.unrecorded - counts.no_file),
            std::to_string(counts.no_file),
            std::to_string(counts.unknown)};
  }

  static std::string counts(const Tally& tally) {
    std::string out = row_of(
        {"type", "rows", "in step", "drifted", "missing", "unrecorded", "no file", "unknown"});
    out += row_of({"---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"});
    for (const auto& [type, each] : tally.types)
      out += row_of(count_cells(type, each));
    return out + row_of(count_cells("all", tally.total));
  }

  const TextSink& sink_;
};

class JsonWriter {
 public:
  explicit JsonWriter(const TextSink& sink) : sink_(sink) {}

  Status begin(const Header& header, const ReportEnd& end) {
    TRY_ASSIGN(
        std::string head,
        core::canonical_json({{"schema", std::string(kSchema)},
                              {"source", header.source},
                              {"written_at", format_rfc3339(header.written_at)},
                              {"first_observed_at", core::time_or_null(end.first_observed_at)},
                              {"last_observed_at", core::time_or_null(end.last_observed_at)},
                              {"never_observed", end.never_observed},
                              {"complete", end.complete()}}));
    TRY_ASSIGN(const std::string tally, tally_members(end.tally));
    head.pop_back();
    return sink_(head + ',' + tally + ",\"findings\":[");
  }

  Status finding(const core::SubjectReport& report, const core::Finding& finding) {
    TRY_ASSIGN(const std::string text, core::finding_json(report, finding));
    const char* between = first_ ? "\n" : ",\n";
    first_ = false;
    return sink_(between + text);
  }

  Status end(const Header&) { return sink_("\n]}\n"); }

 private:
  const TextSink& sink_;
  bool first_ = true;
};

void count(ReportEnd& end, const LatestReport& latest) {
  if (latest.row == nullptr) {
    end.tally.add_findings(latest.report);
  } else {
    end.tally.add(*latest.row, latest.report, 0);
  }
  if (!latest.observed) {
    ++end.never_observed;
    return;
  }
  const Timestamp at = latest.report.observed_at;
  if (!end.first_observed_at || at < *end.first_observed_at) end.first_observed_at = at;
  if (!end.last_observed_at || at > *end.last_observed_at) end.last_observed_at = at;
}

template <class Writer>
Result<ReportEnd> write(ArtifactTable& table, catalog::Catalog& catalog, Writer writer) {
  const Header header{table.config().name, catalog.clock().now()};
  ReportEnd end;
  const auto take_counts = [&](const LatestReport& latest) -> Status {
    count(end, latest);
    return {};
  };
  const auto take_findings = [&](const LatestReport& latest) -> Status {
    for (const core::Finding& finding : latest.report.findings)
      TRY(writer.finding(latest.report, finding));
    return {};
  };
  TRY(for_each_latest(table, catalog, take_counts));
  TRY(writer.begin(header, end));
  TRY(for_each_latest(table, catalog, take_findings));
  TRY(writer.end(header));
  return end;
}

}  // namespace

bool ReportEnd::complete() const {
  const core::CheckCounts counts = tally.counts();
  return never_observed == 0 && tally.not_told() == 0 && counts.evaluated > 0;
}

Result<ReportEnd> write_report(const SourceConfig& config, catalog::Catalog& catalog,
                               ReportFormat format, const TextSink& sink) {
  TRY_ASSIGN(auto table, ArtifactTable::open(config, catalog, Access::read_only));
  switch (format) {
    case ReportFormat::markdown:
      return write(table, catalog, MarkdownWriter(sink));
    case ReportFormat::json:
      return write(table, catalog, JsonWriter(sink));
  }
  return Error(Code::internal, "no such report format");
}

}  // namespace holdfast::artifacts
