// SPDX-License-Identifier: Apache-2.0
// Opening what untrusted paths name, beneath a root and nowhere else (Linux openat2 with
// RESOLVE_BENEATH). No check-then-open.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/beneath.h"
#include "base/file_identity.h"
#include "base/result.h"

namespace holdfast {

/// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_ = -1;
};

/// Why a path was not opened although something may be there.
enum class OpenRefusal : unsigned char {
  none,
  escapes_root,
  symlink_loop,
  not_regular,
  unreadable,
  bad_path,
  shortage,  // of descriptors or memory: ours, which says nothing about the file (check_shortage)
};
std::string_view refusal_name(OpenRefusal refusal);
/// `io`, with the limit to raise, where it was a shortage of our own: never a finding about the file.
Status check_shortage(OpenRefusal refusal, std::string_view reason);

struct Opened {
  Fd fd;               // valid when found and not refused
  bool found = false;  // something regular was there and could be opened
  OpenRefusal refusal = OpenRefusal::none;
  std::string reason;     // for people, when not found or refused
  FileIdentity identity;  // fstat after open, when found
};

/// A folder that untrusted paths may not leave. Symbolic links are followed only inside it; an
/// absolute link counts as leading out, wherever it points. Safe to use from many threads.
class RootFolder {
 public:
  /// `not_found` or `io` when it is no readable folder.
  static Result<RootFolder> open(const std::string& path);
  /// The same with a resolver of the caller's choice, for tests of the walk.
  static Result<RootFolder> open(const std::string& path, Resolver resolver);
  /// As given to open().
  const std::string& path() const { return path_; }
  /// Opens a regular file for reading (O_NONBLOCK, O_CLOEXEC, O_NOCTTY): a FIFO or device is
  /// refused and never blocks. An absolute path is taken when it lies under path(), as given or
  /// with its links resolved. An empty path, or one with a NUL or longer than the system takes, is
  /// `bad_path`. Not UTF-8 is allowed: bytes are bytes.
  Opened open_file(std::string_view relative) const;
  /// The identity only, without opening for reading (so a file that may not be read is found here);
  /// `fd` stays invalid.
  Opened stat_file(std::string_view relative) const;
  /// All regular files below the root, relative paths in byte order of the path. Symbolic links are
  /// not followed. Unreadable folders are named in `unreadable`, not skipped in silence; `io` when
  /// the root itself can't be listed.
  struct Listing {
    std::vector<std::string> files;
    std::vector<std::string> links;
    std::vector<std::string> special;  // FIFOs, sockets, devices
    std::vector<std::string> unreadable;
  };
  Result<Listing> list() const;

 private:
  RootFolder(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  Opened open_with(std::string_view asked, int flags) const;
  std::string path_;
  Fd fd_;
  std::vector<std::string> absolute_;  // the names under which an absolute path may know the root
  Resolver resolver_ = Resolver::walk;
};

/// For showing, not for finding again: control characters, those that reverse text, and bytes that
/// are no UTF-8 are percent-encoded, so that the path can stand in JSON and on a terminal.
std::string printable_path(std::string_view path);
/// The same for text of several lines: line feeds and tabs stay.
std::string printable_text(std::string_view text);

}  // namespace holdfast
