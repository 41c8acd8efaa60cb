// SPDX-License-Identifier: Apache-2.0
#include "base/private_file.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/system_error.h"

namespace holdfast {
namespace {

constexpr mode_t kOwnerOnly = 0600;

}  // namespace

Status create_private_file(const std::string& path) {
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (made < 0 && errno != EEXIST) return system_error("create", path, errno);
  if (made >= 0) ::close(made);
  return {};
}

}  // namespace holdfast
