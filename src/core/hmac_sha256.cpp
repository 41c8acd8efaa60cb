// SPDX-License-Identifier: Apache-2.0
#include "core/hmac_sha256.h"

#include <algorithm>
#include <array>

namespace holdfast::core {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::uint8_t kInner = 0x36;
constexpr std::uint8_t kOuter = 0x5c;
using Block = std::array<std::uint8_t, kBlockBytes>;

Block block_of(std::string_view key) {
  Block block{};
  if (key.size() > kBlockBytes) {
    std::ranges::copy(sha256(key), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  return block;
}

Sha256Digest padded_hash(Block block, std::uint8_t pad, std::span<const std::byte> text) {
  for (std::uint8_t& byte : block)
    byte ^= pad;
  Sha256 hash;
  hash.update(std::as_bytes(std::span(block)));
  hash.update(text);
  return hash.finish();
}

}  // namespace

Sha256Digest hmac_sha256(std::string_view key, std::string_view text) {
  const Block block = block_of(key);
  const Sha256Digest inner = padded_hash(block, kInner, std::as_bytes(std::span(text)));
  return padded_hash(block, kOuter, std::as_bytes(std::span(inner)));
}

}  // namespace holdfast::core
