// SPDX-License-Identifier: Apache-2.0
#include "http/transfer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <curl/curl.h>

#include "base/root_folder.h"
#include "base/shared_library.h"

namespace holdfast::http {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";  // the ABI since libcurl 7.16
constexpr int kPollMs = 50;                       // how often a Cancel is looked at
constexpr long kMostIdleConnections = 8;

// libcurl's functions by their own names. A table and not functions of the same names as for libpq: setopt and getinfo are variadic.
struct Curl {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_multi_setopt) multi_setopt = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
};

struct Opened {
  Curl curl;
  std::string why;  // it can't be used
};

const Opened& libcurl() {
  static const Opened kOpened = [] {
    Opened out;
    SharedLibrary library(kLibrary);
    library.find("curl_global_init", out.curl.global_init);
    library.find("curl_easy_init", out.curl.easy_init);
    library.find("curl_easy_cleanup", out.curl.easy_cleanup);
    library.find("curl_easy_reset", out.curl.easy_reset);
    library.find("curl_easy_setopt", out.curl.easy_setopt);
    library.find("curl_easy_getinfo", out.curl.easy_getinfo);
    library.find("curl_easy_strerror", out.curl.easy_strerror);
    library.find("curl_multi_init", out.curl.multi_init);
    library.find("curl_multi_cleanup", out.curl.multi_cleanup);
    library.find("curl_multi_setopt", out.curl.multi_setopt);
    library.find("curl_multi_add_handle", out.curl.multi_add_handle);
    library.find("curl_multi_remove_handle", out.curl.multi_remove_handle);
    library.find("curl_multi_perform", out.curl.multi_perform);
    library.find("curl_multi_poll", out.curl.multi_poll);
    library.find("curl_multi_info_read", out.curl.multi_info_read);
    library.find("curl_slist_append", out.curl.slist_append);
    library.find("curl_slist_free_all", out.curl.slist_free_all);
    out.why = library.problem();
    if (out.why.empty() && out.curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      out.why = "it can't be initialised";
    return out;
  }();
  return kOpened;
}

// What the callbacks write to while an exchange runs.
struct Reading {
  Outcome outcome;
  std::size_t header_bytes = 0;
  std::uint64_t most_body_bytes = 0;
  bool too_large = false;
  bool headers_too_large = false;
  bool header_whole =
      false;  // the empty line came: libcurl takes a header that is cut short for a whole one
};

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

std::size_t take_header(char* bytes, std::size_t one, std::size_t count, void* reading) {
  auto& to = *static_cast<Reading*>(reading);
  const std::string_view line(bytes, one * count);
  to.header_bytes += line.size();
  if (to.header_bytes > kMostResponseHeaderBytes) {
    to.headers_too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/"))
    to.outcome.headers.clear();  // what came with a 100 or before a proxy's answer
  to.header_whole = line == "\r\n" || line == "\n";
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && !line.starts_with("HTTP/"))
    to.outcome.headers.emplace_back(trimmed(line.substr(0, colon)),
                                    trimmed(line.substr(colon + 1)));
  return line.size();
}

std::size_t take_body(char* bytes, std::size_t one, std::size_t count, void* reading) {
  auto& to = *static_cast<Reading*>(reading);
  const std::size_t size_bytes = one * count;
  if (size_bytes > to.most_body_bytes - to.outcome.body.size()) {
    to.too_large = true;
    return 0;
  }
  to.outcome.body.append(bytes, size_bytes);
  return size_bytes;
}

FailureKind kind_of(CURLcode code) {
  switch (static_cast<int>(code)) {
    case CURLE_OPERATION_TIMEDOUT:
      return FailureKind::timeout;
    case CURLE_FILESIZE_EXCEEDED:
      return FailureKind::too_large;
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return FailureKind::invalid;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
      return FailureKind::tls;
    default:
      return FailureKind::unreachable;
  }
}

}  // namespace

struct Transfer::State {
  const Curl& curl;
  TlsFiles tls;
  std::string user_agent;
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  curl_slist* fields = nullptr;
  std::array<char, CURL_ERROR_SIZE> error{};

  State(const Curl& with, const TlsFiles& files, const std::string& agent)
      : curl(with), tls(files), user_agent(agent) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (easy != nullptr) curl.easy_cleanup(easy);
    if (multi != nullptr) curl.multi_cleanup(multi);
    curl.slist_free_all(fields);
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl.easy_setopt(easy, option, value);
    if (code != CURLE_OK && refused == CURLE_OK) refused = code;
  }
  CURLcode refused = CURLE_OK;  // of the first option that libcurl didn't take

  void prepare(const Exchange& exchange, Reading& reading);
  void prepare_connection(const Exchange& exchange);
  void prepare_method(const Exchange& exchange);
  void prepare_fields(const Exchange& exchange);
  void prepare_credentials(const Exchange& exchange);
  std::optional<CURLcode> run(const Cancel* cancel);
};

void Transfer::State::prepare_connection(const Exchange& exchange) {
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, std::max(1L, static_cast<long>(exchange.connect.count())));
  set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(exchange.most_time.count())));
  set(CURLOPT_FRESH_CONNECT, exchange.own_connection ? 1L : 0L);
  if (is_loopback(*exchange.url)) set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!tls.ca_file.empty()) set(CURLOPT_CAINFO, tls.ca_file.c_str());
  if (!tls.certificate_file.empty() && exchange.credentials != nullptr) {
    set(CURLOPT_SSLCERT, tls.certificate_file.c_str());
    set(CURLOPT_SSLKEY, tls.key_file.c_str());
  }
}

