// SPDX-License-Identifier: Apache-2.0
// Threads that may not start: a system that has no more of them is an Error, where std::thread throws.
#pragma once
#include <functional>
#include <thread>

#include "base/result.h"

namespace holdfast {

/// Runs `body` on a thread of its own, whose exceptions are its own affair. `unavailable` where the system gives no thread.
Result<std::thread> start_thread(std::function<void()> body);

}  // namespace holdfast
