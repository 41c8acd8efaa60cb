// SPDX-License-Identifier: Apache-2.0
#include "cli/artifacts_read_output.h"

#include <array>
#include <cstdio>
#include <utility>

#include "app/text.h"
#include "artifacts/rules.h"
#include "artifacts/tally_text.h"
#include "base/cancel.h"
#include "base/size_text.h"
#include "cli/terminal.h"
#include "core/canonical_json.h"
#include "core/fields.h"
#include "core/report_json.h"

namespace holdfast::cli {
namespace {

using artifacts::ScrubEnd;
using artifacts::Tally;
using artifacts::TypeCounts;
using artifacts::VerifyEnd;

std::string number(std::int64_t value) {
  return app::with_thousands(value);
}

std::string age_text(Timestamp now, Timestamp then) {
  return format_age(std::chrono::nanoseconds(now.ns - then.ns));
}

/// "0.04 s", "12 s", "3 min".
std::string elapsed_text(Timestamp from, Timestamp to) {
  const double seconds = static_cast<double>(to.ns - from.ns) / 1e9;
  if (seconds >= 10) return age_text(to, from);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), seconds < 1 ? "%.2f s" : "%.1f s", seconds);
  return text.data();
}

std::string lines(const app::TextTable& table) {
  return app::text_of(table, static_cast<std::size_t>(terminal_width()));
}

/// `quick` has no column that could be read as "in step by bytes".
std::string count_table(const Tally& tally, bool quick) {
  app::TextTable table;
  table.titles = {"type",    "rows",    quick ? "unchanged" : "in step",
                  "drifted", "missing", "unrecorded",
                  "unknown", "read"};
  table.right_aligned = {1, 2, 3, 4, 5, 6, 7};
  const auto add = [&table](const std::string& name, const TypeCounts& counts) {
    table.rows.push_back({app::printable(name), number(counts.rows), number(counts.in_step),
                          number(counts.drifted), number(counts.missing), number(counts.unrecorded),
                          number(counts.unknown),
                          size_text(static_cast<double>(counts.size_bytes_read))});
  };
  for (const auto& [type, counts] : tally.types)
    add(type.empty() ? "(none)" : type, counts);
  add("all", tally.total);
  return lines(table);
}

std::string proof_line(const Tally& tally, Timestamp now) {
  std::string out = "proofs: " + number(tally.proved) + " of " +
                    number(tally.proved + tally.never_proved) + " rows";
  if (tally.oldest_proof)
    out += "; the oldest of " + format_rfc3339(*tally.oldest_proof) + " (" +
           age_text(now, *tally.oldest_proof) + ", " + app::printable(tally.oldest_proof_id) + ')';
  if (tally.never_proved > 0) out += "; never proved: " + number(tally.never_proved);
  return out + '\n';
}

std::string finding_line(const Tally& tally, const catalog::IncidentChanges& incidents) {
  return "findings: " + app::counted(tally.errors, "error") + ", " +
         app::counted(tally.warnings, "warning") + ", " + app::counted(tally.notes, "note") + ", " +
         number(tally.waived) + " waived; incidents: " + number(incidents.opened) + " opened, " +
         number(incidents.changed) + " changed, " + number(incidents.resolved) + " resolved\n";
}

std::string quick_text(const VerifyEnd& end, const std::string& source) {
  const TypeCounts& total = end.tally.total;
  std::string out;
  if (total.in_step > 0) {
    out += app::counted(total.in_step, "row") +
           ": identity unchanged since the last full proof; the oldest of these proofs is of " +
           (end.tally.oldest_proof ? format_rfc3339(*end.tally.oldest_proof) : "never") + '\n';
  }
  const std::int64_t never = end.tally.count_of(artifacts::kNeverProved);
  const std::int64_t too_old = end.tally.count_of(artifacts::kProofTooOld);
  if (end.identity_changed > 0)
    out += app::counted(end.identity_changed, "row") + ": identity changed: unknown until read\n";
  if (never > 0) out += app::counted(never, "row") + ": no proof that counts: unknown until read\n";
  if (too_old > 0) out += app::counted(too_old, "row") + ": the proof is older than asked for\n";
  const std::int64_t to_come = end.tally.count_of(artifacts::kProofInFuture);
  if (to_come > 0)
    out += app::counted(to_come, "row") +
           ": the proof is dated in the future, so the clock was or is wrong\n";
  return out +
         "no bytes were read: a disk that rots moves no time and is not seen like this; 'holdfast "
         "artifacts verify " +
         source + "' reads them\n";
}

