// SPDX-License-Identifier: Apache-2.0
#include "base/output_place.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <climits>
#include <optional>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/system_error.h"

namespace holdfast {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel
constexpr std::chrono::milliseconds kReaderPoll{20};
constexpr int kReaderPolls = 500;  // 10 s

Error no_place(const std::string& path, std::string_view why) {
  return {Code::invalid, "write " + printable_path(path) + ": " + std::string(why),
          "name a file in a folder that is there and may be written, a pipe, or /dev/stdout"};
}

std::optional<int> descriptor_in(std::string_view text) {
  int number = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || number < 0) return {};
  return number;
}

// The descriptor that a name below /proc/self/fd (by whatever links to that folder) stands for.
std::optional<int> own_descriptor(const std::string& path) {
  std::array<char, PATH_MAX> folder{};
  if (::realpath(folder_of(path).c_str(), folder.data()) == nullptr) return {};
  const std::string own = "/proc/" + std::to_string(::getpid());
  const std::string_view found = folder.data();
  if (found != own + "/fd" && !(found.starts_with(own + "/task/") && found.ends_with("/fd")))
    return {};
  return descriptor_in(name_of(path));
}

Result<OutputPlace> descriptor_place(const std::string& path, int descriptor) {
  struct stat status{};
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fstat(descriptor, &status) != 0) return no_place(path, errno_text(errno));
  if ((flags & O_ACCMODE) == O_RDONLY) return no_place(path, "open for reading only");
  if (S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode)) return no_place(path, "no file or pipe");
  return OutputPlace{OutputPlace::Kind::descriptor, path, descriptor};
}

// What a link says, as a path from here.
Result<std::string> followed(const std::string& link) {
  std::array<char, PATH_MAX> text{};
  const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
  if (size < 0) return no_place(link, errno_text(errno));
  const std::string target(text.data(), static_cast<std::size_t>(size));
  return target.starts_with('/') ? target : folder_of(link) + '/' + target;
}

std::string_view kind_words(mode_t mode) {
  if (S_ISDIR(mode)) return "it is a folder";
  if (S_ISBLK(mode)) return "it is a block device";
  if (S_ISSOCK(mode)) return "it is a socket";
  return "it is no regular file";
}

// `path` is no link: a file, or nothing yet.
Result<OutputPlace> file_place(const std::string& path) {
  const std::string folder = folder_of(path);
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0)
    return no_place(path, "folder " + printable_path(folder) + ": " + errno_text(errno));
  if (!S_ISDIR(status.st_mode)) return no_place(path, printable_path(folder) + " is no folder");
  if (path.ends_with('/')) return no_place(path, "a folder of that name is not there");
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return no_place(path, "folder " + printable_path(folder) + ": " + errno_text(errno));
  return OutputPlace{OutputPlace::Kind::file, path, -1};
}

// Waits for the reader: O_NONBLOCK, since a signal must not be needed to end an open() that blocks.
Result<Fd> open_stream(const std::string& path) {
  for (int poll = 0;; ++poll) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (fd.valid()) return fd;
    const int error = errno;
    if (error == ENXIO && poll < kReaderPolls) {
      std::this_thread::sleep_for(kReaderPoll);
    } else if (error == ENXIO) {
      return Error(Code::io, "write " + printable_path(path) + ": nobody reads it",
                   "start its reader first");
    } else if (error != EINTR) {
      return system_error("open", path, error);
    }
  }
}

}  // namespace

Result<OutputPlace> find_output_place(const std::string& path) {
  std::string at = path;
  for (int links = 0; links < kMaxLinks; ++links) {
    if (const auto descriptor = own_descriptor(at)) return descriptor_place(path, *descriptor);
    struct stat status{};
    if (::lstat(at.c_str(), &status) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) return no_place(path, errno_text(errno));
      return file_place(at);
    }
    if (S_ISREG(status.st_mode)) return file_place(at);
    if (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode))
      return OutputPlace{OutputPlace::Kind::stream, at, -1};
    if (!S_ISLNK(status.st_mode)) return no_place(path, kind_words(status.st_mode));
    TRY_ASSIGN(at, followed(at));
  }
  return no_place(path, errno_text(ELOOP));
}

Result<Fd> open_output_stream(const OutputPlace& place) {
  // A copy of the descriptor, not another opening: it writes where the other one stands.
  if (place.kind == OutputPlace::Kind::descriptor) {
    Fd copy(::fcntl(place.descriptor, F_DUPFD_CLOEXEC, 0));
    if (!copy.valid()) return system_error("open", place.path, errno);
    return copy;
  }
  TRY_ASSIGN(Fd fd, open_stream(place.path));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return system_error("open", place.path, errno);
  if (!S_ISCHR(status.st_mode) && !S_ISFIFO(status.st_mode))
    return no_place(place.path, "it was replaced meanwhile");
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK) != 0)
    return system_error("open", place.path, errno);
  return fd;
}

}  // namespace holdfast
