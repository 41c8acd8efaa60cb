// SPDX-License-Identifier: Apache-2.0
#include "http/event_queue.h"

#include <algorithm>

namespace holdfast::http {
namespace {

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

std::string event_text(std::string_view id, std::string_view name, std::string_view data) {
  std::string out;
  if (!id.empty() && is_one_line(id)) out += "id: " + std::string(id) + '\n';
  if (!name.empty() && is_one_line(name)) out += "event: " + std::string(name) + '\n';
  for (std::size_t from = 0; from <= data.size();) {
    const std::size_t end = std::min(data.find_first_of("\r\n", from), data.size());
    out += "data: ";
    out += data.substr(from, end - from);
    out += '\n';
    const bool two = end + 1 < data.size() && data[end] == '\r' && data[end + 1] == '\n';
    from = end + (two ? 2 : 1);
  }
  return out + '\n';
}

bool EventQueue::push(std::string_view event_text) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    if (events_.size() >= most_events_ || bytes_ + event_text.size() > most_bytes_) {
      ++lost_;
      return false;
    }
    events_.emplace_back(event_text);
    bytes_ += event_text.size();
  }
  tell();
  return true;
}

void EventQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  tell();
}

bool EventQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::string EventQueue::take() {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const std::string& event : events_)
    out += event;
  events_.clear();
  bytes_ = 0;
  if (lost_ > 0) out += http::event_text("", "lost", "{\"events\":" + std::to_string(lost_) + "}");
  lost_ = 0;
  return out;
}

void EventQueue::on_change(std::function<void()> call) {
  const std::lock_guard lock(call_mutex_);
  call_ = std::move(call);
}

void EventQueue::tell() {
  const std::lock_guard lock(call_mutex_);
  if (call_) call_();
}

std::shared_ptr<EventQueue> EventHub::subscribe() {
  auto queue = std::make_shared<EventQueue>();
  const std::lock_guard lock(mutex_);
  if (closed_) queue->close();
  std::erase_if(queues_, [](const auto& one) { return one.expired(); });
  queues_.push_back(queue);
  return queue;
}

std::size_t EventHub::publish(std::string_view event_text) {
  std::vector<std::shared_ptr<EventQueue>> queues;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : queues_)
      if (auto queue = one.lock()) queues.push_back(std::move(queue));
  }
  return static_cast<std::size_t>(std::count_if(
      queues.begin(), queues.end(), [&](const auto& queue) { return queue->push(event_text); }));
}

void EventHub::close() {
  std::vector<std::weak_ptr<EventQueue>> queues;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    queues.swap(queues_);
  }
  for (const auto& one : queues)
    if (const auto queue = one.lock()) queue->close();
}

}  // namespace holdfast::http
