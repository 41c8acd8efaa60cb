// SPDX-License-Identifier: Apache-2.0
// Resolving a path beneath a folder: by openat2(2) where the kernel has it, else component by
// component. Both give the same answers.
//
// The walk (sandboxes whose system call filter knows no openat2): every component is opened with
// O_PATH|O_NOFOLLOW from the descriptor of its parent, links are read and resolved by us, ".." goes
// back to the descriptor we came from and never above the first. So a folder or link that is
// swapped while we walk can change which file beneath is found, never lead above the root.
#pragma once
#include <string>

namespace holdfast {

enum class Resolver : unsigned char {
  kernel,  // openat2, Linux 5.6
  walk,    // component by component
};

/// The kernel's resolver where openat2 works on this folder; sandboxes answer it with ENOSYS or
/// EPERM.
Resolver best_resolver(int folder_fd);

/// Opens `path` beneath `folder_fd` with `flags` (O_CLOEXEC is added). Links are followed only
/// beneath; absolute links and links of /proc never. The descriptor, or -errno: EXDEV leads out,
/// ELOOP too many links, otherwise as open(2).
int open_beneath(int folder_fd, const std::string& path, int flags, Resolver resolver);

/// As open_beneath, but any symbolic link on the way is refused with ELOOP.
int open_beneath_without_links(int folder_fd, const std::string& path, int flags,
                               Resolver resolver);

}  // namespace holdfast
