// SPDX-License-Identifier: Apache-2.0
#include "base/lock_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system_error.h"

namespace holdfast {
namespace {

constexpr std::size_t kMaxOwnerBytes = 512;
constexpr int kMaxAttempts = 100;  // of a call that signals interrupt
constexpr int kProbes = 10;        // of a lock that holder() may be looking at just now
constexpr std::chrono::milliseconds kProbePause{2};

int lock(int fd, int kind) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (::flock(fd, kind | LOCK_NB) == 0) return 0;
    if (errno != EINTR) return errno;
  }
  return EINTR;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown host";
  return name.data();
}

std::string owner_of(int fd) {
  std::array<char, kMaxOwnerBytes> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  std::string owner(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (owner.ends_with('\n'))
    owner.pop_back();
  return owner.empty() ? "another process" : printable_path(owner);
}

// For people only: nothing depends on it, so a disk that is full must not keep us from locking.
void write_owner(int fd, std::string_view purpose) {
  const std::string owner = "process " + std::to_string(::getpid()) + " on " + host_name() + " (" +
                            std::string(purpose.substr(0, kMaxOwnerBytes / 2)) + ")\n";
  if (::ftruncate(fd, 0) == 0) static_cast<void>(::pwrite(fd, owner.data(), owner.size(), 0) == 0);
}

/// Whether it is the text of write_owner(), or a beginning of it.
bool is_owner(std::string_view text) {
  constexpr std::string_view kProcess = "process ";
  constexpr std::string_view kOn = " on ";
  if (text.size() <= kProcess.size()) return kProcess.starts_with(text);
  if (!text.starts_with(kProcess)) return false;
  text.remove_prefix(kProcess.size());
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0 && (text.starts_with(kOn) || kOn.starts_with(text));
}

// A file of that name which holds something else is somebody's: it would be cut, or be taken away.
Status require_ours(int fd, const std::string& path) {
  std::array<char, kMaxOwnerBytes> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  if (got < 0) return system_error("read lock", path, errno);
  if (is_owner({text.data(), static_cast<std::size_t>(got)})) return {};
  return Error(Code::conflict,
               printable_path(path) +
                   " would be the lock, and is somebody else's file: it names no process; it was "
                   "left as it is",
               "move that file away, or name another output");
}

bool is_still_at(int fd, const std::string& path) {
  struct stat locked{};
  struct stat named{};
  return ::fstat(fd, &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

// One try at a name whose file may be taken away by whoever held it until now: none where it was.
Result<std::optional<Fd>> acquire_once(const std::string& path, std::string_view purpose) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666));
  if (!fd.valid()) return system_error("open lock", path, errno);
  int error = lock(fd.get(), LOCK_EX);
  for (int probe = 0; error == EWOULDBLOCK && probe < kProbes; ++probe) {
    std::this_thread::sleep_for(kProbePause);
    error = lock(fd.get(), LOCK_EX);
  }
  if (error == EWOULDBLOCK)
    return Error(Code::conflict, printable_path(path) + " is held by " + owner_of(fd.get()),
                 "wait until it has finished, or stop it");
  if (error != 0) return system_error("lock", path, error);
  if (!is_still_at(fd.get(), path)) return std::optional<Fd>();
  TRY(require_ours(fd.get(), path));
  write_owner(fd.get(), purpose);
  return std::optional<Fd>(std::move(fd));
}

}  // namespace

/// Takes the file away while it is locked.
struct LockFile::Removal {
  explicit Removal(std::string file) : path(std::move(file)) {}
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;
  ~Removal() { static_cast<void>(::unlink(path.c_str()) == 0); }
  std::string path;
};

Result<LockFile> LockFile::acquire(const std::string& path, std::string_view purpose,
                                   LockRemains remains) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    TRY_ASSIGN(auto fd, acquire_once(path, purpose));
    if (!fd) continue;
    LockFile lock(*std::move(fd));
    if (remains == LockRemains::no) lock.removal_ = std::make_shared<const Removal>(path);
    return lock;
  }
  return Error(Code::conflict, printable_path(path) + " is taken away again and again",
               "run it again");
}

Result<std::optional<std::string>> LockFile::holder(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid() && errno == ENOENT) return std::optional<std::string>();
  if (!fd.valid()) return system_error("open lock", path, errno);
  const int error = lock(fd.get(), LOCK_SH);
  if (error == EWOULDBLOCK) return std::optional(owner_of(fd.get()));
  if (error != 0) return system_error("lock", path, error);
  return std::optional<std::string>();
}

}  // namespace holdfast
