// SPDX-License-Identifier: Apache-2.0
// `holdfast explain`: what a rule, an exit code or a word of the reports means.
#include <array>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/domains.h"
#include "app/text.h"
#include "base/ascii.h"
#include "base/nearest.h"
#include "cli/command_tree.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Word {
  std::string_view word;
  std::string_view help;
};
// The words of docs/architecture.md, then those of the domains. Each is written with '_', and is found with ' ' and '-' too.
constexpr std::array kWords = {
    Word{"subject",
         "One thing with a recorded truth, named kind:name, such as artifact:atlas/nb-0042."},
    Word{"finding",
         "One difference between what is recorded and what is observed: subject, rule, level, both "
         "values, the smallest evidence "
         "(witness) and the next safe command (hint)."},
    Word{"witness",
         "The smallest evidence of a difference: hashes, sizes, times, keys. It is stored with the "
         "finding and its event."},
    Word{"verdict", "How a subject stands: in_step, drifted, missing, unrecorded or unknown."},
    Word{"in_step",
         "The verdict of a subject whose recorded facts were compared with what is there now, and "
         "agree."},
    Word{"drifted", "The verdict of a subject that is there and differs from its record."},
    Word{"missing", "The verdict of a subject that is recorded and not there."},
    Word{"unrecorded", "The verdict of a thing that is there and that no record names."},
    Word{"unknown",
         "The verdict of a subject that could not be looked at. Never evaluated is unknown, never "
         "in_step; it makes the run incomplete "
         "(exit 3)."},
    Word{"event",
         "An immutable, numbered line of the event log. Each is bound to the one before by a hash: "
         "holdfast events verify."},
    Word{"incident",
         "From the first finding on a subject to the observation that found it in step again. Only "
         "an observation closes it."},
    Word{"waiver",
         "An owner's acceptance of one exact difference (subject, rule, recorded, observed), with "
         "a reason and an end. Another difference on "
         "the same subject fires again; waived findings are always counted."},
    Word{"proof",
         "The last time everything that a record claims was compared in full. A quick check rests "
         "on it and never makes one."},
    Word{"level",
         "note, warning or error, as in SARIF. --fail-on says from which level on findings make "
         "the exit code 1."},
    Word{"hint",
         "The next safe command, or what to change; it stands below a finding or an error."},
    Word{"workspace", "A folder with holdfast.toml; paths in that file are relative to it."},
    Word{"catalog",
         "The database of Holdfast's own, SQLite or PostgreSQL: event log, incidents, waivers, "
         "check runs, proofs."},
    Word{"check", "A look that holds records against what is there, and never writes your data."},
    Word{"repair",
         "An explicit command that writes your data, with --dry-run to look first. It changes only "
         "what still is as it was seen."},
    Word{"sink", "A place that every event is delivered to, in order: see docs/events.md."},
    Word{"source", "A table of rows that name files and their hashes: [artifacts.NAME]."},
    Word{"root", "A folder that the paths of a source's rows lie in."},
    Word{"backfill",
         "holdfast artifacts backfill: reads files and writes their hashes into the rows that have "
         "none."},
    Word{"scrub",
         "holdfast artifacts scrub: reads the files whose proof is oldest, slice by slice, so that "
         "every byte is read again within the promised time."},
    Word{"journal",
         "The table where every change of a row is kept: old and new value, when and why."},
    Word{"breaker",
         "A limit on how many rows one run may find changed. Beyond it the run stops and changes "
         "no hash: so much drift is rather a wrong disk than many edits."},
    Word{"extraction", "A long run that makes one row for each item: [extract.NAME]."},
    Word{"ledger",
         "The file of an extraction that names each finished key, <out>.done. It is what says what "
         "was processed."},
    Word{"staged",
         "Of a row: in the staging file of an extraction (<out>.rows.jsonl), and not published "
         "yet."},
    Word{"published",
         "Of a row: in the Parquet file of an extraction. Of a schema: in the registry."},
    Word{"seal",
         "What a finished extraction notes of the files that it compared. While they are the same "
         "files, a check answers from it without reading them; --every-key reads them."},
    Word{"shard", "The k-th of n parts of the items of an extraction, by a hash of their key."},
    Word{"pin", "The copy of a schema in your files, which your code is written against."},
    Word{"registry", "The server or folder that publishes schemas, which pins are held against."},
    Word{"synced",
         "The status of a pin that was compared with the registry's schema and is the same."},
    Word{"drift",
         "A difference between what is recorded and what is there. As the status of a pin: the "
         "registry's schema was compared with it, and is another."},
    Word{"missing_in_registry", "The status of a pin whose schema the registry does not have."},
    Word{"missing_local", "The status of a schema that should be pinned and is not."},
    Word{"local_error", "The status of a pin that can't be read, or is no schema."},
    Word{"registry_error", "The status of a pin whose schema could not be had from the registry."},
    Word{"backward", "Of a change of a schema: whatever was valid still is (yes, no or unknown)."},
    Word{"forward",
         "Of a change of a schema: whatever is valid now was valid before (yes, no or unknown)."},
    Word{"breaking",
         "The class of a change of a schema that somebody who reads or writes its documents may "
         "stumble over. A mode (--mode) says which direction counts."},
    Word{"safe",
         "The class of a change of a schema that keeps what was promised, such as an optional "
         "property added to an open object."},
    Word{"annotation",
         "The class of a change of a schema in titles, descriptions, examples, defaults and the "
         "like: no document becomes valid or invalid."},
    Word{"equivalent", "The class of a change of a schema by which the same documents are valid."},
    Word{
        "baseline",
        "An earlier report of schemas check. What stands in it is marked waived, so that only what "
        "is new fails (--baseline FILE)."},
};

