// SPDX-License-Identifier: Apache-2.0
// A set of keys: names of items, clips, rows. Compact, because there may be millions: the bytes of each key and about twenty more; what is
// beyond 64 MiB lies in a file that the kernel can put away (base/spill_allocator.h).
//
// Its digest does not depend on the order in which the keys came: the sum, modulo 2^256, of the SHA-256 of each key (docs/formats/
// key-set.md). Equal digests and counts mean equal sets; it is no defence against somebody who makes keys to that end.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/spill_allocator.h"
#include "core/sha256.h"

namespace holdfast::extract {

struct KeySetDigest {
  std::uint64_t count = 0;
  core::Sha256Digest sum{};
  /// Adds one key that is not in it yet.
  void add(std::string_view key);
  bool operator==(const KeySetDigest&) const = default;
  /// "152265-9f86d0…": the count and 64 hex digits.
  std::string text() const;
  /// None where it is no such text.
  static std::optional<KeySetDigest> parse(std::string_view text);
};

/// Copies share their memory until one of them is inserted into.
class KeySet {
 public:
  /// Room for so many keys, and so many bytes in all: as much as is likely to come, so that little is moved while it grows.
  void reserve(std::size_t count, std::size_t size_bytes);
  /// Whether it is new. Keys are bytes; any.
  bool insert(std::string_view key);
  bool contains(std::string_view key) const { return find(key) != kNone; }
  std::size_t size() const { return held().ends.size(); }
  std::size_t size_bytes() const { return held().bytes.size(); }
  bool empty() const { return size() == 0; }
  /// Whether one is a copy of the other, or of the same set: then they hold the same keys in the same order.
  bool shares_with(const KeySet& other) const { return held_ == other.held_; }
  /// In the order of insertion; lives until the next insert().
  std::string_view at(std::size_t index) const;
  /// The index at() takes; kNone where it is not there.
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t find(std::string_view key) const;
  /// The same for keys that mostly come in the set's own order, as rows and ledger of one run do: `expected` is looked at first and
  /// set to the index behind the key that was found. Begin with 0.
  std::size_t find_next(std::string_view key, std::size_t& expected) const;
  KeySetDigest digest() const;
  std::size_t memory_bytes() const;

 private:
  template <class T>
  using Array = std::vector<T, SpillAllocator<T>>;
  struct Held {
    std::basic_string<char, std::char_traits<char>, SpillAllocator<char>>
        bytes;                  // one key behind the other
    Array<std::uint64_t> ends;  // of each key in bytes
    // A power of two, at most two thirds full. 0: free; else index + 1 in as many low bits as the number of slots takes, and above them
    // bits of the key's hash: what is another key shows mostly here, without a look at its bytes.
    Array<std::uint32_t> slots;

    std::string_view at(std::size_t index) const;
    std::size_t slot_of(std::string_view key, std::uint64_t hash) const;
    std::uint32_t tag_of(std::uint64_t hash) const;
    void make_slots(std::size_t count);
  };
  const Held& held() const { return *held_; }
  Held& own();
  static const std::shared_ptr<Held>& none();

  std::shared_ptr<Held> held_ = none();
};

/// Collects keys that likely are those of another set in its order, as rows are those of their ledger: then nothing is hashed, and the
/// two share their memory. The other set must stay as it is meanwhile.
class KeysInOrder {
 public:
  explicit KeysInOrder(const KeySet& likely) : likely_(likely) {}
  /// Whether it is new.
  bool insert(std::string_view key);
  KeySet take() &&;

 private:
  void leave_order();

  KeySet likely_;
  std::size_t in_order_ = 0;  // so many came as the first of likely_; then keys_ is empty
  bool has_left_ = false;
  KeySet keys_;
};

}  // namespace holdfast::extract
