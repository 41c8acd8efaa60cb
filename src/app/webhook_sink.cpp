// SPDX-License-Identifier: Apache-2.0
// [events] webhook: every event as a CloudEvent 1.0 in structured mode, one POST each, in order.
//
// Holdfast-Signature: t=SECONDS,v1=HEX, where HEX is HMAC-SHA256 with the key over "SECONDS.BODY": the time in it lets a receiver
// refuse what somebody sends a second time. The path of a webhook is often its secret, so messages name its origin only.
//
// A 4xx that speaks of what was sent is a refusal of that event; one that speaks of the address, the credentials or the moment would be
// the answer to every event, and keeps them waiting (decision 0141).
#include <algorithm>
#include <array>
#include <optional>

#include "app/event_envelope.h"
#include "app/event_sinks.h"
#include "app/text.h"
#include "core/hmac_sha256.h"
#include "http/client.h"

namespace holdfast::app {
namespace {

constexpr std::size_t kEventsAtOnce = 20;  // delivered again after a kill, at most
constexpr std::int64_t kNsPerS = 1'000'000'000;
constexpr std::uint64_t kMostAnswerBytes = 64U << 10U;
constexpr std::size_t kMostReasonColumns = 300;

http::ClientLimits limits_of(Patience patience) {
  using std::chrono::milliseconds;
  const bool is_short = patience == Patience::short_wait;
  http::ClientLimits limits;
  limits.body_bytes = kMostAnswerBytes;
  limits.connect = milliseconds(is_short ? 2'000 : 5'000);
  limits.attempt = milliseconds(is_short ? 4'000 : 15'000);
  limits.total = is_short ? milliseconds(6'000) : milliseconds(kMostRequestTime);
  limits.attempts = 3;
  limits.redirects = 0;  // a POST that is redirected is no delivery
  limits.retry_after_most = milliseconds(is_short ? 1'000 : 10'000);
  return limits;
}

// RFC 9110, 15.5 and its extensions: wrong or missing credentials, path, method, host, or not now.
constexpr std::array kNotOfTheEvent = {401, 402, 403, 404, 405, 407, 408,
                                       410, 421, 423, 425, 426, 429, 451};

bool is_refusal(const http::Failure& failure) {
  const int status = failure.response.status;
  return failure.kind == http::FailureKind::http_status && status >= 400 && status < 500 &&
         !std::ranges::count(kNotOfTheEvent, status);
}

std::string reason_of(const http::Failure& failure) {
  std::string reason = std::to_string(failure.response.status);
  if (!failure.response.attempts.empty()) reason = failure.response.attempts.back().what;
  if (!failure.response.body.empty()) reason += ": " + failure.response.body;
  return ended(printable(reason), kMostReasonColumns);
}

class WebhookSink final : public EventSink {
 public:
  WebhookSink(WebhookSinkConfig config, SenderConfig sender, SinkPlace place,
              const SinkOptions& options)
      : config_(std::move(config)),
        sender_(std::move(sender)),
        place_(std::move(place)),
        options_(options) {}
  const SinkPlace& place() const override { return place_; }
  std::size_t group_size() const override { return kEventsAtOnce; }

  Delivery deliver(std::span<const catalog::StoredEvent> events, const Cancel* cancel) override {
    Delivery done;
    const auto until = options_.clock->monotonic() + kMostGroupTime;
    for (const catalog::StoredEvent& stored : events) {
      if (done.count > 0 && options_.clock->monotonic() >= until) break;
      done.problem = send(stored, cancel, done);
      if (done.problem) break;
      ++done.count;
    }
    return done;
  }

 private:
  std::optional<Error> send(const catalog::StoredEvent& stored, const Cancel* cancel,
                            Delivery& done) {
    if (!client_) {
      http::ClientOptions options;
      options.base_url = http::origin(config_.url);
      options.credentials = {config_.url.user, config_.url.password, {}};
      options.limits = limits_of(options_.patience);
      auto client = http::Client::open(std::move(options), *options_.clock);
      if (!client) return std::move(client).error();
      client_.emplace(std::move(*client));
    }
    const http::Answer answer = client_->send(request_of(stored), cancel);
    if (answer.ok()) return std::nullopt;
    if (!is_refusal(answer.failure())) return problem_of(answer.failure());
    done.refused.push_back({done.count, reason_of(answer.failure())});
    return std::nullopt;
  }

  http::Request request_of(const catalog::StoredEvent& stored) const {
    http::Request request;
    request.method = http::Method::post;
    request.url = http::without_credentials(config_.url);
    request.body = cloud_event(stored, sender_);
    request.headers = {{"Content-Type", "application/cloudevents+json; charset=UTF-8"}};
    request.repeat = http::Repeat::harmless;  // a receiver tells it by its id
    if (!config_.secret.empty()) {
      const std::string at = std::to_string(options_.clock->now().ns / kNsPerS);
      const auto digest = core::hmac_sha256(config_.secret, at + '.' + request.body);
      request.headers.emplace_back("Holdfast-Signature", "t=" + at + ",v1=" + core::to_hex(digest));
    }
    return request;
  }

  Error problem_of(const http::Failure& failure) const {
    std::string why(http::failure_name(failure.kind));
    if (!failure.response.attempts.empty()) why = failure.response.attempts.back().what;
    if (failure.kind == http::FailureKind::cancelled) return Error(Code::cancelled, "stopped");
    return Error(Code::unavailable, "webhook " + place_.shown + ": " + why,
                 "mend the receiver; what was missed is delivered then, in order");
  }

  WebhookSinkConfig config_;
  SenderConfig sender_;
  SinkPlace place_;
  SinkOptions options_;
  std::optional<http::Client> client_;
};

}  // namespace

std::unique_ptr<EventSink> make_webhook_sink(const EventsConfig& config, const SinkPlace& place,
                                             const SinkOptions& options) {
  HOLDFAST_ASSERT(config.webhook);
  return std::make_unique<WebhookSink>(*config.webhook, config.sender, place, options);
}

}  // namespace holdfast::app
