// SPDX-License-Identifier: Apache-2.0
#include "extract/key_set.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>

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

void KeySet::reserve(std::size_t count, std::size_t size_bytes) {
  bytes_.reserve(size_bytes);
  ends_.reserve(count);
  std::size_t slots = std::max(slots_.size(), kFirstSlots);
  while (3 * count > 2 * slots)
    slots *= 2;
  if (slots > slots_.size()) make_slots(slots);
}

bool KeySet::insert(std::string_view key) {
  if (3 * (size() + 1) > 2 * slots_.size())
    make_slots(slots_.empty() ? kFirstSlots : 2 * slots_.size());
  const std::uint64_t hash = hash_of(key);
  const std::size_t slot = slot_of(key, hash);
  if (slots_[slot] != 0) return false;
  bytes_ += key;
  ends_.push_back(bytes_.size());
  slots_[slot] = tag_of(hash) | static_cast<std::uint32_t>(ends_.size());
  return true;
}

std::string_view KeySet::at(std::size_t index) const {
  const std::uint64_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(bytes_).substr(begin, ends_[index] - begin);
}

std::size_t KeySet::find(std::string_view key) const {
  if (slots_.empty()) return kNone;
  const std::uint32_t found = slots_[slot_of(key, hash_of(key))];
  return found == 0 ? kNone : (found & (slots_.size() - 1)) - 1;
}

std::size_t KeySet::find_next(std::string_view key, std::size_t& expected) const {
  const bool is_next = expected < size() && at(expected) == key;
  const std::size_t found = is_next ? expected : find(key);
  if (found != kNone) expected = found + 1;
  return found;
}

std::uint32_t KeySet::tag_of(std::uint64_t hash) const {
  return static_cast<std::uint32_t>(hash >> kTagShift) &
         ~static_cast<std::uint32_t>(slots_.size() - 1);
}

// The slot of the key, or the free one where it would go.
std::size_t KeySet::slot_of(std::string_view key, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  const std::uint32_t tag = tag_of(hash);
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::uint32_t found = slots_[slot];
    if (found == 0) return slot;
    const std::size_t index = found & mask;
    if ((found ^ tag) == index && at(index - 1) == key) return slot;
  }
}

void KeySet::make_slots(std::size_t count) {
  slots_.assign(count, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < size(); ++i) {
    const std::uint64_t hash = hash_of(at(i));
    std::size_t slot = hash & mask;
    while (slots_[slot] != 0)  // all keys differ
      slot = (slot + 1) & mask;
    slots_[slot] = tag_of(hash) | static_cast<std::uint32_t>(i + 1);
  }
}

KeySetDigest KeySet::digest() const {
  KeySetDigest out;
  for (std::size_t i = 0; i < size(); ++i)
    out.add(at(i));
  return out;
}

std::size_t KeySet::memory_bytes() const {
  return bytes_.capacity() + ends_.capacity() * sizeof(std::uint64_t) +
         slots_.capacity() * sizeof(std::uint32_t);
}

}  // namespace holdfast::extract
