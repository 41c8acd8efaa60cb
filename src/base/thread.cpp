// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <new>
#include <system_error>
#include <utility>

namespace holdfast {

Result<std::thread> start_thread(std::function<void()> body) {
  std::string why;
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error& error) {
    why = error.what();
  } catch (const std::bad_alloc&) {
    why = "out of memory";
  }
  return Error(Code::unavailable, "can't start a thread: " + why,
               "let more processes and threads run (ulimit -u, pids.max of the container)");
}

}  // namespace holdfast