void Transfer::State::prepare_method(const Exchange& exchange) {
  if (exchange.method == Method::get) {
    set(CURLOPT_HTTPGET, 1L);
  } else if (exchange.method == Method::head) {
    set(CURLOPT_NOBODY, 1L);
  } else {
    const bool with_body = exchange.method != Method::options &&
                           (exchange.method != Method::del || !exchange.body->empty());
    if (with_body) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.body->size()));
      set(CURLOPT_POSTFIELDS, exchange.body->c_str());
    }
    set(CURLOPT_CUSTOMREQUEST, method_name(exchange.method).data());  // of a literal
  }
  if (exchange.method != Method::head)
    set(CURLOPT_MAXFILESIZE_LARGE,
        static_cast<curl_off_t>(std::max<std::uint64_t>(exchange.most_body_bytes, 1)));
}

void Transfer::State::prepare_fields(const Exchange& exchange) {
  curl.slist_free_all(fields);
  fields = nullptr;
  for (const auto& [name, value] :
       *exchange.headers)  // "X;" is how libcurl sends a field without a value
    fields = curl.slist_append(fields, (value.empty() ? name + ';' : name + ": " + value).c_str());
  fields = curl.slist_append(fields, "Expect:");
  if (find_header(*exchange.headers, "content-type") == nullptr)
    fields = curl.slist_append(fields, "Content-Type:");
  set(CURLOPT_HTTPHEADER, fields);
}

void Transfer::State::prepare_credentials(const Exchange& exchange) {
  if (exchange.credentials == nullptr) return;
  const Credentials& with = *exchange.credentials;
  if (!with.bearer.empty()) {
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    set(CURLOPT_XOAUTH2_BEARER, with.bearer.c_str());
  } else if (!with.user.empty()) {
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(CURLOPT_USERNAME, with.user.c_str());
    set(CURLOPT_PASSWORD, with.password.c_str());
  }
}

void Transfer::State::prepare(const Exchange& exchange, Reading& reading) {
  curl.easy_reset(easy);  // keeps connections: they belong to `multi`
  refused = CURLE_OK;
  error[0] = '\0';
  set(CURLOPT_ERRORBUFFER, error.data());
  set(CURLOPT_URL, without_credentials(*exchange.url).c_str());
  set(CURLOPT_USERAGENT, user_agent.c_str());
  set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set(CURLOPT_HEADERFUNCTION, &take_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&reading));
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&reading));
  prepare_connection(exchange);
  prepare_method(exchange);
  prepare_fields(exchange);
  prepare_credentials(exchange);
}

// Nothing: it was cancelled.
std::optional<CURLcode> Transfer::State::run(const Cancel* cancel) {
  if (refused != CURLE_OK) return refused;
  if (curl.multi_add_handle(multi, easy) != CURLM_OK) return CURLE_FAILED_INIT;
  std::optional<CURLcode> done;
  for (int running = 1; !done && (cancel == nullptr || !cancel->requested());) {
    if (curl.multi_perform(multi, &running) != CURLM_OK) {
      done = CURLE_FAILED_INIT;
      break;
    }
    int left = 0;
    while (const CURLMsg* message = curl.multi_info_read(multi, &left))
      if (message->msg == CURLMSG_DONE) done = message->data.result;
    if (!done) curl.multi_poll(multi, nullptr, 0, kPollMs, nullptr);
  }
  curl.multi_remove_handle(multi, easy);
  return done;
}

Transfer::Transfer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Transfer::~Transfer() = default;
Transfer::Transfer(Transfer&&) noexcept = default;
Transfer& Transfer::operator=(Transfer&&) noexcept = default;

Result<Transfer> Transfer::open(const TlsFiles& tls, const std::string& user_agent) {
  if (!libcurl().why.empty())
    return Error(Code::unsupported, "HTTP needs " + std::string(kLibrary) + ": " + libcurl().why,
                 "install libcurl (Debian: apt install libcurl4)");
  auto state = std::make_unique<State>(libcurl().curl, tls, user_agent);
  state->multi = state->curl.multi_init();
  state->easy = state->curl.easy_init();
  if (state->multi == nullptr || state->easy == nullptr)
    return Error(Code::internal, "libcurl could not be set up");
  state->curl.multi_setopt(state->multi, CURLMOPT_MAXCONNECTS, kMostIdleConnections);
  return Transfer(std::move(state));
}

Outcome Transfer::perform(const Exchange& exchange, const Cancel* cancel) {
  State& state = *state_;
  Reading reading;
  reading.most_body_bytes = exchange.most_body_bytes;
  state.prepare(exchange, reading);
  const std::optional<CURLcode> code = state.run(cancel);
  Outcome& outcome = reading.outcome;
  long status = 0;
  state.curl.easy_getinfo(state.easy, CURLINFO_RESPONSE_CODE, &status);
  outcome.status = static_cast<int>(status);
  if (!code) {
    outcome.failed = FailureKind::cancelled;
    outcome.why = "cancelled";
  } else if (reading.headers_too_large) {
    outcome.failed = FailureKind::too_large;
    outcome.why =
        "the header is larger than " + std::to_string(kMostResponseHeaderBytes) + " bytes";
  } else if (reading.too_large || *code == CURLE_FILESIZE_EXCEEDED) {
    outcome.failed = FailureKind::too_large;
    outcome.why = "the body is larger than " + std::to_string(exchange.most_body_bytes) + " bytes";
  } else if (*code == CURLE_OK && !reading.header_whole) {
    outcome.failed = FailureKind::unreachable;
    outcome.why = "the connection ended in the middle of the header";
  } else if (*code != CURLE_OK) {
    outcome.failed = kind_of(*code);
    outcome.why = printable_path(state.error[0] != '\0' ? state.error.data()
                                                        : state.curl.easy_strerror(*code));
  }
  return std::move(outcome);
}

}  // namespace holdfast::http
