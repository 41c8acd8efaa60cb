// SPDX-License-Identifier: Apache-2.0
// [events] webhook: every event as a CloudEvent 1.0 in structured mode, one POST each, in order.
//
// Holdfast-Signature: t=SECONDS,v1=HEX, where HEX is HMAC-SHA256 with the key over "SECONDS.BODY": the time in it lets a receiver
// refuse what somebody sends a second time. The path of a webhook is often its secret, so messages name its origin only.
#include <optional>

#include "app/event_envelope.h"
#include "app/event_sinks.h"
#include "core/hmac_sha256.h"
#include "http/client.h"

namespace holdfast::app {
namespace {

constexpr std::size_t kEventsAtOnce = 20;  // delivered again after a kill, at most
constexpr std::int64_t kNsPerS = 1'000'000'000;
constexpr std::uint64_t kMostAnswerBytes = 64U << 10U;

http::ClientLimits limits_of(Patience patience) {
  using std::chrono::milliseconds;
  const bool is_short = patience == Patience::short_wait;
  http::ClientLimits limits;
  limits.body_bytes = kMostAnswerBytes;
  limits.connect = milliseconds(is_short ? 2'000 : 5'000);
  limits.attempt = milliseconds(is_short ? 4'000 : 30'000);
  limits.total = milliseconds(is_short ? 6'000 : 120'000);
  limits.attempts = 3;
  limits.redirects = 0;  // a POST that is redirected is no delivery
  limits.retry_after_most = milliseconds(is_short ? 1'000 : 60'000);
  return limits;
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
    for (const catalog::StoredEvent& stored : events) {
      const Status sent = send(stored, cancel);
      if (!sent) {
        done.problem = sent.error();
        break;
      }
      ++done.count;
    }
    return done;
  }

 private:
  Status send(const catalog::StoredEvent& stored, const Cancel* cancel) {
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
    if (answer.ok()) return {};
    return problem_of(answer.failure());
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
