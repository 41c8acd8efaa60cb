// SPDX-License-Identifier: Apache-2.0
// The SHA-256 of one file, whole and of one version (core/file_hasher.h).
#pragma once
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "core/file_hasher.h"

namespace holdfast::extract {

/// Digest and identity; links are followed inside the file's folder only. `invalid` with the reason where there is no such file or it
/// changes all the time, `io` for a shortage of ours, `cancelled`.
Result<core::HashOutcome> hash_file(const std::string& path, const Cancel* cancel);

/// Its 64 hex digits, links followed to wherever they lead.
Result<std::string> file_sha256(const std::string& path, const Cancel* cancel);

}  // namespace holdfast::extract
