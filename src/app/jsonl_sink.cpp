// SPDX-License-Identifier: Apache-2.0
// [events] jsonl: every event as one object a line (docs/schemas/event.schema.json). The claim of app/event_outbox.h makes us the one
// writer that base/line_file.h asks for.
#include "app/event_sinks.h"
#include "app/record_json.h"
#include "base/line_file.h"

namespace holdfast::app {
namespace {

constexpr std::size_t kEventsAtOnce = 1000;

// A torn line ends in the middle of its JSON.
bool looks_whole(std::string_view line) {
  return line.starts_with('{') && line.ends_with('}');
}

class JsonlSink final : public EventSink {
 public:
  JsonlSink(std::string path, SinkPlace place, FileSystem& files)
      : path_(std::move(path)), place_(std::move(place)), files_(files) {}
  const SinkPlace& place() const override { return place_; }
  std::size_t group_size() const override { return kEventsAtOnce; }

  Delivery deliver(std::span<const catalog::StoredEvent> events, const Cancel*) override {
    const Status done = append(events);
    if (!done) return {0, done.error()};
    return {events.size()};
  }

 private:
  // Opened anew for each group, since a rotation may have taken the file away.
  Status append(std::span<const catalog::StoredEvent> events) {
    TRY_ASSIGN(LineFile file, LineFile::open(files_, path_, looks_whole));
    for (const catalog::StoredEvent& stored : events)
      TRY(file.append(event_json(stored)));
    return file.sync();
  }

  std::string path_;
  SinkPlace place_;
  FileSystem& files_;
};

}  // namespace

std::unique_ptr<EventSink> make_jsonl_sink(const EventsConfig& config, const SinkPlace& place,
                                           const SinkOptions& options) {
  HOLDFAST_ASSERT(config.jsonl);
  return std::make_unique<JsonlSink>(*config.jsonl, place, *options.files);
}

std::unique_ptr<EventSink> make_sink(const EventsConfig& config, const SinkPlace& place,
                                     const SinkOptions& options) {
  if (place.kind == "redis") return make_redis_sink(config, place, options);
  if (place.kind == "webhook") return make_webhook_sink(config, place, options);
  HOLDFAST_ASSERT(place.kind == "jsonl");
  return make_jsonl_sink(config, place, options);
}

}  // namespace holdfast::app
