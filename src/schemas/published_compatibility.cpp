// SPDX-License-Identifier: Apache-2.0
#include "schemas/published_compatibility.h"

#include <algorithm>
#include <utility>

#include "schemas/pins.h"

namespace holdfast::schemas {
namespace {

// The exact profile answers a direction; the others have a class, which is of the way that was compared.
Answer answer_of(Profile profile, const Comparison& compared) {
  return profile == Profile::inclusion ? compared.backward : answer_of_class(compared.change);
}

std::string sentence(const Change& change, const std::string& against) {
  std::string out = change.message;
  if (!change.path.empty()) out += " at " + change.path;
  out += " (" + change.rule;
  if (!against.empty()) out += ", against " + against;
  out += ')';
  if (change.backward_witness) out += "; valid before, not now: " + *change.backward_witness;
  if (change.forward_witness) out += "; valid now, not before: " + *change.forward_witness;
  return out;
}

Pin text_of(const std::string& bytes) {
  return pin_of("schema", "schema", bytes, "the schema");
}

/// One call of judge_compatibility().
class Judging {
 public:
  Judging(Profile profile, Compatibility& out) : out_(out) { options_.profile = profile; }

  /// Whether who reads with `reader` can read what was valid for `writer`.
  Status ask(const Pin& writer, const Pin& reader, const std::string& against) {
    const auto compared = compare_schemas(writer, reader, options_);
    if (!compared) return Error(Code::invalid, compared.problem().detail);
    const Answer one = answer_of(options_.profile, *compared);
    out_.answer = both(out_.answer, one);
    out_.change = std::max(out_.change, compared->change);
    for (const Change& change : compared->changes)
      add(one != Answer::yes && change.change > ChangeClass::safe ? out_.reasons : out_.harmless,
          sentence(change, against));
    if (one == Answer::unknown)
      add(out_.reasons, "whether it is compatible could not be decided, which counts as no");
    if (one == Answer::no && out_.reasons.empty())
      add(out_.reasons, "what was valid is not valid any more");
    return {};
  }

 private:
  static void add(std::vector<std::string>& to, std::string text) {
    if (to.size() < kMostReasons && std::ranges::find(to, text) == to.end())
      to.push_back(std::move(text));
  }

  ComparisonOptions options_;
  Compatibility& out_;
};

}  // namespace

Result<Compatibility> judge_compatibility(CompatibilityLevel level, Profile profile,
                                          const VersionsBefore& before, const std::string& now) {
  Compatibility out;
  out.answer = Answer::yes;
  const Pin newer = text_of(now);
  if (newer.problem) return Error(Code::invalid, newer.problem->detail);
  TRY(refuse_invalid(newer));
  Judging judging(profile, out);
  for (std::size_t i = before.count; i-- > 0;) {
    TRY_ASSIGN(const std::string content, before.content_of(i));
    const Pin older = text_of(content);
    if (older.problem) return Error(Code::invalid, older.problem->detail);
    const std::string against = before.count == 1 ? "" : "version " + std::to_string(i + 1);
    if (asks_backward(level)) TRY(judging.ask(older, newer, against));
    if (asks_forward(level)) TRY(judging.ask(newer, older, against));
    if (!is_transitive(level)) break;
  }
  return out;
}

}  // namespace holdfast::schemas
