// SPDX-License-Identifier: Apache-2.0
// The table for people. A line per subject, then, indented below it, each finding with its hint: at 80 columns as at 160 nothing
// has to be cut but very long names. A sign stands beside every colour.
#include <algorithm>
#include <map>
#include <span>

#include "app/domains.h"
#include "app/report.h"
#include "app/text.h"

namespace holdfast::app {
namespace {

using core::Level;
using core::Verdict;

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

constexpr std::size_t kFewNotes = 3;    // that say the same are listed one by one
constexpr std::size_t kMostAlike = 10;  // subjects of which the like is said are all listed
constexpr std::size_t kAlikeShown = 5;  // of more of them

struct Mark {
  std::string_view sign;
  std::string_view colour;
};

// What is waived, or only noted, is calm; what nobody could look at is a warning whatever its findings say.
Mark mark_of(const ShownSubject& shown) {
  if (shown.level == Level::error) return {"✗", kRed};
  if (shown.level == Level::warning || shown.report.verdict == Verdict::unknown)
    return {"!", kYellow};
  if (!shown.report.findings.empty()) return {"·", kDim};
  return {"✓", kGreen};
}

class Painter {
 public:
  explicit Painter(const ReportStyle& style) : style_(style) {}
  std::string in(std::string_view colour, std::string_view text) const {
    if (!style_.colour) return std::string(text);
    return std::string(colour) + std::string(text) + std::string(kPlain);
  }
  std::size_t width() const { return style_.width; }

