// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <algorithm>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/shared_library.h"

namespace holdfast::http {
namespace {

constexpr const char* kLibrary = "libssl.so.3";
constexpr std::size_t kPieceBytes = std::size_t{16} << 10U;  // a record of TLS

// libssl's functions by their own names, and BIO's and ERR's of libcrypto, which comes with it.
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
  decltype(&::BIO_new) bio_new = nullptr;
  decltype(&::BIO_s_mem) bio_s_mem = nullptr;
  decltype(&::BIO_read) bio_read = nullptr;
  decltype(&::BIO_write) bio_write = nullptr;
  decltype(&::BIO_ctrl_pending) bio_pending = nullptr;
  decltype(&::ERR_get_error) err_get = nullptr;
  decltype(&::ERR_clear_error) err_clear = nullptr;
  decltype(&::ERR_reason_error_string) err_reason = nullptr;
};

struct Opened {
  Ssl ssl;
  std::string why;  // it can't be used
};

const Opened& libssl() {
  static const Opened kOpened = [] {
    Opened out;
    SharedLibrary library(kLibrary);
    library.find("TLS_server_method", out.ssl.server_method);
    library.find("SSL_CTX_new", out.ssl.ctx_new);
    library.find("SSL_CTX_free", out.ssl.ctx_free);
    library.find("SSL_CTX_ctrl", out.ssl.ctx_ctrl);
    library.find("SSL_CTX_set_options", out.ssl.ctx_set_options);
    library.find("SSL_CTX_use_certificate_chain_file", out.ssl.use_certificate_chain_file);
    library.find("SSL_CTX_use_PrivateKey_file", out.ssl.use_private_key_file);
    library.find("SSL_CTX_check_private_key", out.ssl.check_private_key);
    library.find("SSL_new", out.ssl.make);
    library.find("SSL_free", out.ssl.free);
    library.find("SSL_set_bio", out.ssl.set_bio);
    library.find("SSL_set_accept_state", out.ssl.set_accept_state);
    library.find("SSL_do_handshake", out.ssl.do_handshake);
    library.find("SSL_read_ex", out.ssl.read_ex);
    library.find("SSL_write_ex", out.ssl.write_ex);
    library.find("SSL_get_error", out.ssl.get_error);
    library.find("SSL_shutdown", out.ssl.shutdown);
    library.find("BIO_new", out.ssl.bio_new);
    library.find("BIO_s_mem", out.ssl.bio_s_mem);
    library.find("BIO_read", out.ssl.bio_read);
    library.find("BIO_write", out.ssl.bio_write);
    library.find("BIO_ctrl_pending", out.ssl.bio_pending);
    library.find("ERR_get_error", out.ssl.err_get);
    library.find("ERR_clear_error", out.ssl.err_clear);
    library.find("ERR_reason_error_string", out.ssl.err_reason);
    out.why = library.problem();
    return out;
  }();
  return kOpened;
}

// What OpenSSL says of the last failure on this thread.
std::string reason() {
  const unsigned long code = libssl().ssl.err_get();
  libssl().ssl.err_clear();
  const char* text = libssl().ssl.err_reason(code);
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
    libssl().ssl.err_clear();
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
    HOLDFAST_ASSERT(libssl().ssl.bio_write(state_->in, encrypted.data(), static_cast<int>(piece)) ==
                    static_cast<int>(piece));
    encrypted.remove_prefix(piece);
  }
}

std::string TlsSession::take() {
  std::string out(libssl().ssl.bio_pending(state_->out), '\0');
  if (out.empty()) return out;
  const int count = libssl().ssl.bio_read(state_->out, out.data(), static_cast<int>(out.size()));
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
  libssl().ssl.err_clear();
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
  libssl().ssl.err_clear();
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
  state->in = libssl().ssl.bio_new(libssl().ssl.bio_s_mem());
  state->out = libssl().ssl.bio_new(libssl().ssl.bio_s_mem());
  HOLDFAST_ASSERT(state->ssl != nullptr && state->in != nullptr &&
                  state->out != nullptr);  // out of memory
  libssl().ssl.set_bio(state->ssl, state->in, state->out);
  libssl().ssl.set_accept_state(state->ssl);
  return TlsSession(std::move(state));
}

}  // namespace holdfast::http
