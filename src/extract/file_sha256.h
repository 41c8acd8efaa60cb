// SPDX-License-Identifier: Apache-2.0
// The SHA-256 of one file, whole and of one version (core/file_hasher.h).
#pragma once
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "base/root_folder.h"
#include "core/file_hasher.h"

namespace holdfast::extract {

/// Files one after the other; the folder of the last stays open, as most come folder by folder.
class SingleFileHasher {
 public:
  /// Digest and identity; links are followed inside the file's folder only. `invalid` with the reason where there is no such file or it
  /// changes all the time, `io` for a shortage of ours, `cancelled`.
  Result<core::HashOutcome> hash(const std::string& path, const Cancel* cancel);

 private:
  std::optional<RootFolder> folder_;
  std::string folder_path_;
};

/// Its 64 hex digits, links followed to wherever they lead.
Result<std::string> file_sha256(const std::string& path, const Cancel* cancel);

}  // namespace holdfast::extract
