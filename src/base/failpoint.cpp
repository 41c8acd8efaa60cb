// SPDX-License-Identifier: Apache-2.0
#include "base/failpoint.h"

#ifdef HOLDFAST_TESTING

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace holdfast {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPausePoll{2};
constexpr milliseconds kPauseLimit{
    std::chrono::minutes(10)};  // a forgotten pause must not hang a test run for ever

enum class Action : unsigned char { kill, error, pause, delay };

struct Failpoint {
  Action action = Action::kill;
  std::string file;  // pause
  milliseconds delay{0};
  unsigned passes_left = 0;
};
using Failpoints = std::map<std::string, Failpoint, std::less<>>;

std::pair<std::string_view, std::string_view> split(std::string_view text, char at) {
  const std::size_t found = text.find(at);
  if (found == std::string_view::npos) return {text, {}};
  return {text.substr(0, found), text.substr(found + 1)};
}

bool read_count(std::string_view text, unsigned& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size();
}

Error unreadable(std::string_view entry) {
  return {
      Code::invalid, "HOLDFAST_FAILPOINTS: can't read '" + std::string(entry) + "'",
      "write name=kill, name=error, name=pause:FILE or name=delay:MS, with N* before the action"};
}

Result<Failpoint> parse_action(std::string_view entry, std::string_view text) {
  Failpoint point;
  if (const auto [count, action] = split(text, '*'); !action.empty()) {
    unsigned visit = 0;
    if (!read_count(count, visit) || visit == 0) return unreadable(entry);
    point.passes_left = visit - 1;
    text = action;
  }
  const auto [name, argument] = split(text, ':');
  if (name == "kill" && argument.empty()) return point;
  if (name == "error" && argument.empty()) {
    point.action = Action::error;
    return point;
  }
  if (name == "pause" && !argument.empty()) {
    point.action = Action::pause;
    point.file = argument;
    return point;
  }
  unsigned delay_ms = 0;
  if (name != "delay" || !read_count(argument, delay_ms)) return unreadable(entry);
  point.action = Action::delay;
  point.delay = milliseconds(delay_ms);
  return point;
}

Result<Failpoints> parse(std::string_view text) {
  Failpoints points;
  while (!text.empty()) {
    const auto [entry, rest] = split(text, ';');
    text = rest;
    if (entry.empty()) continue;
    const auto [name, action] = split(entry, '=');
    if (name.empty()) return unreadable(entry);
    TRY_ASSIGN(Failpoint point, parse_action(entry, action));
    points.insert_or_assign(std::string(name), std::move(point));
  }
  return points;
}

Status pause_at(std::string_view name, const std::string& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return Error(Code::io, "failpoint " + std::string(name) + ": can't make " + file);
  ::close(fd);
  for (milliseconds waited{0}; waited < kPauseLimit; waited += kPausePoll) {
    if (::access(file.c_str(), F_OK) != 0) return {};
    std::this_thread::sleep_for(kPausePoll);
  }
  return Error(Code::io, "failpoint " + std::string(name) + ": nobody removed " + file);
}

Status act(std::string_view name, const Failpoint& point) {
  switch (point.action) {
    case Action::kill:
      ::kill(::getpid(), SIGKILL);
      for (;;)
        ::pause();
    case Action::error:
      return Error(Code::io, "failpoint " + std::string(name));
    case Action::pause:
      return pause_at(name, point.file);
    case Action::delay:
      std::this_thread::sleep_for(point.delay);
      return {};
  }
  return {};
}

// The environment is read at every visit, so that a test may set it at any time; visits are counted
// as long as it stays the same.
struct Registry {
  std::mutex mutex;
  std::string text;
  Failpoints points;
};

}  // namespace

Status visit_failpoint(std::string_view name) {
  static Registry registry;
  const char* const set = std::getenv("HOLDFAST_FAILPOINTS");
  const std::string_view text = set == nullptr ? "" : set;
  Failpoint due;
  {
    const std::scoped_lock lock(registry.mutex);
    if (registry.text != text) {
      TRY_ASSIGN(registry.points, parse(text));
      registry.text = text;
    }
    const auto found = registry.points.find(name);
    if (found == registry.points.end()) return {};
    if (found->second.passes_left > 0) {
      --found->second.passes_left;
      return {};
    }
    due = found->second;
  }
  return act(name, due);
}

}  // namespace holdfast

#endif
