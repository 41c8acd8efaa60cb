// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <algorithm>
#include <array>

#include <dlfcn.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace holdfast::http {
namespace {

constexpr const char* kLibrary = "libssl.so.3";
constexpr std::size_t kPieceBytes = std::size_t{16} << 10U;  // a record of TLS

// libssl's functions by their own names; BIO and ERR are libcrypto's, which the program has anyway.
struct Ssl {
  decltype(&::TLS_server_method) server_method = nullptr;
  decltype(&::SSL_CTX_new) ctx_new = nullptr;
  decltype(&::SSL_CTX_free) ctx_free = nullptr;
  decltype(&::SSL_CTX_ctrl) ctx_ctrl = nullptr;
  decltype(&::SSL_CTX_set_options) ctx_set_options = nullptr;
  decltype(&::SSL_CTX_use_certificate_chain_file) use_certificate_chain_file = nullptr;
  decltype(&::SSL_CTX_use_PrivateKey_file) use_private_key_file = nullptr;
  decltype(&::SSL_CTX_check_private_key) check_private_key = nullptr;
  decltype(&::SSL_new) make = nullptr;
  decltype(&::SSL_free) free = nullptr;
  decltype(&::SSL_set_bio) set_bio = nullptr;
  decltype(&::SSL_set_accept_state) set_accept_state = nullptr;
  decltype(&::SSL_do_handshake) do_handshake = nullptr;
  decltype(&::SSL_read_ex) read_ex = nullptr;
  decltype(&::SSL_write_ex) write_ex = nullptr;
  decltype(&::SSL_get_error) get_error = nullptr;
  decltype(&::SSL_shutdown) shutdown = nullptr;
};

struct Opened {
  Ssl ssl;
  std::string why;  // it can't be used
};

template <class Function>
void find(void* library, const char* name, Function& function, std::string& why) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr && why.empty()) why = std::string("it has no ") + name;
}

void find_all(void* library, Ssl& ssl, std::string& why) {
  find(library, "TLS_server_method", ssl.server_method, why);
  find(library, "SSL_CTX_new", ssl.ctx_new, why);
  find(library, "SSL_CTX_free", ssl.ctx_free, why);
  find(library, "SSL_CTX_ctrl", ssl.ctx_ctrl, why);
  find(library, "SSL_CTX_set_options", ssl.ctx_set_options, why);
  find(library, "SSL_CTX_use_certificate_chain_file", ssl.use_certificate_chain_file, why);
  find(library, "SSL_CTX_use_PrivateKey_file", ssl.use_private_key_file, why);
  find(library, "SSL_CTX_check_private_key", ssl.check_private_key, why);
  find(library, "SSL_new", ssl.make, why);
  find(library, "SSL_free", ssl.free, why);
  find(library, "SSL_set_bio", ssl.set_bio, why);
  find(library, "SSL_set_accept_state", ssl.set_accept_state, why);
  find(library, "SSL_do_handshake", ssl.do_handshake, why);
  find(library, "SSL_read_ex", ssl.read_ex, why);
  find(library, "SSL_write_ex", ssl.write_ex, why);
  find(library, "SSL_get_error", ssl.get_error, why);
  find(library, "SSL_shutdown", ssl.shutdown, why);
}

const Opened& libssl() {
  static const Opened kOpened = [] {
    Opened out;
    void* library =
        ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);  // never closed: OpenSSL doesn't expect it
    if (library == nullptr) {
      const char* why = ::dlerror();
      out.why = why == nullptr ? "" : why;
      return out;
    }
    find_all(library, out.ssl, out.why);
    return out;
  }();
  return kOpened;
}

// What OpenSSL says of the last failure on this thread.
std::string reason() {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  const char* text = ::ERR_reason_error_string(code);
  return text == nullptr ? "error " + std::to_string(code) : text;
}

Error bad_file(const std::string& file) {
  return Error(Code::invalid, "TLS: " + file + ": " + reason(),
               "give a PEM file that this user can read");
}

}  // namespace

struct TlsContext::State {
  SSL_CTX* context = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { libssl().ssl.ctx_free(context); }
};

