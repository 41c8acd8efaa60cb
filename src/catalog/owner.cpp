// SPDX-License-Identifier: Apache-2.0
// Who holds a claim: "host/boot id/pid namespace/pid/start time". The boot id (proc(5),
// random/boot_id) and the namespace's inode say whether a pid means something here; the start time
// (field 22 of /proc/PID/stat, in clock ticks since boot) tells a process from a later one with the
// same pid.
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "catalog/claims.h"

namespace holdfast::catalog {
namespace {

constexpr std::uint64_t kProcFileLimitBytes = 65536;
constexpr std::size_t kOwnerParts = 5;
constexpr int kStartTimeField =
    22;  // counted from 1; the name in field 2 may hold blanks, so fields are counted after its ')'
constexpr std::string_view kUnknown = "unknown";

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return std::string(kUnknown);
  std::string out(name.data());
  for (char& c : out) {
    if (c == '/') c = '_';
  }
  return out;
}

std::string boot_id() {
  const auto text = real_file_system().read("/proc/sys/kernel/random/boot_id", kProcFileLimitBytes);
  return text ? text->substr(0, text->find('\n')) : std::string(kUnknown);
}

/// The inode behind "pid:[4026531836]".
std::string pid_namespace() {
  std::array<char, 64> target{};
  const auto size = ::readlink("/proc/self/ns/pid", target.data(), target.size());
  if (size <= 0) return std::string(kUnknown);
  const std::string_view text(target.data(), static_cast<std::size_t>(size));
  const auto open = text.find('[');
  const auto close = text.find(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return std::string(kUnknown);
  return std::string(text.substr(open + 1, close - open - 1));
}

struct ProcessState {
  char state = '?';  // proc(5): R, S, D, Z (dead, not yet waited for) …
  std::string start_time;
};

/// None where /proc does not show the process (it is gone, or hidden from this user).
std::optional<ProcessState> process_state(const std::string& pid) {
  const auto stat = real_file_system().read("/proc/" + pid + "/stat", kProcFileLimitBytes);
  if (!stat) return std::nullopt;
  const auto name_end = stat->rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat->substr(name_end + 1));
  ProcessState out;
  std::string word;
  for (int field = 3; field <= kStartTimeField; ++field) {
    if (!(fields >> word)) return std::nullopt;
    if (field == 3) out.state = word.front();
  }
  out.start_time = word;
  return out;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string current_owner() {
  const std::string pid = std::to_string(::getpid());
  const auto state = process_state(pid);
  return host_name() + '/' + boot_id() + '/' + pid_namespace() + '/' + pid + '/' +
         (state ? state->start_time : std::string(kUnknown));
}

bool owner_is_gone(std::string_view owner) {
  const auto parts = split(owner);
  if (parts.size() < kOwnerParts) return false;
  for (std::size_t i = 0; i < kOwnerParts; ++i) {
    if (parts[i] == kUnknown || parts[i].empty()) return false;
  }
  if (parts[0] != host_name() || parts[1] != boot_id() || parts[2] != pid_namespace()) return false;
  pid_t pid = 0;
  const auto [end, failed] =
      std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), pid);
  if (failed != std::errc() || end != parts[3].data() + parts[3].size() || pid <= 0) return false;
  if (::kill(pid, 0) != 0 && errno == ESRCH)
    return true;  // sees processes that /proc may hide (hidepid)
  const auto state = process_state(std::string(parts[3]));
  if (!state) return false;
  return state->state == 'Z' || state->state == 'X' || state->start_time != parts[4];
}

}  // namespace holdfast::catalog
