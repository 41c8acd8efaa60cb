// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <algorithm>
#include <random>

#include <sys/random.h>

#include "http/http_date.h"
#include "http/transfer.h"
#include "http/url.h"

namespace holdfast::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kLookAtCancelEvery{50};
constexpr int kMostAttempts = 100;
constexpr int kMostDoublings = 20;

std::uint64_t seed() {
  std::uint64_t value = 0;
  HOLDFAST_ASSERT(::getrandom(&value, sizeof value, 0) == sizeof value);
  return value;
}

Error invalid(std::string message, std::string hint = {}) {
  return Error(Code::invalid, std::move(message), std::move(hint));
}

Status check_credentials(const ClientOptions& options) {
  const Credentials& with = options.credentials;
  if (!with.bearer.empty() && !with.user.empty())
    return invalid("a user and a bearer token are given: one request has one of them");
  if (!is_field("x", with.bearer) || !is_field("x", with.user) || !is_field("x", with.password))
    return invalid("credentials have a control character in them",
                   "is there a line end after the token?");
  if (options.tls.certificate_file.empty() != options.tls.key_file.empty())
    return invalid("a client certificate needs its key, and a key its certificate");
  const bool secret =
      !with.bearer.empty() || !with.user.empty() || !options.tls.certificate_file.empty();
  if (options.base_url.empty() && secret)
    return invalid("credentials need a base URL: they go to its origin only");
  return {};
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}
bool is_success(int status) {
  return (status >= 200 && status < 300) || status == 304;
}
bool may_pass(int status) {
  return status == 408 || status == 425 || status == 429 ||
         (status >= 500 && status != 501 && status != 505);
}

std::string status_text(int status) {
  const std::string_view phrase = reason_phrase(status);
  return phrase.empty() ? "status " + std::to_string(status)
                        : std::to_string(status) + ' ' + std::string(phrase);
}

Code code_of(FailureKind kind, int status) {
  switch (kind) {
    case FailureKind::invalid:
      return Code::invalid;
    case FailureKind::cancelled:
      return Code::cancelled;
    case FailureKind::http_status:
      if (status == 404 || status == 410) return Code::not_found;
      if (status == 409 || status == 412) return Code::conflict;
      return Code::unavailable;
    case FailureKind::unreachable:
    case FailureKind::timeout:
    case FailureKind::auth:
    case FailureKind::not_json:
    case FailureKind::too_large:
    case FailureKind::redirect:
    case FailureKind::tls:
      return Code::unavailable;
  }
  return Code::internal;
}

std::string hint_of(FailureKind kind, int status) {
  switch (kind) {
    case FailureKind::unreachable:
      return "is the server up, and are host and port right?";
    case FailureKind::timeout:
      return "is the server busy? A longer limit may help";
    case FailureKind::auth:
      return status == 403 ? "the credentials are not allowed to do this"
                           : "give credentials that the server knows";
    case FailureKind::too_large:
      return "raise the limit if such a body is expected";
    case FailureKind::redirect:
      return "if that is right, set the URL to where the server points";
    case FailureKind::tls:
      return "is the server's certificate signed by an authority of ca_file, and made for this "
             "host?";
    case FailureKind::http_status:
    case FailureKind::invalid:
    case FailureKind::not_json:
    case FailureKind::cancelled:
      return {};
  }
  return {};
}

// What one attempt came to: an outcome, and the URL that it came from after redirects.
struct Reached {
  Outcome outcome;
  Url url;
};

}  // namespace

std::string_view failure_name(FailureKind kind) {
  switch (kind) {
    case FailureKind::invalid:
      return "invalid";
    case FailureKind::unreachable:
      return "unreachable";
    case FailureKind::timeout:
      return "timeout";
    case FailureKind::http_status:
      return "http_status";
    case FailureKind::auth:
      return "auth";
    case FailureKind::not_json:
      return "not_json";
    case FailureKind::too_large:
      return "too_large";
    case FailureKind::redirect:
      return "redirect";
    case FailureKind::tls:
      return "tls";
    case FailureKind::cancelled:
      return "cancelled";
  }
  return {};
}

