// SPDX-License-Identifier: Apache-2.0
#include "extract/accounting.h"

#include <initializer_list>
#include <utility>

namespace holdfast::extract {
namespace {

using Sets = std::initializer_list<const KeySet*>;

/// Looks keys up in several sets that are mostly in the same order.
class Lookup {
 public:
  explicit Lookup(Sets sets) {
    for (const KeySet* set : sets)
      places_.push_back({set, 0});
  }
  bool is_in_any(std::string_view key) {
    for (Place& place : places_) {
      if (place.set->find_next(key, place.expected) != KeySet::kNone) return true;
    }
    return false;
  }

 private:
  struct Place {
    const KeySet* set;
    std::size_t expected;
  };
  std::vector<Place> places_;
};

std::vector<std::string> in_none(const KeySet& keys, Sets sets) {
  for (const KeySet* set : sets)
    if (set->shares_with(keys)) return {};
  Lookup lookup(sets);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!lookup.is_in_any(keys.at(i))) out.emplace_back(keys.at(i));
  }
  return out;
}

}  // namespace

Accounts account(const Sides& sides) {
  const KeySet& ledger = sides.ledger;
  const KeySet& staged = sides.staged.keys;
  const KeySet& published = sides.published.keys;
  Accounts out;
  out.missing = in_none(ledger, {&published, &staged});
  out.unclaimed_published = in_none(published, {&ledger});
  out.unclaimed_staged = in_none(staged, {&ledger, &published});
  out.unpublished = in_none(staged, {&published});
  out.done = published.size() + out.unpublished.size();
  if (sides.items == nullptr) return out;
  out.pending = in_none(*sides.items, {&ledger, &staged, &published});
  KeySet strangers;
  for (const KeySet* set : {&ledger, &staged, &published}) {
    for (std::string& key : in_none(*set, {sides.items})) {
      if (strangers.insert(key)) out.strangers.push_back(std::move(key));
    }
  }
  return out;
}

}  // namespace holdfast::extract