struct TlsSession::State {
  SSL* ssl = nullptr;
  BIO* in = nullptr;  // owned by `ssl`, as is `out`
  BIO* out = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { libssl().ssl.free(ssl); }
  TlsStep step(int result) const {
    const int error = libssl().ssl.get_error(ssl, result);
    ::ERR_clear_error();
    if (error == SSL_ERROR_NONE) return TlsStep::done;
    if (error == SSL_ERROR_WANT_READ) return TlsStep::needs_input;
    return error == SSL_ERROR_ZERO_RETURN ? TlsStep::closed : TlsStep::failed;
  }
};

TlsSession::TlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsSession::~TlsSession() = default;
TlsSession::TlsSession(TlsSession&&) noexcept = default;

void TlsSession::feed(std::string_view encrypted) {
  while (!encrypted.empty()) {
    const std::size_t piece = std::min(encrypted.size(), kPieceBytes);
    // A BIO in memory takes everything.
    HOLDFAST_ASSERT(::BIO_write(state_->in, encrypted.data(), static_cast<int>(piece)) ==
                    static_cast<int>(piece));
    encrypted.remove_prefix(piece);
  }
}

std::string TlsSession::take() {
  std::string out(::BIO_ctrl_pending(state_->out), '\0');
  if (out.empty()) return out;
  const int count = ::BIO_read(state_->out, out.data(), static_cast<int>(out.size()));
  out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return out;
}

TlsStep TlsSession::handshake() {
  return state_->step(libssl().ssl.do_handshake(state_->ssl));
}

TlsStep TlsSession::read(std::string& to, std::size_t most_bytes) {
  const std::size_t before = to.size();
  std::size_t count = 0;
  to.resize(before + most_bytes);
  const int result = libssl().ssl.read_ex(state_->ssl, to.data() + before, most_bytes, &count);
  to.resize(before + (result == 1 ? count : 0));
  return state_->step(result);
}

TlsStep TlsSession::write(std::string_view bytes) {
  std::size_t count = 0;
  return bytes.empty()
             ? TlsStep::done
             : state_->step(libssl().ssl.write_ex(state_->ssl, bytes.data(), bytes.size(), &count));
}

void TlsSession::close() {
  libssl().ssl.shutdown(state_->ssl);
  ::ERR_clear_error();
}

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;

Result<TlsContext> TlsContext::open(const std::string& certificate_file,
                                    const std::string& key_file) {
  if (!libssl().why.empty())
    return Error(Code::unsupported, "TLS needs " + std::string(kLibrary) + ": " + libssl().why,
                 "install libssl (Debian: apt install libssl3)");
  const Ssl& ssl = libssl().ssl;
  auto state = std::make_unique<State>();
  ::ERR_clear_error();
  state->context = ssl.ctx_new(ssl.server_method());
  if (state->context == nullptr) return Error(Code::internal, "TLS: " + reason());
  ssl.ctx_ctrl(state->context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
  ssl.ctx_ctrl(state->context, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, nullptr);
  ssl.ctx_set_options(state->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                          SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (ssl.use_certificate_chain_file(state->context, certificate_file.c_str()) != 1)
    return bad_file(certificate_file);
  if (ssl.use_private_key_file(state->context, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return bad_file(key_file);
  if (ssl.check_private_key(state->context) != 1)
    return Error(Code::invalid, "TLS: " + key_file + " is not the key of " + certificate_file);
  return TlsContext(std::move(state));
}

TlsSession TlsContext::session() const {
  auto state = std::make_unique<TlsSession::State>();
  state->ssl = libssl().ssl.make(state_->context);
  state->in = ::BIO_new(::BIO_s_mem());
  state->out = ::BIO_new(::BIO_s_mem());
  HOLDFAST_ASSERT(state->ssl != nullptr && state->in != nullptr &&
                  state->out != nullptr);  // out of memory
  libssl().ssl.set_bio(state->ssl, state->in, state->out);
  libssl().ssl.set_accept_state(state->ssl);
  return TlsSession(std::move(state));
}

}  // namespace holdfast::http
