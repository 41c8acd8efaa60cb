// SPDX-License-Identifier: Apache-2.0
// What verify and scrub print: findings as they come, then counts. Text for people, or one JSON
// document that is written piece by piece, so that memory stays flat whatever the number of findings.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artifacts/scrub.h"
#include "artifacts/verify.h"
#include "cli/command.h"

namespace holdfast::cli {

Exit exit_of(artifacts::Outcome outcome);

/// Prints findings in the chosen output. Errors and warnings all; in text at most kNotesShown notes
/// of a rule.
class FindingPrinter {
 public:
  static constexpr std::int64_t kNotesShown = 10;
  /// `before_print` takes the progress line away.
  FindingPrinter(const Command& command, std::function<void()> before_print)
      : command_(command), before_print_(std::move(before_print)) {}
  /// Sets the head of the JSON document: schema and source. It is printed with the first piece, so that a
  /// command that fails before has printed nothing.
  Status begin(std::string_view schema, const std::string& source);
  Status take(std::span<const artifacts::Judged> judged);
  Status take(const core::SubjectReport& report);
  /// Ends the list of findings; `members` ("key":value,…) and the closing brace follow in JSON.
  Status end_json(const std::string& members);
  /// Notes that were left out of the text, by rule.
  std::string notes_left_out() const;

 private:
  Status print(const std::string& piece);
  Status add(const core::SubjectReport& report, const core::Finding& finding, std::string& out);
  const Command& command_;
  std::function<void()> before_print_;
  std::string head_;  // not printed yet
  bool first_ = true;
  std::map<std::string, std::int64_t> notes_;
};

Status print_verify(const Command& command, FindingPrinter& printer,
                    const artifacts::SourceConfig& config, const artifacts::VerifyEnd& end);
/// What a scrub says before it reads the first byte.
std::string plan_sentence(const std::string& source, const artifacts::ScrubLoad& load,
                          const artifacts::ScrubForecast& plan);
Status print_scrub(const Command& command, FindingPrinter& printer, const artifacts::ScrubEnd& end);

}  // namespace holdfast::cli
