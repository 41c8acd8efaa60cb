// SPDX-License-Identifier: Apache-2.0
#include "core/batch_crew.h"

#include <exception>
#include <new>
#include <string>

#include "base/log.h"
#include "base/system_error.h"
#include "base/thread.h"

namespace holdfast::core {

Status without_exceptions(const std::function<Status()>& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Error(Code::io, "out of memory", std::string(kShortageHint));
  } catch (const std::exception& error) {
    return Error(Code::internal, error.what());
  }
}

Status BatchCrew::hire(int count, const std::function<void(int)>& body) {
  threads_.reserve(static_cast<std::size_t>(count));
  std::string why;
  for (int i = 0; i < count && why.empty(); ++i) {
    auto thread = start_thread([body, i] { body(i); });
    if (thread) threads_.push_back(std::move(*thread));
    if (!thread) why = thread.error().message();
  }
  if (threads_.empty()) return Error(Code::unavailable, why);
  if (!why.empty()) {
    log_warning("fewer worker threads than asked for",
                {{"asked", std::to_string(count)},
                 {"started", std::to_string(threads_.size())},
                 {"why", why}});
  }
  return {};
}

void BatchCrew::join() {
  for (std::thread& thread : threads_)
    thread.join();
  threads_.clear();
}

}  // namespace holdfast::core
