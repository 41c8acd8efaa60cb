// SPDX-License-Identifier: Apache-2.0
// Shards; the format is in docs/formats/shard.md.
#include <charconv>

#include "core/batch.h"
#include "core/sha256.h"

namespace holdfast::core {
namespace {

// Digits only, without a sign or a leading zero.
std::optional<std::uint32_t> parse_count(std::string_view text) {
  std::uint32_t value = 0;
  const auto read = std::from_chars(text.begin(), text.end(), value);
  if (text.empty() || text[0] == '0' || read.ec != std::errc() || read.ptr != text.end()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

Result<Shard> Shard::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto index = parse_count(text.substr(0, slash));
    const auto count = parse_count(text.substr(slash + 1));
    if (index && count && *index <= *count && *count <= kMaxShards) return Shard{*index, *count};
  }
  return Error(Code::invalid, "\"" + std::string(text.substr(0, 64)) +
                                  "\" is not a shard (\"3/8\": the third of eight, at most " +
                                  std::to_string(kMaxShards) + ")");
}

bool Shard::has(std::string_view key) const {
  if (count == 1) return true;
  const Sha256Digest digest = sha256(key);
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 8; ++i)
    first = first << 8U | digest[i];
  return first % count == index - 1;
}

std::string Shard::text() const {
  return std::to_string(index) + '/' + std::to_string(count);
}

}  // namespace holdfast::core
