// SPDX-License-Identifier: Apache-2.0
// File systems that have no disk behind them.
#pragma once
#include <string>

namespace holdfast {

/// Whether the file lies on tmpfs or ramfs. They write nothing back, so a write through a mapping that was dirty before changes no time
/// of the file, not even after fsync(2). False where that can't be told.
bool is_in_memory(const std::string& path);

}  // namespace holdfast
