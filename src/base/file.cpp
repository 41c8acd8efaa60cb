// SPDX-License-Identifier: Apache-2.0
// The real file system of base/file.h, and what needs no more than the interface.
#include "base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root_folder.h"
#include "base/system_error.h"
#include "base/whole_file.h"

namespace holdfast {
namespace {

constexpr std::size_t kMaxWriteBytes = 1U
                                       << 30U;  // Linux takes at most 2 GiB - 4 KiB in one write(2)
constexpr std::size_t kReadBytes = 256U << 10U;
constexpr std::uint64_t kBeyondEndBytes = 4096;
constexpr std::size_t kMaxNames = 100'000'000;  // of one folder

// Calls again while a signal interrupts. Each interruption is one signal, so it needs no limit of
// its own.
template <class Call>
auto retrying(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

constexpr std::time_t kAbandonedAfterS = 60;  // between the making of a file and its lock

class RealFile final : public WritableFile {
 public:
  RealFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  // Tells remove_abandoned() that somebody is still there, until the destructor: also between close() and a rename.
  // A lock ends with its process however that ends. Where the file system has none, nothing is ever removed.
  void hold() {
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0)
      held_ = Fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
  }

  Status write(std::string_view bytes) override {
    HOLDFAST_ASSERT(fd_.valid());
    while (!bytes.empty()) {
      const std::size_t size = std::min(bytes.size(), kMaxWriteBytes);
      const ssize_t written = retrying([&] { return ::write(fd_.get(), bytes.data(), size); });
      if (written < 0) return system_error("write", path_, errno);
      if (written == 0) return system_error("write", path_, EIO);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status sync() override {
    HOLDFAST_ASSERT(fd_.valid());
    // Not retried on EINTR: after any failure nobody knows which pages the system still holds as
    // dirty.
    if (::fdatasync(fd_.get()) != 0) return system_error("sync", path_, errno);
    return {};
  }

  Status truncate(std::uint64_t size_bytes) override {
    HOLDFAST_ASSERT(fd_.valid());
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0) return system_error("truncate", path_, errno);
    if (static_cast<std::uint64_t>(status.st_size) < size_bytes)
      return Error(Code::internal, "truncate " + printable_path(path_) + ": would make it longer");
    const auto size = static_cast<off_t>(size_bytes);
    if (retrying([&] { return ::ftruncate(fd_.get(), size); }) != 0)
      return system_error("truncate", path_, errno);
    return {};
  }

  Status close() override {
    HOLDFAST_ASSERT(fd_.valid());
    // Linux closes the descriptor whatever it answers; EINTR says nothing about the data.
    if (::close(fd_.release()) != 0 && errno != EINTR) return system_error("close", path_, errno);
    return {};
  }

 private:
  Fd fd_;
  Fd held_;
  std::string path_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

class RealFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    return open_to_write("create", path, O_CREAT | O_EXCL);
  }
  Result<std::unique_ptr<WritableFile>> append(const std::string& path) override {
    return open_to_write("open", path, O_CREAT);
  }

  Result<std::string> read(const std::string& path, std::uint64_t limit_bytes) override {
    const std::uint64_t one_more = std::max(limit_bytes, limit_bytes + 1);  // unless that wraps
    TRY_ASSIGN(std::string bytes, read_range(path, 0, one_more));
    if (bytes.size() > limit_bytes)
      return Error(Code::invalid, "read " + printable_path(path) + ": larger than " +
                                      std::to_string(limit_bytes) + " bytes");
    return bytes;
  }

  Result<std::string> read_range(const std::string& path, std::uint64_t offset,
                                 std::uint64_t size_bytes) override {
    TRY_ASSIGN(const Fd fd, open_to_read(path));
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return system_error("stat", path, errno);
    const auto end = static_cast<std::uint64_t>(status.st_size);
    std::string bytes;
    while (bytes.size() < size_bytes) {
      const std::size_t had = bytes.size();
      // What grew meanwhile is read too.
      const std::uint64_t left = end > offset + had ? end - offset - had : kBeyondEndBytes;
      const std::size_t more = std::min<std::uint64_t>({kReadBytes, size_bytes - had, left});
      bytes.resize(had + more);
      const auto at = static_cast<off_t>(offset + had);
      const ssize_t got = retrying([&] { return ::pread(fd.get(), &bytes[had], more, at); });
      if (got < 0) return system_error("read", path, errno);
      bytes.resize(had + static_cast<std::size_t>(got));
      if (got == 0) break;
    }
    return bytes;
  }

  Result<std::uint64_t> size_bytes(const std::string& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return system_error("stat", path, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<FileIdentity> identity(const std::string& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return system_error("stat", path, errno);
    return identity_of(status);
  }

  Result<bool> exists(const std::string& path) override {
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return system_error("stat", path, errno);
  }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
    if (open == nullptr) return system_error("list", folder, errno);
    std::vector<std::string> names;
    while (names.size() < kMaxNames) {
      errno = 0;
      const dirent* entry = ::readdir(open.get());
      if (entry == nullptr) break;
      const std::string_view name = static_cast<const char*>(entry->d_name);
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return system_error("list", folder, errno);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) {
      const int error = errno;
      return system_error("rename " + printable_path(from) + " to", to, error);
    }
    return {};
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return system_error("remove", path, errno);
    return {};
  }

  Status create_folder(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return {};
    if (errno == ENOENT && folder_of(path) != path) {
      TRY(create_folder(folder_of(path)));
      if (::mkdir(path.c_str(), 0777) == 0) return {};
    }
    const int error = errno;
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
    return system_error("create folder", path, error);
  }

  Status sync_folder(const std::string& path) override {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) {
      const int error = errno;
      if (error == EACCES && ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) return {};
      return system_error("open folder", path, error);
    }
    if (::fsync(fd.get()) != 0) return system_error("sync folder", path, errno);
    return {};
  }

  Status sync_file(const std::string& path) override {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd.valid()) return system_error("open", path, errno);
    if (::fsync(fd.get()) != 0) return system_error("sync", path, errno);
    return {};
  }