/// A look at identities alone is never called in step.
std::string name_of(const VerifyEnd& end) {
  const bool quick = end.depth == core::Depth::quick;
  if (quick && end.conclusion.outcome == artifacts::Outcome::in_step) return "identity_unchanged";
  return std::string(artifacts::outcome_name(end.conclusion.outcome));
}

/// Last, so that nobody takes the outcome of a part for that of all.
std::string part_text(const artifacts::Part& part) {
  const std::string out = ": of the " + app::counted(part.rows_looked_at, "row") +
                          " looked at, of " + number(part.rows) + "; ";
  if (part.open_incidents_outside == 0) return out + "no incident is open outside of these";
  return out + app::counted(part.open_incidents_outside, "incident") +
         (part.open_incidents_outside == 1 ? " is" : " are") +
         " open outside of these: holdfast incidents list";
}

std::string conclusion_line(const artifacts::Conclusion& conclusion, const std::string& name) {
  std::string gaps;
  for (const std::string& gap : conclusion.gaps)
    gaps += "incomplete: " + gap + '\n';
  std::string out = "conclusion: " + name;
  for (char& c : out) {
    if (c == '_') c = ' ';
  }
  return gaps + out + (conclusion.part ? part_text(*conclusion.part) : "") + '\n';
}

std::string gaps_json(const std::vector<std::string>& gaps) {
  std::string out = "[";
  for (const std::string& gap : gaps) {
    if (out.size() > 1) out += ',';
    core::append_canonical_string(out, gap);
  }
  return out + ']';
}

Result<std::string> conclusion_members(const artifacts::Conclusion& conclusion) {
  std::string part = "null";
  if (conclusion.part) {
    TRY_ASSIGN(part, core::canonical_json(
                         {{"rows_looked_at", conclusion.part->rows_looked_at},
                          {"rows", conclusion.part->rows},
                          {"open_incidents_outside", conclusion.part->open_incidents_outside}}));
  }
  return "\"gaps\":" + gaps_json(conclusion.gaps) + ",\"part\":" + part + ',';
}

/// A pass that a signal stopped ends by that signal: what a shell sees then.
std::int64_t exit_code(const artifacts::Conclusion& conclusion, bool cancelled) {
  constexpr std::int64_t kBySignal = 128;
  if (cancelled && received_signal() != 0) return kBySignal + received_signal();
  return static_cast<std::int64_t>(exit_of(conclusion.outcome));
}

/// An object without its braces.
Result<std::string> members_of(const core::Fields& fields) {
  TRY_ASSIGN(const std::string text, core::canonical_json(fields));
  return text.substr(1, text.size() - 2);
}

core::Fields load_fields(const artifacts::ScrubLoad& load) {
  return {{"rows", load.rows},
          {"size_bytes", static_cast<std::int64_t>(load.size_bytes)},
          {"unknown_sizes", load.unknown_sizes},
          {"never_read", load.never_looked_at},
          {"never_read_bytes", static_cast<std::int64_t>(load.never_looked_at_bytes)},
          {"never_proved", load.never_proved},
          {"older_than_promised", load.too_old},
          {"oldest_proof_at", core::time_or_null(load.oldest_proof)}};
}