Result<Response> Answer::result() && {
  if (auto* failure = std::get_if<Failure>(&state_)) return std::move(failure->error);
  return std::move(response());
}

struct Client::State {
  ClientOptions options;
  std::optional<Url> base;
  Clock* clock;
  Transfer transfer;
  std::mt19937_64 random{seed()};

  Result<Url> url_of(const Request& request) const;
  Exchange exchange_of(const Request& request, const ClientLimits& limits) const;
  Reached reach(const Request& request, Exchange exchange, Url url, const Cancel* cancel);
  bool follow(const Request& request, Reached& at, Exchange& exchange) const;
  milliseconds backoff(const ClientLimits& limits, int failed_attempts);
  bool wait(milliseconds how_long, const Cancel* cancel) const;
  nanoseconds left(nanoseconds began, const ClientLimits& limits) const {
    return began + limits.total - clock->monotonic();
  }
};

Result<Url> Client::State::url_of(const Request& request) const {
  for (const auto& [name, value] : request.headers) {
    if (!is_field(name, value))
      return invalid("the header field \"" + name.substr(0, 64) +
                     "\" can't be sent: a name is a token, a value has no line ends");
    if (same_token(name, "authorization") || same_token(name, "host") ||
        same_token(name, "content-length") || same_token(name, "transfer-encoding"))
      return invalid("the header field " + name + " is not for callers to set");
  }
  if (!is_field("x", request.if_none_match)) return invalid("the entity tag can't be sent");
  const bool absolute = request.url.find("://") < request.url.find_first_of("/?#");
  if (!absolute && base) return joined(*base, request.url);
  TRY_ASSIGN(Url url, parse_url(request.url));
  if (base && !same_origin(*base, url))
    return invalid(redacted(url) + " is not of the origin " + origin(*base) +
                   ", to which this client talks");
  if (!url.user.empty() || !url.password.empty())
    return invalid(redacted(url) + " has credentials in it: give them to the client");
  return url;
}

Exchange Client::State::exchange_of(const Request& request, const ClientLimits& limits) const {
  Exchange out;
  out.method = request.method;
  out.body = &request.body;
  out.credentials = base ? &options.credentials : nullptr;
  out.connect = limits.connect;
  out.most_body_bytes = limits.body_bytes;
  out.own_connection = request.repeat == Repeat::never ||
                       (request.repeat == Repeat::by_method && !is_idempotent(request.method));
  return out;
}

// Whether a redirect leads on: then `at.url` is where to. Otherwise the outcome is a failure.
bool Client::State::follow(const Request& request, Reached& at, Exchange& exchange) const {
  const std::string* location = find_header(at.outcome.headers, "location");
  const int status = at.outcome.status;
  const auto refuse = [&](std::string why) {
    at.outcome.failed = FailureKind::redirect;
    at.outcome.why = status_text(status) + ' ' + std::move(why);
    return false;
  };
  if (location == nullptr) return refuse("without a Location");
  auto to = resolved(at.url, *location);
  if (!to) return refuse("to what can't be followed: " + to.error().message());
  if (!same_origin(at.url, *to))
    return refuse("from " + origin(at.url) + " to another origin, " + origin(*to));
  const bool reads = exchange.method == Method::get || exchange.method == Method::head;
  if (!reads && (status == 301 || status == 302))
    return refuse("of a " + std::string(method_name(request.method)) + " to " + redacted(*to));
  if (!reads && status == 303) {
    static const std::string kNone;
    exchange.method = Method::get;
    exchange.body = &kNone;
  }
  at.url = std::move(*to);
  return true;
}

