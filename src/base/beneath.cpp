// SPDX-License-Identifier: Apache-2.0
#include "base/beneath.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/root_folder.h"

namespace holdfast {
namespace {

// A rename anywhere on the system can make the kernel give up a beneath-resolution that met ".."
// with EAGAIN: openat2(2).
constexpr int kMaxResolveAttempts = 100;
constexpr int kMaxLinks = 40;  // the kernel's own limit: path_resolution(7)

enum class Links : unsigned char { follow_beneath, refuse };

int open_by_kernel(int folder_fd, const std::string& path, int flags, Links links) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == Links::refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
  for (int attempt = 0; attempt < kMaxResolveAttempts; ++attempt) {
    const long fd = ::syscall(SYS_openat2, folder_fd, path.c_str(), &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno != EAGAIN && errno != EINTR) return -errno;
  }
  return -EAGAIN;
}

// The components still to go, last first. A trailing slash leaves a ".", which only a folder has.
void push_components(std::vector<std::string>& todo, std::string_view path) {
  if (path.ends_with('/')) todo.emplace_back(".");
  while (!path.empty()) {
    const std::size_t slash = path.find_last_of('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (!name.empty()) todo.emplace_back(name);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  }
}

int open_retrying(int folder_fd, const char* name, int flags) {
  for (int attempt = 0; attempt < kMaxResolveAttempts; ++attempt) {
    const int fd = ::openat(folder_fd, name, flags | O_CLOEXEC);
    if (fd >= 0) return fd;
    if (errno != EINTR) return -errno;
  }
  return -EINTR;
}

class Walk {
 public:
  Walk(int folder_fd, int flags, Links links)
      : folder_fd_(folder_fd), flags_(flags), links_(links) {}

  int open(const std::string& path) {
    if (path.empty()) return -ENOENT;
    if (path.size() >= PATH_MAX) return -ENAMETOOLONG;
    if (path.front() == '/') return -EXDEV;
    push_components(todo_, path);
    while (!todo_.empty()) {
      const std::string name = std::move(todo_.back());
      todo_.pop_back();
      const int step = todo_.empty() ? last(name) : next(name);
      if (step != 0 || todo_.empty()) return step;
    }
    return -ENOENT;
  }

 private:
  int here() const { return folders_.empty() ? folder_fd_ : folders_.back().get(); }

  int up() {
    if (folders_.empty()) return -EXDEV;
    folders_.pop_back();
    return 0;
  }

  // A component that is not the last: 0 to go on, or -errno.
  int next(const std::string& name) {
    if (name == ".") return 0;
    if (name == "..") return up();
    const int opened = open_retrying(here(), name.c_str(), O_PATH | O_NOFOLLOW);
    if (opened < 0) return opened;
    Fd fd(opened);
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return -errno;
    if (S_ISLNK(status.st_mode)) return follow(fd);
    if (!S_ISDIR(status.st_mode)) return -ENOTDIR;
    folders_.push_back(std::move(fd));
    return 0;
  }

  // The last component: the descriptor, -errno, or 0 with more to do where it was a link.
  int last(const std::string& name) {
    if (name == "..") {
      const int step = up();
      if (step != 0) return step;
      return open_retrying(here(), ".", flags_);
    }
    if (name == ".") return open_retrying(here(), ".", flags_);
    const Fd seen(open_retrying(here(), name.c_str(), O_PATH | O_NOFOLLOW));
    if (!seen.valid()) return seen.get();
    struct stat status{};
    if (::fstat(seen.get(), &status) != 0) return -errno;
    if (S_ISLNK(status.st_mode)) return follow(seen);
    // Swapped for a link since we looked: ELOOP, which is refused like any other loop.
    return open_retrying(here(), name.c_str(), flags_ | O_NOFOLLOW);
  }

  int follow(const Fd& link) {
    if (links_ == Links::refuse || ++link_count_ > kMaxLinks) return -ELOOP;
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlinkat(link.get(), "", target.data(), target.size());
    if (size < 0) return -errno;
    if (size == 0) return -ENOENT;
    if (target[0] == '/') return -EXDEV;
    push_components(todo_, {target.data(), static_cast<std::size_t>(size)});
    return 0;
  }

  const int folder_fd_;
  const int flags_;
  const Links links_;
  int link_count_ = 0;
  std::vector<Fd> folders_;        // from the root's child down to where we are
  std::vector<std::string> todo_;  // last first
};

int open_path(int folder_fd, const std::string& path, int flags, Links links, Resolver resolver) {
  switch (resolver) {
    case Resolver::kernel:
      return open_by_kernel(folder_fd, path, flags, links);
    case Resolver::walk:
      return Walk(folder_fd, flags, links).open(path);
  }
  return -EINVAL;
}

}  // namespace

Resolver best_resolver(int folder_fd) {
  const Fd probe(open_by_kernel(folder_fd, ".", O_PATH | O_DIRECTORY, Links::follow_beneath));
  return probe.valid() ? Resolver::kernel : Resolver::walk;
}

int open_beneath(int folder_fd, const std::string& path, int flags, Resolver resolver) {
  return open_path(folder_fd, path, flags, Links::follow_beneath, resolver);
}

int open_beneath_without_links(int folder_fd, const std::string& path, int flags,
                               Resolver resolver) {
  return open_path(folder_fd, path, flags, Links::refuse, resolver);
}

}  // namespace holdfast
