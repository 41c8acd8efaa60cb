// SPDX-License-Identifier: Apache-2.0
#include "base/readable_file.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system_error.h"

namespace holdfast {
namespace {

constexpr std::size_t kMaxReadBytes = 1U << 30U;  // Linux gives at most 2 GiB - 4 KiB in one read

Error became_shorter(const std::string& name) {
  return {Code::io, name + ": became shorter while it was read",
          "wait until whoever writes it is done, and run the command again"};
}

class OpenFile final : public ReadableFile {
 public:
  OpenFile(int fd, Fd owned, std::string name, std::uint64_t size_bytes)
      : fd_(fd), owned_(std::move(owned)), name_(std::move(name)), size_(size_bytes) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size_bytes() const override { return size_; }

  Status read_at(std::uint64_t offset, std::span<char> into) const override {
    while (!into.empty()) {
      const std::size_t most = std::min(into.size(), kMaxReadBytes);
      const ssize_t got = ::pread(fd_, into.data(), most, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;  // one signal each time, so it needs no limit
      if (got < 0) return system_error("read", name_, errno);
      if (got == 0) return became_shorter(name_);
      into = into.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

 private:
  int fd_;
  Fd owned_;  // none when the descriptor is the caller's
  std::string name_;
  std::uint64_t size_;
};

class FileInFileSystem final : public ReadableFile {
 public:
  FileInFileSystem(FileSystem& files, std::string path, std::uint64_t size_bytes)
      : files_(&files), path_(std::move(path)), name_(printable_path(path_)), size_(size_bytes) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size_bytes() const override { return size_; }

  Status read_at(std::uint64_t offset, std::span<char> into) const override {
    TRY_ASSIGN(const std::string bytes, files_->read_range(path_, offset, into.size()));
    if (bytes.size() != into.size()) return became_shorter(name_);
    std::copy(bytes.begin(), bytes.end(), into.begin());
    return {};
  }

 private:
  FileSystem* files_;
  std::string path_;
  std::string name_;
  std::uint64_t size_;
};

Result<std::unique_ptr<ReadableFile>> readable(int fd, Fd owned, const std::string& path) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return system_error("open", path, errno);
  if (!S_ISREG(status.st_mode))
    return Error(Code::io, "open " + printable_path(path) + ": not a regular file");
  return std::unique_ptr<ReadableFile>(std::make_unique<OpenFile>(
      fd, std::move(owned), printable_path(path), static_cast<std::uint64_t>(status.st_size)));
}

std::string limit_text(std::uint64_t bytes) {
  const bool is_whole = bytes > 0 && bytes % (1U << 20U) == 0;
  return is_whole ? std::to_string(bytes >> 20U) + " MiB" : std::to_string(bytes) + " bytes";
}

}  // namespace

Result<std::unique_ptr<ReadableFile>> open_readable(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid()) return system_error("open", path, errno);
  const int number = fd.get();
  return readable(number, std::move(fd), path);
}

Result<std::unique_ptr<ReadableFile>> readable_descriptor(int fd, const std::string& name) {
  return readable(fd, Fd(), name);
}

Result<std::unique_ptr<ReadableFile>> readable_in(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const std::uint64_t size_bytes, files.size_bytes(path));
  return std::unique_ptr<ReadableFile>(std::make_unique<FileInFileSystem>(files, path, size_bytes));
}

Result<std::string> read_descriptor(int fd, const std::string& name, std::uint64_t limit_bytes) {
  TRY_ASSIGN(const auto file, readable_descriptor(fd, name));
  if (file->size_bytes() > limit_bytes)
    return Error(Code::invalid, file->name() + " is larger than " + limit_text(limit_bytes));
  std::string bytes(file->size_bytes(), '\0');
  TRY(file->read_at(0, std::span(bytes)));
  return bytes;
}

Result<std::string> read_beneath(const RootFolder& root, std::string_view path,
                                 std::uint64_t limit_bytes) {
  const std::string shown = printable_path(root.path() + '/' + std::string(path));
  const Opened opened = root.open_file(path);
  if (!opened.fd.valid()) {
    if (opened.refusal == OpenRefusal::none) return Error(Code::not_found, shown + " is not there");
    return Error(Code::io, shown + " can't be read: " + printable_path(opened.reason));
  }
  return read_descriptor(opened.fd.get(), shown, limit_bytes);
}

}  // namespace holdfast