Reached Client::State::reach(const Request& request, Exchange exchange, Url url,
                             const Cancel* cancel) {
  const ClientLimits& limits = request.limits ? *request.limits : options.limits;
  Headers fields = request.headers;
  if (!request.if_none_match.empty()) fields.emplace_back("If-None-Match", request.if_none_match);
  const nanoseconds end = clock->monotonic() + exchange.most_time;
  Reached at{{}, std::move(url)};
  for (int followed = 0;; ++followed) {
    exchange.headers = &fields;
    exchange.url = &at.url;
    at.outcome = transfer.perform(exchange, cancel);
    if (at.outcome.failed || !is_redirect(at.outcome.status)) return at;
    if (followed == limits.redirects) {
      at.outcome.failed = FailureKind::redirect;
      at.outcome.why = status_text(at.outcome.status) + " after " + std::to_string(followed) +
                       " redirects: no more are followed";
      return at;
    }
    if (!follow(request, at, exchange)) return at;
    exchange.most_time =
        std::max(std::chrono::ceil<milliseconds>(end - clock->monotonic()), milliseconds(1));
  }
}

// Before the next attempt: doubled for each that failed, and up to as much again by chance.
milliseconds Client::State::backoff(const ClientLimits& limits, int failed_attempts) {
  const auto doubled = std::max<std::int64_t>(limits.backoff.count(), 1)
                       << std::min(failed_attempts - 1, kMostDoublings);
  const std::int64_t least = std::min<std::int64_t>(doubled, limits.backoff_most.count());
  return milliseconds(least + std::uniform_int_distribution<std::int64_t>(
                                  0, std::max<std::int64_t>(least, 0))(random));
}

// In slices, so that a cancel is noticed; false where it was.
bool Client::State::wait(milliseconds how_long, const Cancel* cancel) const {
  const nanoseconds end = clock->monotonic() + how_long;
  while (clock->monotonic() < end) {
    if (cancel != nullptr && cancel->requested()) return false;
    clock->sleep_until(std::min(end, clock->monotonic() + kLookAtCancelEvery));
  }
  return cancel == nullptr || !cancel->requested();
}

namespace {

// One send(): its attempts, and the failure they may end with.
class Sending {
 public:
  Sending(const Request& request, const ClientLimits& limits, Url url)
      : request_(request), limits_(limits), url_(std::move(url)) {}

  void note(const Reached& at, milliseconds waited) {
    attempts_.push_back({at.outcome.status,
                         at.outcome.failed ? at.outcome.why : status_text(at.outcome.status),
                         waited});
  }
  bool may_repeat() const {
    return request_.repeat == Repeat::harmless ||
           (request_.repeat == Repeat::by_method && is_idempotent(request_.method));
  }
  bool worth_repeating(const Outcome& outcome) const {
    if (!outcome.failed) return may_pass(outcome.status);
    return *outcome.failed == FailureKind::unreachable || *outcome.failed == FailureKind::timeout;
  }
  bool may_try_again(const Outcome& outcome) const {
    return may_repeat() && worth_repeating(outcome) &&
           static_cast<int>(attempts_.size()) < std::clamp(limits_.attempts, 1, kMostAttempts);
  }
  int attempt_count() const { return static_cast<int>(attempts_.size()); }
  const Url& url() const { return url_; }

  Response response(Reached at) const {
    return {at.outcome.status, std::move(at.outcome.headers), std::move(at.outcome.body),
            redacted(at.url), attempts_};
  }
  Failure failure(Reached at, std::optional<milliseconds> retry_after) const {
    const int status = at.outcome.status;
    const bool is_auth = status == 401 || status == 403 || status == 407;
    const FailureKind kind =
        at.outcome.failed.value_or(is_auth ? FailureKind::auth : FailureKind::http_status);
    std::string message = std::string(method_name(request_.method)) + ' ' + redacted(at.url) + ": ";
    message += at.outcome.failed ? at.outcome.why : status_text(status);
    if (attempts_.size() > 1) message += " (" + std::to_string(attempts_.size()) + " attempts)";
    std::string hint = hint_of(kind, status);
    if (retry_after)
      hint = "the server asks to come back in " +
             std::to_string(std::chrono::ceil<std::chrono::seconds>(*retry_after).count()) + " s";
    return {kind, Error(code_of(kind, status), std::move(message), std::move(hint)),
            response(std::move(at)), retry_after};
  }

