// SPDX-License-Identifier: Apache-2.0
// Being asked to stop: a flag that long work looks at, set by SIGINT and SIGTERM or by a test.
#pragma once
#include <atomic>

namespace holdfast {

/// Long work looks at requested() between items. Thread-safe and async-signal-safe.
class Cancel {
 public:
  bool requested() const { return flag_.load(std::memory_order_relaxed); }
  void request() { flag_.store(true, std::memory_order_relaxed); }

 private:
  std::atomic<bool> flag_{false};
};

/// The process's own flag. The first SIGINT or SIGTERM after watch_signals() sets it, the second
/// ends the process at once.
Cancel& process_cancel();
void watch_signals();
/// The signal that set process_cancel(), or 0.
int received_signal();
/// Ends the process by the signal that was received, with its default action (128 + n for the
/// shell); returns where there was none.
void exit_by_received_signal();

}  // namespace holdfast
