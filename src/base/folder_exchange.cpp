// SPDX-License-Identifier: Apache-2.0
#include "base/folder_exchange.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/root_folder.h"
#include "base/system_error.h"

namespace holdfast {

Status exchange_folders(const std::string& one, const std::string& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return {};
  const int error = errno;
  if (error == EINVAL || error == ENOSYS || error == EXDEV || error == EBUSY)
    return Error(Code::unsupported, "exchange " + printable_path(one) + " with " +
                                        printable_path(other) + ": the file system can't (" +
                                        std::generic_category().message(error) + ')');
  return system_error("exchange " + printable_path(one) + " with", other, error);
}

Status remove_flat_folder(const std::string& path) {
  const Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) return system_error("remove folder", path, errno);
  TRY_ASSIGN(const auto names, real_file_system().list(path));
  for (const std::string& name : names)
    if (::unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT)
      return system_error("remove", path + '/' + name, errno);
  if (::rmdir(path.c_str()) != 0) return system_error("remove folder", path, errno);
  return {};
}

}  // namespace holdfast
