// SPDX-License-Identifier: Apache-2.0
#include "parquet/compact_reader.h"

#include <limits>

namespace holdfast::parquet {
namespace {

constexpr unsigned kBitsPerByte = 7;
constexpr unsigned kMoreBytes = 0x80;
constexpr unsigned kLongList = 15;
constexpr std::uint64_t kDoubleBytes = 8;
constexpr std::uint64_t kUuidBytes = 16;

std::int64_t zigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1));
}

}  // namespace

const char* const CompactReader::kEndsEarly = "it ends early";

void CompactReader::fail(const char* fault) {
  if (fault_ != nullptr) return;
  fault_ = fault;
  rest_ = {};
}

bool CompactReader::enter(bool expected) {
  if (!expected) fail("a value has another type than the format says");
  if (++depth_ > kMostDepth) fail("values are nested too deep");
  return ok();
}

std::uint8_t CompactReader::byte() {
  if (rest_.empty()) {
    fail(kEndsEarly);
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::uint64_t CompactReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < std::numeric_limits<std::uint64_t>::digits;
       shift += kBitsPerByte) {
    const std::uint8_t next = byte();
    value |= static_cast<std::uint64_t>(next & (kMoreBytes - 1)) << shift;
    if ((next & kMoreBytes) == 0) return value;
  }
  fail("an integer is too long");
  return 0;
}

std::string_view CompactReader::take(std::uint64_t size_bytes) {
  if (size_bytes > rest_.size()) {
    fail(kEndsEarly);
    return {};
  }
  const std::string_view taken = rest_.substr(0, size_bytes);
  rest_.remove_prefix(size_bytes);
  return taken;
}

WireType CompactReader::wire_type(unsigned number) {
  if (number <= static_cast<unsigned>(WireType::uuid)) return static_cast<WireType>(number);
  fail("a value has a type that is none");
  return WireType::stop;
}

bool CompactReader::next_field(int& id) {
  const unsigned header = byte();
  field_type_ = wire_type(header & 15U);
  if (field_type_ == WireType::stop) return false;
  const unsigned delta = header >> 4U;
  const std::int64_t next = delta != 0 ? id + std::int64_t{delta} : zigzag(varint());
  if (next < 0 || next > std::numeric_limits<std::int16_t>::max())
    fail("a field has a number that is none");
  id = ok() ? static_cast<int>(next) : 0;
  return ok();
}

std::pair<std::uint64_t, WireType> CompactReader::list_header() {
  const unsigned header = byte();
  std::uint64_t count = header >> 4U;
  if (count == kLongList) count = varint();
  const WireType type = wire_type(header & 15U);
  if (type == WireType::stop && count > 0) fail("a list has elements of a type that is none");
  // Each element takes a byte at least, so that a count is never believed beyond what is there.
  if (count > rest_.size()) fail(kEndsEarly);
  return {ok() ? count : 0, type};
}

std::int64_t CompactReader::integer(WireType type) {
  if (type == WireType::int8) return static_cast<std::int8_t>(byte());
  if (type != WireType::int16 && type != WireType::int32 && type != WireType::int64) {
    fail("a number has another type than the format says");
    return 0;
  }
  return zigzag(varint());
}

std::int32_t CompactReader::small_integer(WireType type) {
  const std::int64_t value = integer(type);
  const auto small = static_cast<std::int32_t>(value);
  if (small != value) fail("a number is too large");
  return ok() ? small : 0;
}

std::string_view CompactReader::bytes(WireType type) {
  if (type != WireType::bytes) {
    fail("a text has another type than the format says");
    return {};
  }
  return take(varint());
}

bool CompactReader::flag(WireType type) {
  if (type != WireType::yes && type != WireType::no)
    fail("a yes or no has another type than the format says");
  return ok() && type == WireType::yes;
}

void CompactReader::skip_element(WireType type) {
  if (type == WireType::yes || type == WireType::no) {
    byte();
  } else {
    skip(type);
  }
}

void CompactReader::skip_map() {
  std::uint64_t count = varint();
  if (count > rest_.size()) fail(kEndsEarly);
  if (count == 0 || !ok()) return;
  const unsigned types = byte();
  const WireType key = wire_type(types >> 4U);
  const WireType value = wire_type(types & 15U);
  for (; count > 0 && ok(); --count) {
    skip_element(key);
    skip_element(value);
  }
}

void CompactReader::skip(WireType type) {
  switch (type) {
    case WireType::stop:
      fail("a value has a type that is none");
      return;
    case WireType::yes:
    case WireType::no:
      return;
    case WireType::int8:
      byte();
      return;
    case WireType::int16:
    case WireType::int32:
    case WireType::int64:
      varint();
      return;
    case WireType::float64:
      take(kDoubleBytes);
      return;
    case WireType::bytes:
      take(varint());
      return;
    case WireType::uuid:
      take(kUuidBytes);
      return;
    case WireType::list:
    case WireType::set:
      each_element(WireType::list, [this](WireType element) { skip_element(element); });
      return;
    case WireType::map:
      if (enter(true)) skip_map();
      --depth_;
      return;
    case WireType::record:
      each_field(type, [](int /*id*/, WireType /*type*/) { return false; });
      return;
  }
}

}  // namespace holdfast::parquet
