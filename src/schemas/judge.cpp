// SPDX-License-Identifier: Apache-2.0
#include "schemas/judge.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/root_folder.h"
#include "base/shell_word.h"
#include "core/sha256.h"
#include "schemas/rules.h"

namespace holdfast::schemas {
namespace {

using core::Level;
using core::Verdict;

constexpr std::size_t kShownBytes = 200;  // of a piece of a schema
constexpr std::size_t kShortHash = 12;

std::string short_hash(const std::string& sha256) {
  return sha256.substr(0, kShortHash);
}

// A piece of a schema, shortened so that two that differ stay two.
std::string piece(const std::string& json) {
  if (json.size() <= kShownBytes) return json;
  core::Sha256 hash;
  hash.update(json);
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(json[end]) & 0xC0U) == 0x80U)
    --end;
  return json.substr(0, end) + "… (sha256 " + short_hash(core::to_hex(hash.finish())) + ')';
}

std::string words_of(ChangeClass change) {
  switch (change) {
    case ChangeClass::breaking:
      return "breaking";
    case ChangeClass::unknown:
      return "not decided, to be taken as breaking";
    case ChangeClass::safe:
      return "safe";
    case ChangeClass::annotation:
      return "a change of annotations";
    case ChangeClass::identical:
    case ChangeClass::equivalent:
      return "the same documents are valid";
  }
  return {};
}

// With the mode that decided it, where one did.
std::string words_of(ChangeClass change, const Comparison& comparison) {
  const bool is_decided = comparison.mode && change > ChangeClass::annotation;
  return words_of(change) +
         (is_decided ? " in mode " + std::string(level_name(*comparison.mode)) : "");
}

std::string words_of(const Sides& sides) {
  return sides.old_word + ' ' + sides.old + ", " + sides.new_word + ' ' + sides.now;
}

// The smallest document that shows it, where it is short enough for a line: whoever reads only that must not have to believe it.
std::string witness_of(const Change& change) {
  const auto told = [&](std::string_view words, const std::optional<std::string>& witness) {
    const bool is_short = witness && witness->size() <= kShownBytes;
    return is_short ? "; " + words_of_witness(words, change.change) + *witness : std::string();
  };
  return told(kNoLongerValid, change.backward_witness) +
         told(kNotValidBefore, change.forward_witness);
}

core::Finding finding_of(const core::Subject& subject, const Comparison& comparison,
                         const Change& change, const Sides& sides) {
  core::Finding finding;
  finding.subject = subject;
  finding.rule = change.rule;
  finding.level = level_of(change.change);
  const std::string at = change.path.empty() ? "" : change.path + ": ";
  finding.recorded = at + piece(change.old_value);
  finding.observed = at + piece(change.new_value);
  finding.message = subject.text() + ": " + at + change.message + " (" +
                    words_of(change.change, comparison) + "); " + words_of(sides) +
                    witness_of(change);
  finding.witness = {{"path", change.path},
                     {"keyword", change.keyword},
                     {"class", std::string(class_name(change.change))},
                     {"backward", std::string(answer_name(change.backward))},
                     {"forward", std::string(answer_name(change.forward))},
                     {"old", change.old_value},
                     {"new", change.new_value}};
  if (change.backward_witness)
    finding.witness.push_back({"no_longer_valid", *change.backward_witness});
  if (change.forward_witness)
    finding.witness.push_back({"not_valid_before", *change.forward_witness});
  return finding;
}

// What no change that is told says: the texts differ and the same documents are valid, or the list of changes was cut.
core::Finding rewritten(const core::Subject& subject, const Comparison& comparison,
                        const Sides& sides) {
  core::Finding finding;
  finding.subject = subject;
  finding.rule = kChanged;
  finding.level = level_of(comparison.change);
  finding.recorded = sides.old;
  finding.observed = sides.now;
  finding.message = subject.text() + ": the text is another one (" +
                    words_of(comparison.change, comparison) +
                    (comparison.has_more_changes ? "; there are more changes than are told" : "") +
                    "); " + words_of(sides);
  finding.witness = {{"class", std::string(class_name(comparison.change))},
                     {"backward", std::string(answer_name(comparison.backward))},
                     {"forward", std::string(answer_name(comparison.forward))}};
  if (comparison.backward_witness)
    finding.witness.push_back({"no_longer_valid", *comparison.backward_witness});
  if (comparison.forward_witness)
    finding.witness.push_back({"not_valid_before", *comparison.forward_witness});
  return finding;
}

class Judging {
 public:
  Judging(const SchemasConfig& config, const SchemaState& state) : config_(config), state_(state) {
    report_.subject = config.subject_of(state.name);
  }

