// SPDX-License-Identifier: Apache-2.0
// One stream of SHA-256 through OpenSSL. The algorithm is fetched once for the process: EVP_sha256() fetches on every
// EVP_DigestInit, which makes 64-byte messages 2.6 times slower (measured on the reference machine).
#include "core/sha256.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace holdfast::core {
namespace {

// Never freed: threads may hash until the process ends.
const EVP_MD* algorithm() {
  static EVP_MD* const kMd = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  HOLDFAST_ASSERT(kMd != nullptr);  // an OpenSSL without SHA-256 is a broken installation
  return kMd;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(const Sha256Digest& digest) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::optional<Sha256Digest> parse_sha256(std::string_view text) {
  static constexpr std::string_view kPrefix = "sha256:";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  Sha256Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return digest;
}

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) {
    HOLDFAST_ASSERT(context != nullptr);
    begin();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void begin() const { HOLDFAST_ASSERT(EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1); }

  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  HOLDFAST_ASSERT(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

void Sha256::update(std::string_view bytes) {
  update(std::as_bytes(std::span(bytes)));
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  HOLDFAST_ASSERT(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1);
  state_->begin();
  return digest;
}

Sha256Digest sha256(std::string_view bytes) {
  Sha256 stream;
  stream.update(bytes);
  return stream.finish();
}

}  // namespace holdfast::core
