// SPDX-License-Identifier: Apache-2.0
// Server-Sent Events: a bounded queue per client and a hub that fills all of them. A client that reads too slowly loses events and is told so
// by an event `lost`; it never makes the publisher wait and never makes memory grow.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// "id: 7\nevent: name\ndata: …\n\n": each line of `data` has its own field; an id or name with a line break in it is left out.
std::string event_text(std::string_view id, std::string_view name, std::string_view data);

/// Thread-safe.
class EventQueue {
 public:
  explicit EventQueue(std::size_t most_events = 1024,
                      std::size_t most_bytes = std::size_t{1} << 20U)
      : most_events_(most_events), most_bytes_(most_bytes) {}
  /// False where the queue is full (the client will be told) or closed.
  bool push(std::string_view event_text);
  /// What is queued is still sent, then the answer ends.
  void close();
  bool closed() const;
  /// All that is queued, as bytes to send; "" where there is nothing.
  std::string take();
  /// Called after each push() and close(), from their threads; one at a time. The server sets it.
  void on_change(std::function<void()> call);

 private:
  void tell();

  mutable std::mutex mutex_;
  std::deque<std::string> events_;
  std::size_t bytes_ = 0;
  std::size_t most_events_;
  std::size_t most_bytes_;
  std::uint64_t lost_ = 0;
  bool closed_ = false;
  std::mutex call_mutex_;
  std::function<void()> call_;
};

/// Thread-safe. Queues of clients that went away are forgotten.
class EventHub {
 public:
  std::shared_ptr<EventQueue> subscribe();
  /// To all who listen; the count of queues that took it.
  std::size_t publish(std::string_view event_text);
  void close();

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<EventQueue>> queues_;
  bool closed_ = false;
};

}  // namespace holdfast::http
