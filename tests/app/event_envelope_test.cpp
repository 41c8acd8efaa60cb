// SPDX-License-Identifier: Apache-2.0
// Events in the envelopes of other systems: known bytes, the same on every repetition.
#include "app/event_envelope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sha256.h"

namespace holdfast::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

catalog::StoredEvent event_named(const std::string& name) {
  catalog::StoredEvent stored;
  stored.event.name = name;
  stored.event.subject = "schema:core/telemetry.FeedbackEvent";
  stored.event.level = core::Level::error;
  stored.event.actor = "me";
  stored.event.seq = 7;
  stored.event.at = Timestamp{1'779'069'784'500'000'000};
  stored.chain_hash = std::string(16, '1') + std::string(48, '2');
  stored.leaf_hash = std::string(64, '3');
  return stored;
}

catalog::StoredEvent drift() {
  catalog::StoredEvent stored = event_named("schema.drift_detected");
  stored.event.fields = {{"repo", std::string("store")},
                         {"registry", std::string("http://127.0.0.1:8081")},
                         {"track", std::string("v2")},
                         {"schema", std::string("telemetry.FeedbackEvent")},
                         {"status", std::string("drift")},
                         {"class", std::string("breaking")},
                         {"drift_type", std::string("version_mismatch")},
                         {"local_sha256", std::string("aa")},
                         {"local_version", {}},
                         {"registry_sha256", std::string("bb")},
                         {"registry_version", std::string("1.3.0")},
                         {"detected_at", std::string("2026-05-18T02:03:04.250000Z")}};
  return stored;
}

const SenderConfig kSender{"store", "strict", "v1"};

TEST(PulseMessage, OfADriftHasTheKeysOfCoreAndOfTheStore) {
  const PulseMessage message = pulse_message(drift(), kSender);
  EXPECT_EQ(message.stream, "telemetry.schema_drift");
  const std::string payload =
      R"({"service":"store","schema_name":"telemetry.FeedbackEvent","track":"v2","local_sha":"aa","registry_sha":"bb",)"
      R"("drift_type":"version_mismatch","detected_at":1779069784.25,"enforcement_mode":"strict","repo":"store",)"
      R"("schema":"telemetry.FeedbackEvent","local_sha256":"aa","local_version":null,"registry_sha256":"bb",)"
      R"("registry_version":"1.3.0","registry":"http://127.0.0.1:8081","status":"drift","class":"breaking","seq":7})";
  EXPECT_EQ(
      message.data,
      R"({"id":"11111111-1111-8111-a222-222222222222","key":"telemetry.FeedbackEvent","ts":1779069784.5,)"
      R"("meta":{"schema_id":"telemetry.schema_drift","track":"v2","headers":{"event_type":"schema.drift_detected",)"
      R"("source":"store","subject":"schema:core/telemetry.FeedbackEvent","level":"error","seq":"7"},"hash":")" +
          core::to_hex(core::sha256(payload)) + R"("},"payload":)" + payload + "}");
}

TEST(PulseMessage, OfTheEndOfADriftIsNoDrift) {
  EXPECT_EQ(pulse_message(event_named("schema.drift_resolved"), kSender).stream, "holdfast.events");
  EXPECT_EQ(pulse_message(event_named("schema.drift_changed"), kSender).stream,
            "telemetry.schema_drift");
}

TEST(PulseMessage, HasNoTrackThatCoreDoesNotKnow) {
  catalog::StoredEvent stored = drift();
  stored.event.fields[2].value = std::string("v3");
  EXPECT_THAT(pulse_message(stored, kSender).data,
              HasSubstr(R"("meta":{"schema_id":"telemetry.schema_drift","track":"v1")"));
}

TEST(PulseMessage, MakesBytesThatAreNoTextHarmless) {
  catalog::StoredEvent stored = event_named("artifact.modified");
  stored.event.subject = "artifact:atlas/\xff\"\n";
  const std::string data = pulse_message(stored, kSender).data;
  EXPECT_THAT(data, HasSubstr(R"("key":"artifact:atlas/%FF)"));
  EXPECT_THAT(data, Not(HasSubstr("\n")));
}

TEST(CloudEvent, IsOneInStructuredMode) {
  catalog::StoredEvent stored = event_named("check.ended");
  stored.event.subject.clear();
  EXPECT_EQ(
      cloud_event(stored, {"my store", "warn", "v1"}),
      R"({"specversion":"1.0","id":"11111111-1111-8111-a222-222222222222","source":"/holdfast/my%20store",)"
      R"("type":"holdfast.check.ended","time":"2026-05-18T02:03:04.500000Z","datacontenttype":"application/json",)"
      R"("sequence":"0000000000000000007","data":{"seq":7,"at":"2026-05-18T02:03:04.500000Z","name":"check.ended",)"
      R"("subject":null,"level":"error","fields":{},"actor":"me","run_id":null,"leaf_hash":")" +
          std::string(64, '3') + R"(","chain_hash":")" + stored.chain_hash + R"("}})");
}

}  // namespace
}  // namespace holdfast::app
