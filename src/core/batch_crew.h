// SPDX-License-Identifier: Apache-2.0
// The worker threads of a batch.
#pragma once
#include <functional>
#include <thread>
#include <vector>

#include "base/result.h"

namespace holdfast::core {

/// Runs `body`; an exception of the library (no memory, above all) becomes an Error: nobody could catch it on a
/// thread, and on the caller's it would leave the others waiting.
Status without_exceptions(const std::function<Status()>& body);

/// Threads that are joined at the latest by the destructor.
class BatchCrew {
 public:
  BatchCrew() = default;
  BatchCrew(const BatchCrew&) = delete;
  BatchCrew& operator=(const BatchCrew&) = delete;
  ~BatchCrew() { join(); }
  /// Runs body(0) … body(count - 1), each on a thread; fewer where the system gives no more
  /// (logged), `unavailable` where it gives none.
  Status hire(int count, const std::function<void(int)>& body);
  void join();

 private:
  std::vector<std::thread> threads_;
};

}  // namespace holdfast::core
