// SPDX-License-Identifier: Apache-2.0
#include "json_schema/automaton.h"

#include <optional>
#include <utility>

#include "json_schema/automaton_language.h"
#include "json_schema/automaton_question.h"
#include "json_schema/automaton_search.h"
#include "json_schema/pattern_utf8.h"

namespace holdfast::json_schema {
namespace {

// How many strings are tried where a leaf has no automaton, so that a string that is found may be none of the language.
constexpr std::size_t kMostGuesses = 64;

Inclusion unknown(std::string reason) {
  return {Answer::unknown, {}, std::move(reason)};
}
Inclusion yes() {
  return {Answer::yes, {}, {}};
}

std::string budget_reason() {
  return "the budget of steps ran out";
}

// The language is a part of a list: each of its strings is asked for.
Inclusion search_list(const Language& language, const std::vector<std::u32string>& strings,
                      Budget& budget) {
  std::string reason;
  for (const std::u32string& string : strings) {  // the shorter ones first
    if (!budget.spend(1 + string.size())) return unknown(budget_reason());
    const std::string utf8 = utf8_of(string);
    const auto inside = language.contains(utf8);
    if (!inside)
      reason = inside.error().message();
    else if (*inside)
      return {Answer::no, utf8, {}};
  }
  return reason.empty() ? yes() : unknown(reason);
}

// A candidate of an inexact question is no member yet: further ones are tried.
std::optional<std::string> confirmed_member(const Language& language, Product& product,
                                            std::string& reason) {
  const auto reach = explore(product);
  if (!reach) return std::nullopt;
  for (const std::u32string& candidate : sample_product(product, *reach, kMostGuesses).strings) {
    std::string utf8 = utf8_of(candidate);
    const auto inside = language.contains(utf8);
    if (inside && *inside) return utf8;
    if (!inside) reason = inside.error().message();
  }
  return std::nullopt;
}

// Whether no string is in the language.
Inclusion search(const Language& language, Budget& budget) {
  if (const auto* strings = listed_strings(*language.node()))
    return search_list(language, *strings, budget);
  Question question(language, budget);
  std::string reason;
  for (const LengthRange& interval : question.intervals()) {
    Product product(question, interval);
    const auto candidate = shortest_member(product);
    if (budget.exhausted()) return unknown(budget_reason());
    if (!candidate) continue;
    std::string utf8 = utf8_of(*candidate);
    const auto inside = language.contains(utf8);
    if (inside && *inside) return {Answer::no, std::move(utf8), {}};
    reason = inside ? "a pattern is not regular, or too large for an automaton"
                    : inside.error().message();
    if (question.is_exact()) return unknown("the matcher does not confirm '" + utf8 + "'");
    if (auto member = confirmed_member(language, product, reason))
      return {Answer::no, *std::move(member), {}};
    if (budget.exhausted()) return unknown(budget_reason());
  }
  return reason.empty() ? yes() : unknown(reason);
}

}  // namespace

Inclusion includes(const Language& sub, const Language& super, Budget& budget) {
  if (is_same(*sub.node(), *super.node())) return yes();
  return search(sub - super, budget);
}

Inclusion disjoint(const Language& a, const Language& b, Budget& budget) {
  return search(a & b, budget);
}

Inclusion is_empty(const Language& language, Budget& budget) {
  return search(language, budget);
}

Inclusion is_universal(const Language& language, Budget& budget) {
  return search(~language, budget);
}

Answer is_finite(const Language& language, Budget& budget) {
  if (listed_strings(*language.node()) != nullptr) return Answer::yes;
  Question question(language, budget);
  if (budget.exhausted()) return Answer::unknown;
  Product product(
      question, question.intervals()
                    .back());  // the alphabet is finite, so below any bound there are finitely many
  const auto reach = explore(product);
  if (!reach || budget.exhausted()) return Answer::unknown;
  if (!has_useful_circle(product, *reach)) return Answer::yes;
  return question.is_exact() ? Answer::no : Answer::unknown;
}

namespace {

// What the matchers confirm goes into the members; false once there are enough.
bool add_members(const Language& language, const std::vector<std::u32string>& strings,
                 std::size_t count, Members& members) {
  for (const std::u32string& string : strings) {
    std::string utf8 = utf8_of(string);
    const auto inside = language.contains(utf8);
    if (!inside) members.is_all = false;
    if (!inside || !*inside) continue;
    if (members.strings.size() == count) {
      members.is_all = false;
      return false;
    }
    members.strings.push_back(std::move(utf8));
  }
  return true;
}

}  // namespace

Members sample(const Language& language, std::size_t count, Budget& budget) {
  Members members{.strings = {}, .is_all = true};
  if (const auto* strings = listed_strings(*language.node())) {
    add_members(language, *strings, count, members);
    return members;
  }
  Question question(language, budget);
  for (const LengthRange& interval : question.intervals()) {
    Product product(question, interval);
    const auto reach = explore(product);
    if (!reach || budget.exhausted()) {
      members.is_all = false;
      return members;
    }
    const Sample found = sample_product(product, *reach, count + 1);
    members.is_all = members.is_all && found.is_all;
    if (!add_members(language, found.strings, count, members)) return members;
  }
  return members;
}

}  // namespace holdfast::json_schema
