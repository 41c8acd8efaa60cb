// SPDX-License-Identifier: Apache-2.0
#include "base/system_error.h"

#include <cerrno>
#include <system_error>

#include "base/root_folder.h"

namespace holdfast {
namespace {

Code code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Code::not_found;
    case EEXIST:
      return Code::conflict;
    default:
      return Code::io;
  }
}

std::string_view hint_of(int error) {
  switch (error) {
    case ENOSPC:
      return "free some space on that file system, then run the same command again";
    case EDQUOT:
      return "raise the quota or free some of it, then run the same command again";
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return kShortageHint;
    case EFBIG:
      return "raise the limit of file sizes (ulimit -f), then run the same command again";
    case EROFS:
      return "that file system is mounted read-only";
    default:
      return {};
  }
}

}  // namespace

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

Error system_error(std::string_view call, std::string_view path, int error) {
  std::string message(call);
  message += ' ';
  message += printable_path(path);
  message += ": ";
  message += errno_text(error);
  return {code_of(error), std::move(message), std::string(hint_of(error))};
}

}  // namespace holdfast
