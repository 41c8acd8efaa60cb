// SPDX-License-Identifier: Apache-2.0
// Files for this user alone, whatever the umask says and wherever they lie.
#pragma once
#include <string>

#include "base/result.h"

namespace holdfast {

/// Makes an empty file that its user alone may read and write (0600). A file that is there stays as it is, with its rights. `io`.
Status create_private_file(const std::string& path);

}  // namespace holdfast
