// SPDX-License-Identifier: Apache-2.0
#include "base/root_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system_error.h"

namespace holdfast {
namespace {

constexpr std::size_t kMaxListedFiles = 100'000'000;  // above it a listing in memory makes no sense
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

Opened refused(OpenRefusal refusal, std::string reason) {
  Opened opened;
  opened.refusal = refusal;
  opened.reason = std::move(reason);
  return opened;
}

Opened refused_by_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return refused(OpenRefusal::none, errno_text(error));
    case EXDEV:
      return refused(OpenRefusal::escapes_root,
                     "leads out of the root, by '..' or by an absolute symbolic link");
    case ELOOP:
      return refused(OpenRefusal::symlink_loop, errno_text(error));
    case ENXIO:
    case ENODEV:
      return refused(OpenRefusal::not_regular, "a socket or a device");
    case ENAMETOOLONG:
      return refused(OpenRefusal::bad_path, errno_text(error));
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return refused(OpenRefusal::shortage, errno_text(error));
    default:
      return refused(OpenRefusal::unreadable, errno_text(error));
  }
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "not a regular file";
}

// What is left of an absolute path below `root`; both compared component by component, "." and
// empty components left out.
std::optional<std::string_view> below(std::string_view path, std::string_view root) {
  const auto next = [](std::string_view& rest) {
    for (;;) {
      const std::size_t begin = rest.find_first_not_of('/');
      if (begin == std::string_view::npos) return rest = {}, std::string_view{};
      const std::size_t end = std::min(rest.find('/', begin), rest.size());
      const std::string_view name = rest.substr(begin, end - begin);
      rest.remove_prefix(end);
      if (name != ".") return name;
    }
  };
  for (std::string_view wanted = next(root); !wanted.empty(); wanted = next(root))
    if (next(path) != wanted) return std::nullopt;
  const std::size_t begin = path.find_first_not_of('/');
  return begin == std::string_view::npos ? std::string_view(".") : path.substr(begin);
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real ? std::string(real.get()) : std::string();
}

std::vector<std::string> absolute_names(const std::string& path) {
  std::vector<std::string> names;
  if (path.starts_with('/')) {
    names.push_back(path);
  } else if (const std::string here = real_path("."); !here.empty()) {
    names.push_back(here + "/" + path);
  }
  if (std::string real = real_path(path); !real.empty()) names.push_back(std::move(real));
  return names;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

std::string_view refusal_name(OpenRefusal refusal) {
  switch (refusal) {
    case OpenRefusal::none:
      return "none";
    case OpenRefusal::escapes_root:
      return "escapes_root";
    case OpenRefusal::symlink_loop:
      return "symlink_loop";
    case OpenRefusal::not_regular:
      return "not_regular";
    case OpenRefusal::unreadable:
      return "unreadable";
    case OpenRefusal::bad_path:
      return "bad_path";
    case OpenRefusal::shortage:
      return "shortage";
  }
  return "none";
}

Status check_shortage(OpenRefusal refusal, std::string_view reason) {
  if (refusal != OpenRefusal::shortage) return {};
  return Error(Code::io, "files can't be opened: " + std::string(reason),
               std::string(kShortageHint));
}

Result<RootFolder> RootFolder::open(const std::string& path) {
  TRY_ASSIGN(RootFolder root, open(path, Resolver::walk));
  root.resolver_ = best_resolver(root.fd_.get());
  return root;
}

Result<RootFolder> RootFolder::open(const std::string& path, Resolver resolver) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    const int error = errno;
    const std::string message = "root folder " + printable_path(path) + ": " + errno_text(error);
    return Error(error == ENOENT || error == ENOTDIR ? Code::not_found : Code::io, message);
  }
  RootFolder root(path, std::move(fd));
  root.absolute_ = absolute_names(path);
  root.resolver_ = resolver;
  return root;
}

