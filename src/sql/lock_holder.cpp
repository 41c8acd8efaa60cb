// SPDX-License-Identifier: Apache-2.0
// A line of /proc/locks: "3: POSIX  ADVISORY  WRITE 4711 08:01:12345 120 120" (proc(5): number,
// kind, mode, type, pid, device:inode, first byte, last byte). SQLite's writer holds byte 120 of
// the -shm file in WAL mode, and a byte from 2^30 on of the database itself otherwise
// (https://www.sqlite.org/walformat.html, section 2.3.1; os.h, PENDING_BYTE and RESERVED_BYTE).
#include "sql/lock_holder.h"

#include <charconv>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "base/file.h"

namespace holdfast::sql {
namespace {

constexpr std::uint64_t kProcFileLimitBytes = 1U << 20U;
constexpr std::uint64_t kWalWriteByte = 120;
constexpr std::uint64_t kPendingByte = 0x40000000;

std::uint64_t inode_of(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size() ? value : 0;
}

/// The process behind one line, or "" when the line is about something else. The device is left
/// out: on overlay file systems stat(2) and /proc/locks disagree on it.
std::string holder_in(const std::string& line, std::uint64_t wal_inode,
                      std::uint64_t database_inode) {
  std::istringstream words(line);
  std::string ordinal, kind, mode, type, pid, where, first;
  if (!(words >> ordinal >> kind >> mode >> type >> pid >> where >> first)) return {};
  if (kind != "POSIX" && kind != "OFDLCK") return {};
  if (type != "WRITE" || number(pid) == 0) return {};
  const std::uint64_t inode = number(std::string_view(where).substr(where.rfind(':') + 1));
  const std::uint64_t byte = number(first);
  const bool wal = inode == wal_inode && byte == kWalWriteByte;
  const bool rollback_journal =
      inode == database_inode && byte >= kPendingByte && byte <= kPendingByte + 1;
  return inode != 0 && (wal || rollback_journal) ? pid : std::string();
}

}  // namespace

std::string describe_lock_holder(const std::string& database_path) {
  const auto locks = real_file_system().read("/proc/locks", kProcFileLimitBytes);
  if (!locks) return {};
  const auto wal_inode = inode_of(database_path + "-shm");
  const auto database_inode = inode_of(database_path);
  std::istringstream lines(*locks);
  for (std::string line; std::getline(lines, line);) {
    const auto pid = holder_in(line, wal_inode, database_inode);
    if (pid.empty()) continue;
    const auto command = real_file_system().read("/proc/" + pid + "/comm", kProcFileLimitBytes);
    std::string holder = " by process ";
    holder += pid;
    if (command) holder.append(" (").append(*command, 0, command->find('\n')).append(")");
    return holder;
  }
  return {};
}

}  // namespace holdfast::sql
