// SPDX-License-Identifier: Apache-2.0
#include "cli/extract_run_output.h"

#include <algorithm>
#include <span>

#include "app/text.h"
#include "base/root_folder.h"
#include "cli/extract_commands.h"
#include "core/fields.h"

namespace holdfast::cli {
namespace {

using extract::ExtractionConfig;
using extract::FailedItem;
using extract::RunEnd;

constexpr std::size_t kShownFailures = 20;

Result<std::string> run_json(const char* schema, const ExtractionConfig& config, const RunEnd& end,
                             const std::string& more) {
  std::string failed;
  for (const FailedItem& item : end.failed) {
    TRY_ASSIGN(const std::string text,
               core::canonical_json({{"key", item.key},
                                     {"why", item.why},
                                     {"tries", static_cast<std::int64_t>(item.tries)}}));
    failed += (failed.empty() ? "" : ",") + text;
  }
  TRY_ASSIGN(const std::string findings, findings_json(end.report));
  const auto count = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  TRY_ASSIGN(
      std::string head,
      core::canonical_json(
          {{"schema", std::string(schema)},
           {"extraction", config.name},
           {"out", printable_path(config.out)},
           {"shard", config.shard ? core::FieldValue(config.shard->text()) : core::FieldValue()},
           {"status", end.status},
           {"items", count(end.counts.items)},
           {"done_before", count(end.counts.done_before)},
           {"pending_at_start", count(end.counts.pending_at_start)},
           {"recovered_rows", count(end.counts.recovered_rows)},
           {"ok", count(end.counts.ok)},
           {"fail", count(end.failed.size())},
           {"published_rows", end.publication ? core::FieldValue(count(end.publication->row_count))
                                              : core::FieldValue()},
           {"elapsed_s", end.counts.elapsed_s}}));
  head.pop_back();
  std::string torn;
  for (const TornTail& tail : end.torn) {
    TRY_ASSIGN(const std::string text,
               core::canonical_json({{"offset", count(tail.offset)},
                                     {"size_bytes", count(tail.size_bytes)},
                                     {"kept_in", printable_path(tail.kept_in)}}));
    torn += (torn.empty() ? "" : ",") + text;
  }
  return head + more + ",\"failed\":[" + failed + "],\"torn\":[" + torn + "],\"findings\":[" +
         findings + "]}\n";
}

// In all: also those that were there before.
std::string rows_of(const extract::Publication& publication) {
  return app::counted(static_cast<std::int64_t>(publication.row_count), "row") + " in all";
}

std::string torn_and_failed(const ExtractionConfig& config, const RunEnd& end) {
  std::string out;
  for (const TornTail& tail : end.torn)
    out += "WARNING: a torn line of " + std::to_string(tail.size_bytes) +
           " bytes was cut off, as a kill or a power cut leaves it; kept in " +
           printable_path(tail.kept_in) + '\n';
  const std::size_t shown = std::min(end.failed.size(), kShownFailures);
  for (const FailedItem& item : std::span(end.failed).first(shown))
    out += "FAIL " + app::printable(item.key) + ": " + app::printable(item.why) + '\n';
  if (shown < end.failed.size())
    out += "… and " + app::counted(static_cast<std::int64_t>(end.failed.size() - shown), "item") +
           " more: all are in " + app::printable(printable_path(config.manifest())) + '\n';
  return out;
}

std::string run_text(const ExtractionConfig& config, const RunEnd& end) {
  std::string out = torn_and_failed(config, end) + findings_text(end.report);
  const auto count = [](std::uint64_t value) {
    return app::with_thousands(static_cast<std::int64_t>(value));
  };
  out += "run " + app::printable(config.name) + ": " +
         app::counted(static_cast<std::int64_t>(end.counts.items), "item") + ", " +
         count(end.counts.done_before) + " done before, " + count(end.counts.ok) + " extracted, " +
         count(end.failed.size()) + " failed";
  if (end.publication) out += "; published " + rows_of(*end.publication);
  return out + "\nstatus: " + end.status + '\n';
}

std::string merged_text(const extract::MergeEnd& end) {
  if (!end.sources.empty())
    return app::counted(static_cast<std::int64_t>(end.sources.size()), "output");
  if (end.run.status == "refused") return "nothing was merged";
  return "no shards lie here; the last merge " +
         (end.ended_before ? "ended at " + format_rfc3339(*end.ended_before)
                           : std::string("had not ended, and now has"));
}

std::string merge_text(const ExtractionConfig& config, const extract::MergeEnd& end) {
  std::string out = torn_and_failed(config, end.run) + findings_text(end.run.report);
  out += "merge " + app::printable(config.name) + ": " + merged_text(end);
  if (end.run.publication) out += "; published " + rows_of(*end.run.publication);
  return out + "\nstatus: " + end.run.status + '\n';
}

Result<Exit> exit_of_run(const RunEnd& end) {
  if (end.status == "cancelled")
    return Error(Code::cancelled, "stopped as asked; what was extracted is staged",
                 "run the same command again to go on");
  if (end.status == "refused") return Exit::findings;
  const ExtractOutcome outcome = outcome_of(end.report);
  if (outcome == ExtractOutcome::complete && !end.failed.empty()) return Exit::incomplete;
  return exit_of(outcome);
}

}  // namespace

Result<Exit> tell_run(const Command& command, const ExtractionConfig& config, const RunEnd& end) {
  if (command.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string text, run_json("holdfast.extract-run/1", config, end, ""));
    TRY(command.print(text));
  } else {
    TRY(command.print(run_text(config, end)));
  }
  return exit_of_run(end);
}

Result<Exit> tell_merge(const Command& command, const ExtractionConfig& config,
                        const extract::MergeEnd& end) {
  std::string json;
  std::string text;
  for (const extract::MergedSource& source : end.sources) {
    TRY_ASSIGN(const std::string each,
               core::canonical_json({{"out", printable_path(source.out)},
                                     {"rows", static_cast<std::int64_t>(source.row_count)},
                                     {"new", static_cast<std::int64_t>(source.new_count)}}));
    json += (json.empty() ? "" : ",") + each;
    text += app::printable(printable_path(source.out)) + ": " +
            app::counted(static_cast<std::int64_t>(source.row_count), "row") + ", " +
            app::with_thousands(static_cast<std::int64_t>(source.new_count)) + " new\n";
  }
  if (command.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string document,
               run_json("holdfast.extract-merge/1", config, end.run, ",\"merged\":[" + json + ']'));
    TRY(command.print(document));
  } else {
    TRY(command.print(text + merge_text(config, end)));
  }
  return exit_of_run(end.run);
}

}  // namespace holdfast::cli
