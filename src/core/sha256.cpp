// SPDX-License-Identifier: Apache-2.0
// One stream of SHA-256 through OpenSSL. The algorithm is fetched once for the process: EVP_sha256() fetches on every
// EVP_DigestInit, which makes 64-byte messages 2.6 times slower (measured on the reference machine).
#include "core/sha256.h"

#include <cstdio>

#include <openssl/evp.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/shared_library.h"

namespace holdfast::core {
namespace {

// libcrypto's functions by their own names. It is opened with the first hash: binding its 3,400 symbols takes half a millisecond.
struct Libcrypto {
  decltype(&::EVP_MD_fetch) md_fetch = nullptr;
  decltype(&::EVP_MD_CTX_new) ctx_new = nullptr;
  decltype(&::EVP_MD_CTX_free) ctx_free = nullptr;
  decltype(&::EVP_DigestInit_ex2) init = nullptr;
  decltype(&::EVP_DigestUpdate) update = nullptr;
  decltype(&::EVP_DigestFinal_ex) finish = nullptr;
  EVP_MD* sha256 = nullptr;  // never freed: threads may hash until the process ends
};

// Nothing can go on without hashes: libcrypto is missing, or there is no descriptor or memory left to open it with. What was not committed
// is as if it had not been, and this ends the program as any other failure in the middle does (docs/architecture.md, exit codes).
[[noreturn]] void end_without_hashes(const std::string& problem) {
  constexpr int kFailed = 5;
  static_cast<void>(
      std::fprintf(stderr,
                   "holdfast: SHA-256 needs OpenSSL 3: %s\n"
                   "  hint: install it (Debian: apt install libssl3), or raise the limits of open "
                   "files (ulimit -n) and memory (ulimit -v)\n",
                   problem.c_str()));
  ::_exit(kFailed);
}

const Libcrypto& libcrypto() {
  static const Libcrypto kOpened = [] {
    Libcrypto out;
    SharedLibrary library("libcrypto.so.3");
    library.find("EVP_MD_fetch", out.md_fetch);
    library.find("EVP_MD_CTX_new", out.ctx_new);
    library.find("EVP_MD_CTX_free", out.ctx_free);
    library.find("EVP_DigestInit_ex2", out.init);
    library.find("EVP_DigestUpdate", out.update);
    library.find("EVP_DigestFinal_ex", out.finish);
    if (!library.problem().empty()) end_without_hashes(library.problem());
    out.sha256 = out.md_fetch(nullptr, "SHA256", nullptr);
    if (out.sha256 == nullptr) end_without_hashes("this one has no SHA-256");
    return out;
  }();
  return kOpened;
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
  State() : crypto(libcrypto()), context(crypto.ctx_new()) {
    HOLDFAST_ASSERT(context != nullptr);
    begin();
  }
  ~State() { crypto.ctx_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void begin() const { HOLDFAST_ASSERT(crypto.init(context, crypto.sha256, nullptr) == 1); }

  const Libcrypto& crypto;
  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  HOLDFAST_ASSERT(state_->crypto.update(state_->context, bytes.data(), bytes.size()) == 1);
}

void Sha256::update(std::string_view bytes) {
  update(std::as_bytes(std::span(bytes)));
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  HOLDFAST_ASSERT(state_->crypto.finish(state_->context, digest.data(), nullptr) == 1);
  state_->begin();
  return digest;
}

Sha256Digest sha256(std::string_view bytes) {
  Sha256 stream;
  stream.update(bytes);
  return stream.finish();
}

}  // namespace holdfast::core