Result<std::string> scrub_members(const ScrubEnd& end) {
  TRY_ASSIGN(const std::string before, core::canonical_json(load_fields(end.before)));
  TRY_ASSIGN(const std::string after, core::canonical_json(load_fields(end.after)));
  const auto seconds = [](const std::optional<std::chrono::nanoseconds>& time) {
    return time ? core::FieldValue(time->count() / 1'000'000'000) : core::FieldValue();
  };
  TRY_ASSIGN(
      const std::string plan,
      core::canonical_json({{"can_keep_promise", end.forecast.can_keep},
                            {"needed_bytes_per_s", end.forecast.needed_bytes_per_s},
                            {"window_share", end.forecast.window_share},
                            {"one_pass_s", seconds(end.forecast.one_pass)},
                            {"slices_per_day", end.forecast.slices_per_day
                                                   ? core::FieldValue(*end.forecast.slices_per_day)
                                                   : core::FieldValue()},
                            {"text", end.forecast.text}}));
  TRY_ASSIGN(const std::string tally, artifacts::tally_members(end.tally));
  return "\"before\":" + before + ",\"after\":" + after + ",\"forecast\":" + plan + ',' + tally;
}

}  // namespace

Exit exit_of(artifacts::Outcome outcome) {
  switch (outcome) {
    case artifacts::Outcome::in_step:
      return Exit::ok;
    case artifacts::Outcome::findings:
      return Exit::findings;
    case artifacts::Outcome::incomplete:
      return Exit::incomplete;
  }
  return Exit::incomplete;
}

Status FindingPrinter::begin(std::string_view schema, const std::string& source) {
  if (command_.output != OutputFormat::json) return {};
  TRY_ASSIGN(const std::string head,
             members_of({{"schema", std::string(schema)}, {"source", source}}));
  head_ = '{' + head + ",\"findings\":[";
  return {};
}

Status FindingPrinter::print(const std::string& piece) {
  const bool is_text = command_.output != OutputFormat::json;
  return command_.print(std::exchange(head_, {}) + (is_text ? fitted(piece) : piece));
}

Status FindingPrinter::add(const core::SubjectReport& report, const core::Finding& finding,
                           std::string& out) {
  if (command_.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string text, core::finding_json(report, finding));
    out += (first_ ? "\n" : ",\n") + text;
    first_ = false;
    return {};
  }
  const bool is_note = finding.level == core::Level::note;
  if (is_note && ++notes_[finding.rule] > kNotesShown) return {};
  out += std::string(core::level_name(finding.level)) + (finding.waived ? " (waived)" : "") + "  " +
         finding.rule + "  " + app::printable(finding.message) + '\n';
  if (!is_note && !finding.waived) out += "  hint: " + app::printable(finding.hint) + '\n';
  return {};
}

Status FindingPrinter::take(const core::SubjectReport& report) {
  std::string out;
  for (const core::Finding& finding : report.findings)
    TRY(add(report, finding, out));
  if (out.empty()) return {};
  before_print_();
  return print(out);
}

Status FindingPrinter::take(std::span<const artifacts::Judged> judged) {
  std::string out;
  for (const artifacts::Judged& each : judged) {
    for (const core::Finding& finding : each.report.findings)
      TRY(add(each.report, finding, out));
  }
  if (out.empty()) return {};
  before_print_();
  return print(out);
}

Status FindingPrinter::end_json(const std::string& members) {
  return print("\n]," + members + "}\n");
}

std::string FindingPrinter::notes_left_out() const {
  std::string out;
  for (const auto& [rule, count] : notes_) {
    if (count > kNotesShown)
      out +=
          "note  " + rule + "  … and " + number(count - kNotesShown) + " more (--json has all)\n";
  }
  return out;
}