  core::SubjectReport run(Timestamp now) {
    report_.observed_at = now;
    report_.basis = "nothing";
    switch (state_.status) {
      case DriftStatus::synced:
        report_.verdict = Verdict::in_step;
        look_was_whole(now);
        break;
      case DriftStatus::drift:
        report_.verdict = Verdict::drifted;
        look_was_whole(now);
        drifted();
        break;
      case DriftStatus::missing_in_registry:
        report_.verdict = Verdict::missing;
        report_.basis = "index";
        missing_in_registry();
        break;
      case DriftStatus::missing_local:
        missing_local();
        break;
      case DriftStatus::local_error:
        report_.verdict = Verdict::unknown;
        unreadable_pin();
        break;
      case DriftStatus::registry_error:
        report_.verdict = Verdict::unknown;
        not_compared();
        break;
      case DriftStatus::unknown:  // the check as a whole says why
        report_.verdict = Verdict::unknown;
        break;
    }
    beside();
    return std::move(report_);
  }

 private:
  void look_was_whole(Timestamp now) {
    report_.basis = "content";
    report_.proved_at = now;
  }

  core::Finding& add(std::string_view rule, Level level) {
    core::Finding finding;
    finding.subject = report_.subject;
    finding.rule = rule;
    finding.level = level;
    if (state_.pin) finding.file = printable_path(config_.fixtures + '/' + state_.pin->file);
    report_.findings.push_back(std::move(finding));
    return report_.findings.back();
  }

  std::string message(const std::string& what) const {
    return report_.subject.text() + ": " + what;
  }

  // Of this schema alone, where that can be: another one that breaks would keep it back, and --force and --accept are for what was looked at.
  std::string fetch_this() const {
    return config_.fetch_command() + (state_.was_edited ? " --force" : "") + of_this();
  }
  std::string of_this() const {
    return state_.is_fetched_alone ? " --schemas " + shell_word(state_.name) : std::string();
  }

  void drifted() {
    const Comparison& comparison = *state_.comparison;
    report_.findings =
        findings_of(report_.subject, comparison,
                    {"pinned", side_of(state_.local_version, *state_.pin), "the registry has",
                     side_of(state_.registry_version, *state_.published)});
    for (std::size_t i = 0; i < report_.findings.size(); ++i) {
      report_.findings[i].file = printable_path(config_.fixtures + '/' + state_.pin->file);
      report_.findings[i].hint =
          hint_of(i < comparison.changes.size() ? comparison.changes[i].change : comparison.change);
    }
  }

  // What keeps a fetch from being right, or from being done at all, comes before it.
  std::string hint_of(ChangeClass change) const {
    if (state_.is_edited_alone()) return hint_of_edited();
    const bool is_harmless = change != ChangeClass::breaking && change != ChangeClass::unknown;
    // Notes of many schemas say the same, so that a report can tell them as one.
    const bool is_noted = level_of(change) == Level::note && !state_.was_edited;
    std::string fetch = is_noted ? config_.fetch_command() : fetch_this();
    if (state_.version_regressed())
      fetch.insert(0, "ask who publishes it why the version went back, then ");
    if (is_harmless) return fetch;
    return "adapt the code, then " + fetch +
           " --accept breaking; to live with it for a while: holdfast schemas accept " +
           shell_word(state_.name) + " --reason TEXT --until 14d";
  }

  // What was fetched comes back from the registry only while it is there.
  std::string hint_of_edited() const {
    if (state_.is_edited_alone()) return fetch_this() + " restores the pin and keeps a backup";
    return "look who changed it, and restore the file from a copy of what was fetched";
  }

  void missing_in_registry() {
    core::Finding& finding = add(kMissingInRegistry, Level::error);
    if (state_.pin) finding.recorded = side_of(state_.local_version, *state_.pin);
    finding.message =
        message("pinned, and not in " + config_.registry.shown() +
                (config_.track.empty() ? "" : ", track " + printable_path(config_.track)));
    finding.hint =
        "look whether it was renamed; once it is gone for good, take the file out, and its "
        "entry in " +
        std::string(kLockFile);
  }

  void missing_local() {
    report_.basis = "index";
    if (!state_.is_expected) {
      report_.verdict = Verdict::unrecorded;
      core::Finding& finding = add(kNotPinned, Level::note);
      finding.observed = state_.registry_version;
      finding.message = message("published, and not pinned");
      finding.hint = fetch_this();
      return;
    }
    report_.verdict = Verdict::missing;
    core::Finding& finding = add(kPinMissing, Level::error);
    finding.recorded = state_.name + ".json";
    finding.message = message("it should be pinned, and " + printable_path(config_.fixtures) +
                              " has no such file");
    finding.hint = fetch_this() + "; to let go of it, take its entry out of " +
                   std::string(kLockFile) + " and of 'critical'";
  }

  void unreadable_pin() {
    core::Finding& finding = add(kPinUnreadable, Level::error);
    finding.observed = std::string(problem_name(state_.problem->kind));
    finding.message = message(sentence_of(*state_.problem));
    finding.witness = problem_fields();
    finding.hint =
        config_.fetch_command() + " --force" + of_this() + " restores it and keeps what is there";
  }

