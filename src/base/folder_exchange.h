// SPDX-License-Identifier: Apache-2.0
// A folder replaced whole: beside base/file.h, for the one thing that files alone can't do. On the real file system only.
#pragma once
#include <string>

#include "base/result.h"

namespace holdfast {

/// Gives each of two names what the other had, in one step as far as a running system can see (Linux, RENAME_EXCHANGE): whoever opens a file
/// below one of them finds the old folder or the new one. After a power cut only once the folders of both names were synced.
/// `not_found`, `unsupported` (the file system can't, or a name is a mount), `io`.
Status exchange_folders(const std::string& one, const std::string& other);

/// Removes a folder with the files in it; a folder in it is an error and stays, and a link to a folder is never followed. `not_found`, `io`.
Status remove_flat_folder(const std::string& path);

}  // namespace holdfast
