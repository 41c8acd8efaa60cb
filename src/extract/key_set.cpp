// SPDX-License-Identifier: Apache-2.0
#include "extract/key_set.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <utility>

namespace holdfast::extract {
namespace {
constexpr std::size_t kFirstSlots = 64;
constexpr unsigned kByteBits = 8;
constexpr unsigned kByteMask = 0xFF;
constexpr unsigned kTagShift = 32;  // the low bits of a hash choose the slot

std::uint64_t hash_of(std::string_view key) {
  return std::hash<std::string_view>()(key);
}
}  // namespace

void KeySetDigest::add(std::string_view key) {
  ++count;
  const core::Sha256Digest digest = core::sha256(key);
  unsigned carry = 0;
  for (std::size_t i = sum.size(); i-- > 0;) {
    carry += static_cast<unsigned>(sum[i]) + digest[i];
    sum[i] = static_cast<std::uint8_t>(carry & kByteMask);
    carry >>= kByteBits;
  }
}

std::string KeySetDigest::text() const {
  return std::to_string(count) + '-' + core::to_hex(sum);
}

std::optional<KeySetDigest> KeySetDigest::parse(std::string_view text) {
  KeySetDigest out;
  const auto read = std::from_chars(text.begin(), text.end(), out.count);
  const bool is_count =
      out.count <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (read.ec != std::errc() || !is_count || read.ptr == text.end() || *read.ptr != '-') return {};
  const auto sum =
      core::parse_sha256(text.substr(static_cast<std::size_t>(read.ptr - text.begin()) + 1));
  if (!sum) return {};
  out.sum = *sum;
  return out;
}

const std::shared_ptr<KeySet::Held>& KeySet::none() {
  static const auto kNone = std::make_shared<Held>();
  return kNone;
}

KeySet::Held& KeySet::own() {
  if (held_.use_count() > 1) held_ = std::make_shared<Held>(*held_);
  return *held_;
}

void KeySet::reserve(std::size_t count, std::size_t size_bytes) {
  Held& held = own();
  held.bytes.reserve(size_bytes);
  held.ends.reserve(count);
  std::size_t slots = std::max(held.slots.size(), kFirstSlots);
  while (3 * count > 2 * slots)
    slots *= 2;
  if (slots > held.slots.size()) held.make_slots(slots);
}

bool KeySet::insert(std::string_view key) {
  Held& held = own();
  if (3 * (held.ends.size() + 1) > 2 * held.slots.size())
    held.make_slots(held.slots.empty() ? kFirstSlots : 2 * held.slots.size());
  const std::uint64_t hash = hash_of(key);
  const std::size_t slot = held.slot_of(key, hash);
  if (held.slots[slot] != 0) return false;
  held.bytes += key;
  held.ends.push_back(held.bytes.size());
  held.slots[slot] = held.tag_of(hash) | static_cast<std::uint32_t>(held.ends.size());
  return true;
}

std::string_view KeySet::at(std::size_t index) const {
  return held().at(index);
}

std::size_t KeySet::find(std::string_view key) const {
  const auto& slots = held().slots;
  if (slots.empty()) return kNone;
  const std::uint32_t found = slots[held().slot_of(key, hash_of(key))];
  return found == 0 ? kNone : (found & (slots.size() - 1)) - 1;
}

std::size_t KeySet::find_next(std::string_view key, std::size_t& expected) const {
  const bool is_next = expected < size() && at(expected) == key;
  const std::size_t found = is_next ? expected : find(key);
  if (found != kNone) expected = found + 1;
  return found;
}

KeySetDigest KeySet::digest() const {
  KeySetDigest out;
  for (std::size_t i = 0; i < size(); ++i)
    out.add(at(i));
  return out;
}

std::size_t KeySet::memory_bytes() const {
  return held().bytes.capacity() + held().ends.capacity() * sizeof(std::uint64_t) +
         held().slots.capacity() * sizeof(std::uint32_t);
}

std::string_view KeySet::Held::at(std::size_t index) const {
  const std::uint64_t begin = index == 0 ? 0 : ends[index - 1];
  return {bytes.data() + begin, ends[index] - begin};
}

std::uint32_t KeySet::Held::tag_of(std::uint64_t hash) const {
  return static_cast<std::uint32_t>(hash >> kTagShift) &
         ~static_cast<std::uint32_t>(slots.size() - 1);
}

// The slot of the key, or the free one where it would go.
std::size_t KeySet::Held::slot_of(std::string_view key, std::uint64_t hash) const {
  const std::size_t mask = slots.size() - 1;
  const std::uint32_t tag = tag_of(hash);
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::uint32_t found = slots[slot];
    if (found == 0) return slot;
    const std::size_t index = found & mask;
    if ((found ^ tag) == index && at(index - 1) == key) return slot;
  }
}

void KeySet::Held::make_slots(std::size_t count) {
  slots.assign(count, 0);
  const std::size_t mask = slots.size() - 1;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::uint64_t hash = hash_of(at(i));
    std::size_t slot = hash & mask;
    while (slots[slot] != 0)  // all keys differ
      slot = (slot + 1) & mask;
    slots[slot] = tag_of(hash) | static_cast<std::uint32_t>(i + 1);
  }
}

bool KeysInOrder::insert(std::string_view key) {
  if (!has_left_) {
    if (in_order_ < likely_.size() && likely_.at(in_order_) == key) {
      ++in_order_;
      return true;
    }
    leave_order();
  }
  return keys_.insert(key);
}

void KeysInOrder::leave_order() {
  has_left_ = true;
  keys_.reserve(likely_.size(), likely_.size_bytes());
  for (std::size_t i = 0; i < in_order_; ++i)
    keys_.insert(likely_.at(i));
}

KeySet KeysInOrder::take() && {
  if (!has_left_ && in_order_ == likely_.size()) return std::move(likely_);
  if (!has_left_) leave_order();
  return std::move(keys_);
}

}  // namespace holdfast::extract
