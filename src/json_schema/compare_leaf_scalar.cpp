// SPDX-License-Identifier: Apache-2.0
// Numbers between bounds, on the multiples of some and off those of others; strings of a language.
#include "json_schema/compare_search.h"
#include "json_schema/compare_state.h"

namespace holdfast::json_schema {
namespace {

constexpr int kMostTriedNumbers = 2'000;
constexpr std::uint64_t kLongestPlainString = 4'096;

class NumberPicker {
 public:
  explicit NumberPicker(const State& state) : state_(state) {}

  bool fits(const Number& number, DocumentMaker& maker) const {
    if (state_.least &&
        (number < state_.least->at || (state_.least->is_open && number == state_.least->at)))
      return false;
    if (state_.most &&
        (number > state_.most->at || (state_.most->is_open && number == state_.most->at)))
      return false;
    for (const Number& step : state_.steps)
      if (!number.is_multiple_of(step)) return false;
    for (const Number& step : state_.not_steps)
      if (number.is_multiple_of(step)) return false;
    return state_.excluded.empty() || !has_value(state_.excluded, maker.number(number));
  }

  /// Tries the numbers worth it where there is no step, until one is taken: those people would write, those around the bounds, then the
  /// middle between the bounds again and again.
  template <class Try>
  bool try_plain(Try is_taken) const {
    const auto try_one = [&](const std::optional<Number>& number) {
      return number && is_taken(*number);
    };
    for (const Number& number : {Number(0), Number(1), Number(-1), Number(2),
                                 Number::of(5, -1, false), Number::of(5, -1, true)})
      if (is_taken(number)) return true;
    for (const auto* bound : {&state_.least, &state_.most})
      if (*bound && try_around((*bound)->at, try_one)) return true;
    for (const Number& step : state_.not_steps) {
      const auto half = product(step, Number::of(5, -1, false));
      if (try_one(half)) return true;
      if (half && state_.least && try_one(sum(*half, state_.least->at))) return true;
    }
    return try_middles(try_one);
  }

 private:
  template <class Try>
  bool try_around(const Number& at, Try try_one) const {
    if (try_one(at)) return true;
    for (const Number& way : {Number(1), Number(-1), Number::of(5, -1, false),
                              Number::of(5, -1, true), Number::of(1, -1, false)})
      if (try_one(sum(at, way))) return true;
    return try_one(at.floor()) || try_one(at.ceiling());
  }

  template <class Try>
  bool try_middles(Try try_one) const {
    if (!state_.least || !state_.most) return false;
    Number upper = state_.most->at;
    for (int i = 0; i < 60; ++i) {
      const auto both = sum(state_.least->at, upper);
      const auto middle = both ? product(*both, Number::of(5, -1, false)) : std::nullopt;
      if (!middle) return false;
      if (try_one(middle)) return true;
      upper = *middle;
    }
    return false;
  }

  const State& state_;
};

std::optional<Number> common_step(const std::vector<Number>& steps) {
  std::optional<Number> made = steps.front();
  for (const Number& step : steps)
    if (made) made = least_common_multiple(*made, step);
  return made;
}

// The first multiple to try and which way to go from it.
struct Walk {
  std::optional<Number> from;
  bool is_up = true;
};

Walk walk_of(const State& state, const Number& step) {
  const Number zero;
  if (state.least && state.least->at > zero) return {multiple_above(state.least->at, step), true};
  if (state.most && state.most->at < zero) return {multiple_below(state.most->at, step), false};
  if (state.least && !state.most) return {multiple_above(state.least->at, step), true};
  if (state.least) return {multiple_above(state.least->at, step), true};
  if (state.most) return {multiple_below(state.most->at, step), false};
  return {zero, true};
}

bool is_beyond(const State& state, const Number& number, bool is_up) {
  return is_up ? state.most && number > state.most->at : state.least && number < state.least->at;
}

std::string repeated(std::uint64_t count, const char* text) {
  std::string made;
  for (std::uint64_t i = 0; i < count; ++i)
    made += text;
  return made;
}

}  // namespace

Outcome Search::leaf_number(State& state) {
  std::optional<Number> step;
  if (!state.steps.empty()) {
    step = common_step(state.steps);
    if (!step) return unknown("multiples of too many digits");
    for (const Number& other : state.not_steps)
      if (step->is_multiple_of(other))
        return empty_by("every multiple of the one is one of the other");
  }
  const NumberPicker picker(state);
  if (step && picker.fits(Number(0), maker_)) return {Emptiness::member, maker_.number(Number(0))};
  if (!step) {
    if (state.least && state.most && state.least->at == state.most->at) {
      if (picker.fits(state.least->at, maker_))
        return {Emptiness::member, maker_.number(state.least->at)};
      return empty_by("the only number between the bounds is out");
    }
    Value found;
    picker.try_plain([&](const Number& number) {
      if (spend() && picker.fits(number, maker_)) found = maker_.number(number);
      return static_cast<bool>(found);
    });
    if (found) return {Emptiness::member, found};
    return unknown("no number was found between the bounds");
  }
  const Walk walk = walk_of(state, *step);
  std::optional<Number> at = walk.from;
  for (int i = 0; i < kMostTriedNumbers && at && spend(); ++i) {
    if (is_beyond(state, *at, walk.is_up))
      return empty_by("no multiple is left between the bounds");
    if (picker.fits(*at, maker_)) return {Emptiness::member, maker_.number(*at)};
    at = sum(*at, walk.is_up ? *step : step->negated());
  }
  return unknown("too many multiples between the bounds");
}

Outcome Search::leaf_string(State& state) {
  if (state.patterns.empty() && state.not_patterns.empty() &&
      state.length.least <= kLongestPlainString) {
    for (const char* text : {"a", "b", "0", "x", " "}) {
      const Value made = maker_.string(repeated(state.length.least, text));
      if (!has_value(state.excluded, made)) return {Emptiness::member, made};
      if (state.length.least > 0) continue;
      if (state.length.most == 0) return empty_by("only the empty string is short enough");
      break;
    }
    const std::uint64_t length = std::max<std::uint64_t>(state.length.least, 1);
    for (std::size_t i = 0; i <= state.excluded.size(); ++i) {
      std::string made = repeated(length - 1, "a");
      made += static_cast<char>('a' + static_cast<int>(i % 26));
      for (std::size_t more = i / 26; more > 0 && made.size() < state.length.most; --more)
        made += 'z';
      const Value value = maker_.string(made);
      if (!has_value(state.excluded, value)) return {Emptiness::member, value};
    }
  }
  std::vector<Language> parts;
  for (const PatternId pattern : state.patterns)
    parts.push_back(book_.language_of(pattern));
  for (const PatternId pattern : state.not_patterns)
    parts.push_back(~book_.language_of(pattern));
  if (!state.length.is_free())
    parts.push_back(Language::of_length({state.length.least, state.length.most}));
  std::vector<std::string> excluded;
  for (const Value value : state.excluded)
    excluded.emplace_back(value.string());
  if (!excluded.empty()) {
    auto listed = Language::of_strings(excluded);
    if (!listed) return unknown("a string that is not UTF-8");
    parts.push_back(~*listed);
  }
  const Inclusion found = is_empty(Language::all_of(parts), budget_);
  if (found.answer == Answer::yes) return empty_by("no string belongs to the languages");
  if (found.answer == Answer::unknown)
    return unknown(found.reason.empty() ? "patterns" : found.reason);
  return {Emptiness::member, maker_.string(found.witness)};
}

}  // namespace holdfast::json_schema