// "in step" and "In-Step" as the words and rules are written.
std::string spelt(std::string word) {
  for (char& c : word) {
    if (c == ' ' || c == '-') c = '_';
    c = ascii_lower(c);
  }
  return word;
}

struct Explanation {
  std::string word;
  std::string kind;  // "rule", "exit code", "word"
  std::string level;
  std::string summary;
  std::string help;
};

// "modified" for artifact.modified, where one rule ends so.
const core::Rule* rule_ending_with(const std::string& word) {
  const core::Rule* found = nullptr;
  for (const app::Domain& domain : app::domains())
    for (const core::Rule& rule : domain.rules()) {
      if (word.empty() || !rule.id.ends_with('.' + word)) continue;
      if (found != nullptr) return nullptr;
      found = &rule;
    }
  return found;
}

std::optional<Explanation> explain(const std::string& asked) {
  const std::string word = spelt(asked);
  if (const core::Rule* rule = app::find_rule(word); rule != nullptr)
    return Explanation{word, "rule", std::string(core::level_name(rule->level)),
                       std::string(rule->summary), std::string(rule->help)};
  for (const ExitMeaning& meaning : exit_meanings()) {
    const std::string code = std::to_string(meaning.code);
    if (word == code || word == meaning.name)
      return Explanation{code, "exit code", "", std::string(meaning.summary) + ".",
                         std::string(meaning.help)};
  }
  for (const Word& each : kWords)
    if (word == each.word) return Explanation{word, "word", "", std::string(each.help), ""};
  if (const core::Rule* rule = rule_ending_with(word); rule != nullptr)
    return explain(std::string(rule->id));
  return std::nullopt;
}

std::vector<std::string> all_words() {
  std::vector<std::string> words;
  for (const app::Domain& domain : app::domains())
    for (const core::Rule& rule : domain.rules())
      words.emplace_back(rule.id);
  for (const ExitMeaning& meaning : exit_meanings())
    words.push_back(std::to_string(meaning.code));
  for (const Word& word : kWords)
    words.emplace_back(word.word);
  return words;
}

std::string folded(const std::string& text, const std::string& indent) {
  std::string out;
  for (const std::string& line :
       app::folded(text, static_cast<std::size_t>(terminal_width()) - indent.size()))
    out += indent + line + '\n';
  return out;
}

// "left  text folded behind it".
std::string entry(const std::string& left, std::size_t left_width, std::string_view text) {
  const std::string indent(left_width + 2, ' ');
  const std::string lines = folded(std::string(text), indent);
  return app::padded(left, left_width + 2) + lines.substr(indent.size());
}

Result<Exit> list(const Command& command) {
  std::size_t width = 0;
  for (const app::Domain& domain : app::domains())
    for (const core::Rule& rule : domain.rules())
      width = std::max(width, rule.id.size() + 11);
  std::string out = "rules\n";
  for (const app::Domain& domain : app::domains())
    for (const core::Rule& rule : domain.rules())
      out +=
          entry("  " + app::padded(rule.id, width - 9) + std::string(core::level_name(rule.level)),
                width, rule.summary);
  out += "\nexit codes\n";
  for (const ExitMeaning& meaning : exit_meanings())
    out += entry("  " + std::to_string(meaning.code), 5, meaning.summary);
  std::string words;
  for (const Word& word : kWords)
    words += (words.empty() ? "" : ", ") + std::string(word.word);
  TRY(command.print(out + "\nwords\n" + folded(words, "  ")));
  return Exit::ok;
}

Json json_of(const Explanation& found) {
  return {{"word", found.word},
          {"kind", found.kind},
          {"level", found.level.empty() ? Json() : Json(found.level)},
          {"summary", found.summary},
          {"help", found.help}};
}

Result<Exit> run(const Command& command, const std::string& word) {
  if (word.empty() && command.output == OutputFormat::json) {
    Json list = Json::array();
    for (const std::string& each : all_words())
      list.push_back(json_of(*explain(each)));
    TRY(command.print(Json{{"explanations", list}}.dump(2) + "\n"));
    return Exit::ok;
  }
  if (word.empty()) return list(command);
  const auto found = explain(word);
  if (!found)
    return Error(
        Code::not_found,
        "nothing known about \"" + app::printable(word) + "\"" + did_you_mean(word, all_words()),
        "holdfast explain lists all");
  if (command.output == OutputFormat::json) {
    TRY(command.print(Json{{"explanations", Json::array({json_of(*found)})}}.dump(2) + "\n"));
    return Exit::ok;
  }
  std::string out = found->kind + ' ' + found->word +
                    (found->level.empty() ? "" : " (" + found->level + ")") + "\n\n";
  out += folded(found->summary, "  ");
  if (!found->help.empty()) out += '\n' + folded(found->help, "  ");
  TRY(command.print(out));
  return Exit::ok;
}

}  // namespace

void add_explain_command(CLI::App& root) {
  const auto word = std::make_shared<std::string>();
  CLI::App* command =
      add_command(root, "explain", "Say what a rule, an exit code or a word means",
                  {"holdfast explain", "holdfast explain artifact.changed_without_write",
                   "holdfast explain modified", "holdfast explain 3", "holdfast explain waiver"},
                  [word](const Command& with) { return run(with, *word); });
  command->add_option("WORD", *word, "A rule, an exit code or a word (none: list them)");
}

}  // namespace holdfast::cli