 private:
  const ReportStyle& style_;
};

std::string age_of(std::optional<Timestamp> from, Timestamp to) {
  return from ? format_age(std::chrono::nanoseconds(to.ns - from->ns)) : "-";
}

void append_folded(std::string& out, const std::string& lead, const std::string& text,
                   std::size_t width) {
  const std::size_t indent = display_width(lead);
  bool first = true;
  for (const std::string& line : folded(text, width > indent + 20 ? width - indent : 20)) {
    out += (first ? lead : std::string(indent, ' ')) + line + '\n';
    first = false;
  }
}

// A paragraph behind its sign; painted last, since escape sequences take no columns.
void append_marked(std::string& out, const Mark& mark, const std::string& text,
                   const Painter& painter) {
  std::string lines;
  append_folded(lines, "  ", text, painter.width());
  lines.replace(0, 1, painter.in(mark.colour, mark.sign));
  out += lines;
}

// The message of a finding names its subject; under the subject's own line that is said already.
std::string message_of(const core::Finding& finding) {
  std::string message = printable(finding.message);
  const std::string subject = printable(finding.subject.text()) + ": ";
  if (message.starts_with(subject)) message.erase(0, subject.size());
  return message;
}

void append_findings(std::string& out, const ShownSubject& shown, const Painter& painter) {
  std::string last_hint;
  for (const core::Finding& finding : shown.report.findings) {
    const std::string waived = finding.waived ? " (waived)" : "";
    append_folded(out, "    ", finding.rule + waived + ": " + message_of(finding), painter.width());
    const std::string hint = printable(finding.hint);
    if (!hint.empty() && hint != last_hint && !finding.waived)
      append_folded(out, "    hint: ", hint, painter.width());
    last_hint = hint;
  }
}

// Subjects that say the same: one note each, of one rule, with one hint. More than a few of them take one entry.
using Group = std::span<const ShownSubject>;

bool says_the_same(const ShownSubject& one, const ShownSubject& other) {
  if (one.level != Level::note || other.level != Level::note) return false;
  if (one.report.findings.size() != 1 || other.report.findings.size() != 1) return false;
  const core::Finding& a = one.report.findings.front();
  const core::Finding& b = other.report.findings.front();
  return a.rule == b.rule && a.hint == b.hint && one.report.verdict == other.report.verdict;
}

std::vector<Group> groups_of(const CheckResult& check) {
  const Group all(check.subjects);
  std::vector<Group> groups;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin + 1;
    while (end < all.size() && says_the_same(all[begin], all[end]))
      ++end;
    const bool few = end - begin <= kFewNotes;
    if (few) end = begin + 1;
    groups.push_back(all.subspan(begin, end - begin));
    begin = end;
  }
  return groups;
}

void append_group(std::string& out, Group group, const Painter& painter) {
  std::string names;
  for (const ShownSubject& shown : group.first(kFewNotes))
    names += printable(shown.report.subject.text()) + ", ";
  const auto count = static_cast<std::int64_t>(group.size());
  const core::Finding& finding = group.front().report.findings.front();
  append_marked(out, mark_of(group.front()),
                counted(count, "subject") + ": " + names + "… and " +
                    with_thousands(count - static_cast<std::int64_t>(kFewNotes)) +
                    " more (--json has all)",
                painter);
  const core::Rule* rule = find_rule(finding.rule);
  append_folded(
      out, "    ",
      finding.rule + ": " + (rule != nullptr ? std::string(rule->summary) : message_of(finding)),
      painter.width());
  if (!finding.hint.empty())
    append_folded(out, "    hint: ", printable(finding.hint), painter.width());
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The hint without the name in it: two that differ by it tell the same way out.
std::string shape_of(const core::Finding& finding) {
  std::string hint = finding.hint;
  const std::string& whole =
      finding.subject.name;  // "atlas/nb-0042", of which the hint has the end
  const std::string name = whole.substr(whole.find('/') + 1);
  if (name.empty()) return hint;
  for (std::size_t at = hint.find(name); at != std::string::npos; at = hint.find(name, at)) {
    const std::size_t end = at + name.size();
    const bool is_inside =
        (at > 0 && is_word(hint[at - 1])) || (end < hint.size() && is_word(hint[end]));
    if (is_inside) {
      at = end;
    } else {
      hint.replace(at, name.size(), 1, '\0');
    }
  }
  return hint;
}

std::string rules_of(const ShownSubject& shown) {
  std::vector<std::string> rules;
  for (const core::Finding& finding : shown.report.findings)
    rules.push_back(finding.rule + (finding.waived ? " (waived)" : ""));
  return listed(rules);
}

/// What stands in the table: one subject, or one entry for many notes.
struct Entry {
  Group group;
  std::size_t more = 0;  // of which the like is said, and which are left out behind this one
};

// A disk that is not mounted says of every file that it is missing: a screen of them tells what thousands do.
std::vector<Entry> entries_of(const CheckResult& check) {
  struct Alike {
    std::size_t count = 0;
    std::size_t shown = 0;
  };
  const std::vector<Group> groups = groups_of(check);
  std::map<std::string, Alike> alike;
  const auto likes_of = [&alike](const Group& group) -> Alike* {
    if (group.size() > 1 || group.front().report.findings.empty()) return nullptr;
    std::string said = rules_of(group.front());
    for (const core::Finding& finding : group.front().report.findings)
      said += '\n' + shape_of(finding);
    return &alike[said];
  };
  for (const Group& group : groups)
    if (Alike* likes = likes_of(group); likes != nullptr) ++likes->count;
  std::vector<Entry> entries;
  for (const Group& group : groups) {
    Alike* likes = likes_of(group);
    const bool are_many = likes != nullptr && likes->count > kMostAlike;
    if (are_many && likes->shown == kAlikeShown) continue;
    entries.push_back({group});
    if (are_many && ++likes->shown == kAlikeShown) entries.back().more = likes->count - kAlikeShown;
  }
  return entries;
}

void append_subjects(std::string& out, const CheckResult& check, const Painter& painter) {
  if (check.subjects.empty()) return;
  const std::vector<Entry> entries = entries_of(check);
  TextTable table{{"SUBJECT", "VERDICT", "LEVEL", "SINCE", "PROOF AGE"}, {}, 0, {}};
  for (const auto& [group, more] : entries) {
    if (group.size() > 1) continue;
    const ShownSubject& shown = group.front();
    table.rows.push_back(
        {printable(shown.report.subject.text()), verdict_words(shown.report.verdict),
         shown.level                     ? std::string(core::level_name(*shown.level))
         : shown.report.findings.empty() ? "-"
                                         : "waived",
         age_of(shown.since, check.ended_at), age_of(shown.report.proved_at, check.ended_at)});
  }
  const std::vector<std::string> lines = lines_of(table, painter.width() - 2);
  if (lines.size() > 1) out += "  " + painter.in(kDim, lines.front()) + '\n';
  std::size_t line = 0;
  for (const auto& [group, more] : entries) {
    if (group.size() > 1) {
      append_group(out, group, painter);
      continue;
    }
    const Mark mark = mark_of(group.front());
    out += painter.in(mark.colour, mark.sign) + ' ' + lines.at(++line) + '\n';
    append_findings(out, group.front(), painter);
    if (more > 0)
      append_folded(out, "  ",
                    "… and " + with_thousands(static_cast<std::int64_t>(more)) + " more of " +
                        rules_of(group.front()) + ": holdfast check --json has each",
                    painter.width());
  }
}

void append_check(std::string& out, const CheckResult& check, const Painter& painter) {
  out += painter.in(kBold, check.name) + '\n';
  append_folded(out, "  ", counts_sentence(check), painter.width());
  if (!check.remark.empty()) append_marked(out, {"!", kYellow}, printable(check.remark), painter);
  for (const std::string& gap : check.gaps)
    append_marked(out, {"!", kYellow}, "incomplete: " + printable(gap), painter);
  if (check.error && !check.error->hint().empty())
    append_folded(out, "  hint: ", printable(check.error->hint()), painter.width());
  append_subjects(out, check, painter);
  const std::int64_t in_step = check.by_verdict[static_cast<std::size_t>(Verdict::in_step)];
  if (check.not_listed_count > 0)
    out += painter.in(kDim, "  " + counted(check.not_listed_count, "subject") +
                                (check.not_listed_count <= in_step
                                     ? " in step not listed (--all lists them)"
                                     : " more not listed")) +
           '\n';
  out += '\n';
}

}  // namespace

std::string report_table(const CheckOutcome& outcome, const ReportStyle& style) {
  const Painter painter(style);
  std::string out;
  for (const CheckResult& check : outcome.checks)
    append_check(out, check, painter);
  for (const std::string& gap : outcome.gaps)
    append_marked(out, {"!", kYellow}, "incomplete: " + gap, painter);
  const bool bad = outcome.conclusion == Conclusion::findings;
  const bool good = outcome.conclusion == Conclusion::in_step;
  append_marked(out,
                bad    ? Mark{"✗", kRed}
                : good ? Mark{"✓", kGreen}
                       : Mark{"!", kYellow},
                conclusion_sentence(outcome), painter);
  return out;
}

}  // namespace holdfast::app