 private:
  const Request& request_;
  const ClientLimits& limits_;
  Url url_;
  std::vector<Attempt> attempts_;
};

std::optional<milliseconds> retry_after_of(const Outcome& outcome, Timestamp now) {
  if (outcome.failed || is_success(outcome.status)) return std::nullopt;
  const std::string* text = find_header(outcome.headers, "retry-after");
  return text == nullptr ? std::nullopt : parse_retry_after(*text, now);
}

}  // namespace

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Client> Client::open(ClientOptions options, Clock& clock) {
  std::optional<Url> base;
  if (!options.base_url.empty()) {
    TRY_ASSIGN(base, parse_url(options.base_url));
    if (!base->query.empty())
      return invalid("the base URL " + redacted(*base) + " has a query: give it to each request");
    const bool inside = !base->user.empty() || !base->password.empty();
    if (inside && !(options.credentials.user.empty() && options.credentials.bearer.empty()))
      return invalid("the base URL " + redacted(*base) +
                     " has credentials, and others are given too");
    if (inside) options.credentials = {base->user, base->password, {}};
    base->user.clear();
    base->password.clear();
  }
  TRY(check_credentials(options));
  if (options.user_agent.empty()) options.user_agent = "holdfast/" HOLDFAST_VERSION;
  if (!is_field("x", options.user_agent))
    return invalid("the user agent has a control character in it");
  TRY_ASSIGN(Transfer transfer, Transfer::open(options.tls, options.user_agent));
  return Client(std::unique_ptr<State>(
      new State{std::move(options), std::move(base), &clock, std::move(transfer)}));
}

Result<Client> Client::another() const {
  return open(state_->options, *state_->clock);
}

Answer Client::get(std::string url, const Cancel* cancel) {
  Request request;
  request.url = std::move(url);
  return send(request, cancel);
}

Answer Client::send(const Request& request, const Cancel* cancel) {
  State& state = *state_;
  const ClientLimits& limits = request.limits ? *request.limits : state.options.limits;
  auto url = state.url_of(request);
  if (!url) return Failure{FailureKind::invalid, std::move(url).error(), {}, {}};
  Sending sending(request, limits, std::move(*url));
  Exchange exchange = state.exchange_of(request, limits);
  const nanoseconds began = state.clock->monotonic();
  milliseconds waited{0};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(state.left(began, limits));
    exchange.most_time = std::max(std::min(limits.attempt, left), milliseconds(1));
    Reached at = state.reach(request, exchange, sending.url(), cancel);
    sending.note(at, waited);
    if (!at.outcome.failed && is_success(at.outcome.status)) return sending.response(std::move(at));
    const auto retry_after = retry_after_of(at.outcome, state.clock->now());
    if (!sending.may_try_again(at.outcome)) return sending.failure(std::move(at), retry_after);
    waited = std::max(state.backoff(limits, sending.attempt_count()),
                      retry_after.value_or(milliseconds(0)));
    const bool too_long = retry_after && *retry_after > limits.retry_after_most;
    if (too_long || nanoseconds(waited) >= state.left(began, limits))
      return sending.failure(std::move(at), retry_after);
    if (!state.wait(waited, cancel)) {
      at.outcome = {FailureKind::cancelled, "cancelled after " + at.outcome.why, 0, {}, {}};
      return sending.failure(std::move(at), retry_after);
    }
  }
}

}  // namespace holdfast::http