Status print_verify(const Command& command, FindingPrinter& printer,
                    const artifacts::SourceConfig& config, const VerifyEnd& end) {
  const artifacts::Conclusion& conclusion = end.conclusion;
  const bool quick = end.depth == core::Depth::quick;
  if (command.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string run,
               members_of({{"run_id", end.run_id},
                           {"depth", std::string(quick ? "quick" : "full")},
                           {"started_at", format_rfc3339(end.started_at)},
                           {"ended_at", format_rfc3339(end.ended_at)},
                           {"identity_changed", end.identity_changed},
                           {"limit_reached", end.limit_reached},
                           {"complete", end.complete()},
                           {"conclusion", name_of(end)},
                           {"exit_code", exit_code(conclusion, end.cancelled)}}));
    TRY_ASSIGN(const std::string tally, artifacts::tally_members(end.tally));
    TRY_ASSIGN(const std::string members, conclusion_members(conclusion));
    return printer.end_json(run + ',' + members + tally);
  }
  std::string out = printer.notes_left_out();
  out += "verify " + config.name + ": " + app::counted(end.tally.total.rows, "row") +
         (quick ? " by identity, nothing read" : " by bytes") + ", " +
         elapsed_text(end.started_at, end.ended_at) + '\n';
  if (end.limit_reached) out += "--limit ended it: later rows were not looked at\n";
  out += '\n' + count_table(end.tally, quick) + '\n' + proof_line(end.tally, end.ended_at);
  if (quick) out += quick_text(end, config.name);
  out += finding_line(end.tally, end.incidents) + conclusion_line(conclusion, name_of(end));
  return command.print(fitted(out));
}

std::string plan_sentence(const std::string& source, const artifacts::ScrubLoad& load,
                          const artifacts::ScrubForecast& plan) {
  std::string out = plan.can_keep ? "" : "warning: ";
  out += "scrub " + source + ": " + app::counted(load.rows, "row") + ", " +
         size_text(static_cast<double>(load.size_bytes)) + "; ";
  const std::int64_t never = load.never_looked_at - load.in_future;
  if (never > 0) out += number(never) + " never read; ";
  if (load.in_future > 0)
    out += number(load.in_future) +
           " read at a time that is still to come, so a clock was or is wrong: read again; ";
  if (load.too_old > 0) out += number(load.too_old) + " read longer ago than promised; ";
  return out + plan.text;
}

Status print_scrub(const Command& command, FindingPrinter& printer, const ScrubEnd& end) {
  const artifacts::Conclusion& conclusion = end.conclusion;
  const std::string name(artifacts::outcome_name(conclusion.outcome));
  if (end.promise) TRY(printer.take(*end.promise));
  if (command.output == OutputFormat::json) {
    TRY_ASSIGN(const std::string run,
               members_of({{"run_id", end.run_id},
                           {"started_at", format_rfc3339(end.started_at)},
                           {"ended_at", format_rfc3339(end.ended_at)},
                           {"slice_over", end.slice_over},
                           {"next_expiry_at", core::time_or_null(end.next_expiry)},
                           {"conclusion", name},
                           {"exit_code", exit_code(conclusion, end.cancelled)}}));
    TRY_ASSIGN(const std::string rest, scrub_members(end));
    TRY_ASSIGN(const std::string members, conclusion_members(conclusion));
    return printer.end_json(run + ',' + members + rest);
  }
  std::string out = printer.notes_left_out();
  out += "slice: " + app::counted(end.tally.total.rows, "row") + " read, " +
         size_text(static_cast<double>(end.tally.total.size_bytes_read)) + ", " +
         elapsed_text(end.started_at, end.ended_at) +
         (end.cancelled    ? "; it was stopped"
          : end.slice_over ? "; it ended with work left"
                           : "; nothing more is due now") +
         '\n';
  if (end.tally.total.rows > 0) out += '\n' + count_table(end.tally, false) + '\n';
  out += "forecast: " + end.forecast.text + '\n';
  out += "proofs: " + number(end.after.rows - end.after.never_proved) + " of " +
         number(end.after.rows) + " rows";
  if (end.after.oldest_proof)
    out += "; the oldest of " + format_rfc3339(*end.after.oldest_proof) + " (" +
           age_text(end.ended_at, *end.after.oldest_proof) + ')';
  if (end.after.never_looked_at > 0) out += "; never read: " + number(end.after.never_looked_at);
  out += '\n';
  if (end.next_expiry)
    out += "the promise is broken unless it runs again before " + format_rfc3339(*end.next_expiry) +
           '\n';
  out += finding_line(end.tally, end.incidents) + conclusion_line(conclusion, name);
  return command.print(fitted(out));
}

}  // namespace holdfast::cli
