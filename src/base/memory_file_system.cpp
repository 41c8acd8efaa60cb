// SPDX-License-Identifier: Apache-2.0
#include "base/memory_file_system.h"

#include <linux/magic.h>
#include <sys/vfs.h>

namespace holdfast {

bool is_in_memory(const std::string& path) {
  struct statfs status{};
  if (::statfs(path.c_str(), &status) != 0) return false;
  const auto type = static_cast<unsigned long>(status.f_type);
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
}

}  // namespace holdfast
