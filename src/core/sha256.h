// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4): streaming, and of many files at once (core/file_hasher.h).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::core {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// 64 lower-case hex digits.
std::string to_hex(const Sha256Digest& digest);
/// Reads 64 hex digits of either case, with or without "sha256:" before them; nothing else.
std::optional<Sha256Digest> parse_sha256(std::string_view text);

/// One stream of bytes. Not thread-safe; may be used again after finish().
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::span<const std::byte> bytes);
  void update(std::string_view bytes);
  Sha256Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The digest of bytes in memory.
Sha256Digest sha256(std::string_view bytes);

}  // namespace holdfast::core