  Status remove_abandoned(const std::string& path) override {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    struct stat opened{};
    struct stat named{};
    if (!fd.valid() || ::fstat(fd.get(), &opened) != 0 || !S_ISREG(opened.st_mode)) return {};
    if (std::time(nullptr) - opened.st_mtime < kAbandonedAfterS) return {};
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return {};
    if (::lstat(path.c_str(), &named) != 0 || named.st_ino != opened.st_ino) return {};
    return remove(path);
  }

  Result<OutputPlace> output_place(const std::string& path) override {
    return find_output_place(path);
  }

  Result<std::unique_ptr<WritableFile>> open_stream(const OutputPlace& place) override {
    TRY_ASSIGN(Fd fd, open_output_stream(place));
    return std::unique_ptr<WritableFile>(std::make_unique<RealFile>(std::move(fd), place.path));
  }

 private:
  // O_APPEND: after truncate() the next write goes to the new end.
  static Result<std::unique_ptr<WritableFile>> open_to_write(std::string_view call,
                                                             const std::string& path, int flags) {
    constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    Fd fd(retrying([&] { return ::open(path.c_str(), kFlags | flags, 0666); }));
    if (!fd.valid()) return system_error(call, path, errno);
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return system_error(call, path, errno);
    if (!S_ISREG(status.st_mode)) return not_regular(call, path);
    auto file = std::make_unique<RealFile>(std::move(fd), path);
    if ((flags & O_EXCL) != 0) file->hold();
    return std::unique_ptr<WritableFile>(std::move(file));
  }

  static Result<Fd> open_to_read(const std::string& path) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    Fd fd(retrying([&] { return ::open(path.c_str(), kFlags); }));
    if (!fd.valid()) return system_error("open", path, errno);
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return system_error("open", path, errno);
    if (!S_ISREG(status.st_mode)) return not_regular("open", path);
    return fd;
  }

  static Error not_regular(std::string_view call, const std::string& path) {
    return {Code::io, std::string(call) + " " + printable_path(path) + ": not a regular file"};
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem real;
  return real;
}

Status write_whole_file(FileSystem& files, const std::string& path, std::string_view bytes) {
  TRY_ASSIGN(WholeFile file, WholeFile::create(files, path));
  TRY(file.write(bytes));
  return file.commit();
}

Status create_durable_folder(FileSystem& files, const std::string& path) {
  std::vector<std::string> made{path};
  for (std::string folder = folder_of(path); folder != folder_of(folder);
       folder = folder_of(folder)) {
    TRY_ASSIGN(const bool there, files.exists(folder));
    if (there) break;
    made.push_back(folder);
  }
  TRY(files.create_folder(path));
  // The one asked for even when it was there: whoever made it may have died before the sync.
  std::reverse(made.begin(), made.end());
  for (const std::string& folder : made)
    TRY(files.sync_folder(folder_of(folder)));
  return {};
}

namespace {

// Without trailing slashes; "/" stays.
std::string_view trimmed(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::string_view rest = trimmed(path);
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(trimmed(rest.substr(0, slash + 1)));
}

std::string name_of(const std::string& path) {
  const std::string_view rest = trimmed(path);
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos || rest.size() == 1) return std::string(rest);
  return std::string(rest.substr(slash + 1));
}

}  // namespace holdfast
