// SPDX-License-Identifier: Apache-2.0
// The accounts of an extraction, by key and never by count: items, ledger, staging and published rows held against each other.
//
//   missing    in the ledger, and neither published nor staged: rows that were finished and are lost
//   unclaimed  published or staged, and not in the ledger
//   stranger   in any of the three, and no item
//   pending    an item that is in none of the three
// Pure: no file, no clock.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "extract/key_set.h"

namespace holdfast::extract {

/// Keys of rows: each once, and those that came again.
struct RowKeys {
  KeySet keys;
  std::vector<std::string> repeated;  // once each time
  std::uint64_t nameless = 0;         // rows without a key
  void add(std::string_view key) {
    if (!keys.insert(key)) repeated.emplace_back(key);
  }
};

struct Sides {
  const KeySet* items = nullptr;  // none: nobody knows what there should be
  const KeySet& ledger;
  const RowKeys& staged;
  const RowKeys& published;
};

struct Accounts {
  std::vector<std::string> missing;
  std::vector<std::string> unclaimed_published;
  std::vector<std::string> unclaimed_staged;  // and not published either
  std::vector<std::string> unpublished;       // staged, and not published
  std::vector<std::string> strangers;
  std::vector<std::string> pending;
  std::uint64_t done = 0;  // keys that are published or staged
};

Accounts account(const Sides& sides);

}  // namespace holdfast::extract
