// SPDX-License-Identifier: Apache-2.0
// [events] redis: every event to a Redis Stream, in the envelope of app/event_envelope.h.
//
// One XADD after the other, each acknowledged before the next: with several under way, one that is refused in the middle would be
// repeated behind those that came after it.
#include <array>
#include <optional>

#include "app/event_envelope.h"
#include "app/event_sinks.h"
#include "base/log.h"
#include "redis/client.h"

namespace holdfast::app {
namespace {

constexpr std::size_t kEventsAtOnce = 100;  // delivered again after a kill, at most
constexpr redis::ClientLimits kShort{std::chrono::milliseconds(1'000),
                                     std::chrono::milliseconds(2'000)};
constexpr redis::ClientLimits kLong{std::chrono::milliseconds(5'000),
                                    std::chrono::milliseconds(10'000)};

struct StreamRefusal {
  std::string key;  // of the stream
  std::string why;
};

class RedisSink final : public EventSink {
 public:
  RedisSink(RedisSinkConfig config, SenderConfig sender, SinkPlace place,
            const redis::ClientLimits& limits, Clock& clock)
      : config_(std::move(config)),
        sender_(std::move(sender)),
        place_(std::move(place)),
        limits_(limits),
        clock_(clock) {}
  const SinkPlace& place() const override { return place_; }
  std::size_t group_size() const override { return kEventsAtOnce; }

  Delivery deliver(std::span<const catalog::StoredEvent> events, const Cancel* cancel) override {
    Delivery done;
    const auto until = clock_.monotonic() + kMostGroupTime;
    for (const catalog::StoredEvent& stored : events) {
      if (done.count > 0 && clock_.monotonic() >= until) break;
      if (cancel != nullptr && cancel->requested()) {
        done.problem = Error(Code::cancelled, "stopped");
        break;
      }
      const Status sent = send(stored);
      if (!sent) {
        client_.reset();
        done.problem = sent.error();
        break;
      }
      ++done.count;
    }
    return done;
  }

 private:
  Status send(const catalog::StoredEvent& stored) {
    // One for all that one event may need (connect, AUTH, SELECT, XADD, XADD to the dead letters): the claim on the sink outlives it.
    const redis::Deadline deadline{clock_, clock_.monotonic() + kMostRequestTime};
    if (!client_) {
      TRY_ASSIGN(client_, connect(deadline));
    }
    const PulseMessage message = pulse_message(stored, sender_);
    const std::string key = config_.name_space + ':' + message.stream;
    const std::array<std::string, 5> words{"XADD", key, "*", "data", message.data};
    TRY_ASSIGN(const redis::Reply reply, client_->command(words, deadline));
    if (!reply.refusal) return {};
    if (redis::may_pass_later(*reply.refusal)) return refused(key, *reply.refusal);
    return give_up(message, {key, *reply.refusal}, deadline);
  }

  Result<std::optional<redis::Client>> connect(const redis::Deadline& deadline) const {
    TRY_ASSIGN(auto client, redis::Client::connect(config_.address, limits_, deadline));
    return std::optional(std::move(client));
  }

  Error refused(const std::string& key, const std::string& why) const {
    return Error(Code::unavailable, place_.shown + " takes nothing into " + key + ": " + why,
                 "mend the server; what was missed is delivered then");
  }

  // Kept where the source keeps such: nothing behind it waits for an event that is never taken.
  Status give_up(const PulseMessage& message, const StreamRefusal& refusal,
                 const redis::Deadline& deadline) {
    const auto& [key, why] = refusal;
    const std::string letters = key + ".dlq";
    const std::array<std::string, 9> words{"XADD",   letters, "*",    "original_id", message.id,
                                           "reason", why,     "data", message.data};
    TRY_ASSIGN(const redis::Reply reply, client_->command(words, deadline));
    if (reply.refusal) return refused(letters, *reply.refusal);
    log_warning("an event was refused for good and put into the dead letters",
                {{"stream", key}, {"dead_letters", letters}, {"id", message.id}, {"reason", why}});
    return {};
  }

  RedisSinkConfig config_;
  SenderConfig sender_;
  SinkPlace place_;
  redis::ClientLimits limits_;
  Clock& clock_;
  std::optional<redis::Client> client_;
};

}  // namespace

std::unique_ptr<EventSink> make_redis_sink(const EventsConfig& config, const SinkPlace& place,
                                           const SinkOptions& options) {
  HOLDFAST_ASSERT(config.redis);
  return std::make_unique<RedisSink>(*config.redis, config.sender, place,
                                     options.patience == Patience::short_wait ? kShort : kLong,
                                     *options.clock);
}

}  // namespace holdfast::app
