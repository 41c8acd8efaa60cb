// SPDX-License-Identifier: Apache-2.0
// A blocking HTTP/1.1 client on libcurl, which is opened when the first client is (decision 0120).
//
// One send() is at most `attempts` requests within `total`: each within `attempt`, again after a failed connection, a lost answer, 408, 425, 429
// and 5xx, later each time (or when Retry-After says), and only where a repetition is harmless. Redirects are followed within one origin.
// Credentials go to the origin of `base_url` and nowhere else, and stand in no message.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

namespace holdfast::http {

struct ClientLimits {
  std::uint64_t body_bytes =
      std::uint64_t{16} << 20U;  // of the decoded body; more is `too_large`, told while reading
  std::chrono::milliseconds connect{5'000};   // to be connected, TLS included
  std::chrono::milliseconds attempt{30'000};  // one request with its answer
  std::chrono::milliseconds total{120'000};   // all of them and the waits between
  int attempts = 4;                           // 1: never again
  int redirects = 3;                          // 0: none is followed
  std::chrono::milliseconds backoff{
      200};  // before the second attempt, doubled each time, each with up to as much jitter
  std::chrono::milliseconds backoff_most{10'000};
  std::chrono::milliseconds retry_after_most{
      60'000};  // a longer Retry-After ends the attempts: the failure tells it
};

struct Credentials {
  std::string user;  // HTTP Basic where not empty
  std::string password;
  std::string bearer;  // "Authorization: Bearer …" where not empty; not together with `user`
};

struct TlsFiles {
  std::string ca_file;           // PEM; empty: the system's
  std::string certificate_file;  // PEM, the client's own (mTLS)
  std::string key_file;
};

struct ClientOptions {
  /// "https://registry:8081/api"; user and password in it become `credentials`. Empty: any absolute URL may be asked, without credentials.
  std::string base_url;
  Credentials credentials;
  TlsFiles tls;
  ClientLimits limits;
  std::string user_agent;  // empty: "holdfast/VERSION"
};

/// Whether a request may be sent again after a failure: by_method is is_idempotent().
enum class Repeat : unsigned char { by_method, harmless, never };

struct Request {
  Method method = Method::get;
  /// A path below base_url ("/subjects?deleted=true", encoded) or an absolute URL of the same origin.
  std::string url;
  Headers headers;
  std::string body;
  std::optional<ClientLimits> limits;  // instead of the client's
  Repeat repeat = Repeat::by_method;
  std::string if_none_match;  // an entity tag; the answer may then be 304, which is no failure
};

/// One request that went out: what came of it and what was waited before it.
struct Attempt {
  int status = 0;    // 0: no answer
  std::string what;  // "503 Service Unavailable", "connection refused"
  std::chrono::milliseconds waited{0};
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;  // decoded
  std::string url;   // that answered, after redirects; redacted
  std::vector<Attempt> attempts;
};

enum class FailureKind : unsigned char {
  invalid,      // the request itself: URL, header field, another origin than base_url's
  unreachable,  // no connection, or it ended before the answer was whole
  timeout,      // connect, attempt or total ran out
  http_status,  // 3xx without a way on, 4xx, 5xx
  auth,         // 401, 403, 407
  not_json,     // for callers who expected JSON; the client never says it
  too_large,    // the body is larger than body_bytes
  redirect,     // to another origin, too many, or one that may not be followed
  tls,          // certificate or handshake
  cancelled,
};
/// "too_large".
std::string_view failure_name(FailureKind kind);

struct Failure {
  FailureKind kind;
  Error
      error;  // `not_found` (404, 410), `conflict` (409, 412), `invalid`, `cancelled`, else `unavailable`; names the redacted URL
  Response response;  // what was there: status, headers and body of an http_status, attempts always
  std::optional<std::chrono::milliseconds> retry_after;  // as the last answer asked
};

/// A response with status 2xx or 304, or why there is none.
class Answer {
 public:
  Answer(Response response) : state_(std::move(response)) {}  // NOLINT(google-explicit-constructor)
  Answer(Failure failure) : state_(std::move(failure)) {}     // NOLINT(google-explicit-constructor)
  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  /// Only where ok().
  const Response& response() const {
    HOLDFAST_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  Response& response() {
    HOLDFAST_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  /// Only where not ok().
  const Failure& failure() const {
    HOLDFAST_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }
  /// For TRY_ASSIGN, where the kind doesn't matter.
  Result<Response> result() &&;

 private:
  std::variant<Response, Failure> state_;
};

/// Keeps connections alive between requests. For one thread at a time; another() for the next thread.
class Client {
 public:
  /// `invalid` (a URL, both kinds of credentials, a certificate without its key), `unsupported` (no libcurl). The clock is used for the waits
  /// between attempts and for `total`; it must outlive the client.
  static Result<Client> open(ClientOptions options, Clock& clock = system_clock());
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Blocks until there is an answer or a failure. A requested `cancel` ends it within a tenth of a second.
  Answer send(const Request& request, const Cancel* cancel = nullptr);
  /// send() of a GET.
  Answer get(std::string url, const Cancel* cancel = nullptr);
  /// A client with the same options and connections of its own.
  Result<Client> another() const;

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::http