  // What an earlier look found still holds: nobody saw it go.
  void not_compared() {
    for (const core::Rule& rule : rules())
      if (rule.id != kNotCompared) report_.not_looked_for.emplace_back(rule.id);
    report_.look_again = "holdfast schemas check " + config_.arguments;
    core::Finding& finding = add(kNotCompared, Level::note);
    if (state_.pin) finding.recorded = side_of(state_.local_version, *state_.pin);
    const Problem problem =
        state_.problem.value_or(Problem{ProblemKind::cancelled, "it was not looked at"});
    finding.observed = std::string(problem_name(problem.kind));
    finding.message = message("not compared: " + sentence_of(problem));
    if (state_.problem) finding.witness = problem_fields();
    finding.hint = "tell whoever publishes it; check again once it is mended";
  }

  core::Fields problem_fields() const {
    core::Fields fields = {{"kind", std::string(problem_name(state_.problem->kind))}};
    if (state_.problem->http_status > 0)
      fields.push_back({"http_status", static_cast<std::int64_t>(state_.problem->http_status)});
    if (state_.problem->attempts > 0)
      fields.push_back({"attempts", static_cast<std::int64_t>(state_.problem->attempts)});
    return fields;
  }

  // What is so whatever the status is.
  void beside() {
    if (state_.is_lock_unread) report_.not_looked_for.emplace_back(kPinEdited);
    const bool is_read = state_.pin && !state_.pin->problem;
    if (state_.was_edited && is_read && state_.status != DriftStatus::synced) {
      core::Finding& finding = add(kPinEdited, Level::warning);
      finding.observed = short_hash(state_.pin->hashes.canonical_sha256);
      finding.message = message(
          state_.is_edited_alone()
              ? "the pin was changed since it was fetched; the registry has what was fetched"
              : "the pin was changed since it was fetched");
      finding.hint = hint_of_edited();
      // Then it is the cause of the differences, and who reads only the first line has to read this one.
      if (state_.is_edited_alone())
        std::ranges::rotate(report_.findings, std::prev(report_.findings.end()));
      if (report_.verdict == Verdict::in_step) report_.verdict = Verdict::drifted;
    }
    if (!state_.pinned_track.empty() && state_.comparison) {
      core::Finding& finding = add(kOtherTrack, Level::warning);
      finding.recorded = state_.pinned_track;
      finding.observed = config_.track;
      finding.message = message("the pin is of track " + printable_path(state_.pinned_track) +
                                ", and it was held against track " + printable_path(config_.track));
      finding.hint = "check the track that the pins are of, or fetch " + shell_word(config_.track) +
                     " into a folder of its own";
      if (report_.verdict == Verdict::in_step) report_.verdict = Verdict::drifted;
    }
    if (state_.version_regressed() && state_.status == DriftStatus::drift) {
      core::Finding& finding = add(kVersionRegressed, Level::warning);
      finding.recorded = state_.local_version;
      finding.observed = state_.registry_version;
      finding.message = message("the registry went back from " + state_.local_version + " to " +
                                state_.registry_version);
      finding.hint = "ask who publishes it before you fetch";
    }
    if (state_.is_deprecated && is_read) {
      core::Finding& finding = add(kDeprecated, Level::note);
      finding.message = message("the registry calls it deprecated" +
                                (state_.deprecation_note.empty()
                                     ? std::string()
                                     : ": " + printable_path(state_.deprecation_note)));
    }
  }

  const SchemasConfig& config_;
  const SchemaState& state_;
  core::SubjectReport report_;
};

}  // namespace

Level level_of(ChangeClass change) {
  switch (change) {
    case ChangeClass::identical:
    case ChangeClass::equivalent:
    case ChangeClass::annotation:
      return Level::note;
    case ChangeClass::safe:
      return Level::warning;
    case ChangeClass::breaking:
    case ChangeClass::unknown:
      return Level::error;
  }
  return Level::error;
}

std::string words_of_witness(std::string_view words, ChangeClass change) {
  return std::string(words) + (change == ChangeClass::safe ? ", which counts as safe: " : ": ");
}

std::string shown_piece(const std::string& text) {
  if (text.empty()) return "-";
  return text.ends_with(": ") ? text + "(not there)" : text;
}

std::string side_of(const std::string& version, const Pin& schema) {
  return (version.empty() ? "" : version + ' ') + short_hash(schema.hashes.canonical_sha256);
}

std::vector<core::Finding> findings_of(const core::Subject& subject, const Comparison& comparison,
                                       const Sides& sides) {
  std::vector<core::Finding> out;
  for (const Change& change : comparison.changes)
    out.push_back(finding_of(subject, comparison, change, sides));
  const auto told = std::ranges::max_element(comparison.changes, {}, &Change::change);
  const bool is_told = told != comparison.changes.end() && told->change >= comparison.change;
  // A list that was cut does not say what is behind its end: only the hashes of both texts make another difference another finding.
  const bool is_whole = is_told && !comparison.has_more_changes;
  if (!is_whole && comparison.change != ChangeClass::identical)
    out.push_back(rewritten(subject, comparison, sides));
  return out;
}

core::SubjectReport judge(const SchemasConfig& config, const SchemaState& state, Timestamp now) {
  return Judging(config, state).run(now);
}

}  // namespace holdfast::schemas