Opened RootFolder::open_with(std::string_view asked, int flags) const {
  if (asked.empty()) return refused(OpenRefusal::bad_path, "the path is empty");
  if (asked.find('\0') != std::string_view::npos)
    return refused(OpenRefusal::bad_path, "the path has a NUL byte");
  std::optional<std::string_view> relative = asked;
  if (asked.front() == '/') {
    relative.reset();
    for (const std::string& name : absolute_)
      if (!relative) relative = below(asked, name);
  }
  if (!relative)
    return refused(OpenRefusal::escapes_root, "an absolute path that is not under the root");

  Fd fd(open_beneath(fd_.get(), std::string(*relative), flags, resolver_));
  if (!fd.valid()) return refused_by_errno(-fd.get());
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return refused_by_errno(errno);
  if (!S_ISREG(status.st_mode)) return refused(OpenRefusal::not_regular, kind_of(status.st_mode));
  Opened opened;
  opened.found = true;
  opened.identity = identity_of(status);
  opened.fd = std::move(fd);
  return opened;
}

Opened RootFolder::open_file(std::string_view relative) const {
  return open_with(relative, kReadFlags);
}

Opened RootFolder::stat_file(std::string_view relative) const {
  Opened opened = open_with(relative, O_PATH);
  opened.fd = Fd();
  return opened;
}

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

enum class EntryKind : unsigned char { folder, file, link, special, gone };

EntryKind kind_of_entry(DIR* folder, const dirent& entry) {
  mode_t mode = DTTOIF(entry.d_type);
  if (entry.d_type == DT_UNKNOWN) {
    struct stat status{};
    const int fd = ::dirfd(folder);
    if (fd < 0 || ::fstatat(fd, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      return EntryKind::gone;  // since it was read
    mode = status.st_mode;
  }
  if (S_ISREG(mode)) return EntryKind::file;
  if (S_ISDIR(mode)) return EntryKind::folder;
  return S_ISLNK(mode) ? EntryKind::link : EntryKind::special;
}

// Reads one folder into `listing` and its folders into `todo`: 0, or the errno that stopped it.
int list_one(DIR* folder, const std::string& prefix, RootFolder::Listing& listing,
             std::vector<std::string>& todo) {
  while (listing.files.size() < kMaxListedFiles) {
    errno = 0;
    const dirent* entry = ::readdir(folder);
    if (entry == nullptr) return errno;
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name == "." || name == "..") continue;
    std::string path = prefix + std::string(name);
    switch (kind_of_entry(folder, *entry)) {
      case EntryKind::file:
        listing.files.push_back(std::move(path));
        break;
      case EntryKind::folder:
        todo.push_back(std::move(path));
        break;
      case EntryKind::link:
        listing.links.push_back(std::move(path));
        break;
      case EntryKind::special:
        listing.special.push_back(std::move(path));
        break;
      case EntryKind::gone:
        break;
    }
  }
  return EOVERFLOW;
}

}  // namespace

Result<RootFolder::Listing> RootFolder::list() const {
  Listing listing;
  std::vector<std::string> todo{"."};
  while (!todo.empty()) {
    const std::string path = std::move(todo.back());
    todo.pop_back();
    const bool is_root = path == ".";
    Fd fd(open_beneath_without_links(fd_.get(), path, O_RDONLY | O_DIRECTORY | O_NONBLOCK,
                                     resolver_));
    int error = fd.valid() ? 0 : -fd.get();
    if (error == ENOENT && !is_root) continue;  // removed since its parent was read
    if (error == 0) {
      const int raw = fd.release();  // fdopendir takes it over, where it succeeds
      if (const Folder folder(::fdopendir(raw)); folder != nullptr) {
        error = list_one(folder.get(), is_root ? std::string() : path + "/", listing, todo);
      } else {
        error = errno;
        fd = Fd(raw);
      }
    }
    if (error == EMFILE || error == ENFILE || error == ENOMEM)
      return Error(Code::io, "listing " + printable_path(path_) + ": " + errno_text(error),
                   std::string(kShortageHint));
    if (error == EOVERFLOW || (error != 0 && is_root))
      return Error(Code::io, "listing " + printable_path(path_) + ": " + errno_text(error));
    if (error != 0) listing.unreadable.push_back(path);
  }
  for (auto* paths : {&listing.files, &listing.links, &listing.special, &listing.unreadable})
    std::sort(paths->begin(), paths->end());
  return listing;
}

}  // namespace holdfast
