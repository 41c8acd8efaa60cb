// SPDX-License-Identifier: Apache-2.0
// What a registry answered, with the entity tag of each answer: whoever looks again and again asks with If-None-Match, and what did not change
// is not sent again. Thread-safe.
#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "http/client.h"

namespace holdfast::schemas {

class KnownAnswers {
 public:
  /// The answer of an URL (without secrets), with its tag in `headers`.
  std::optional<http::Response> find(const std::string& url) const;
  /// Keeps an answer that has an entity tag while there is room for it; forgets what was known of the URL otherwise.
  void keep(const std::string& url, const http::Response& response);

 private:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

  mutable std::mutex mutex_;
  std::map<std::string, http::Response> answers_;
  std::size_t bytes_ = 0;  // of the bodies
};

}  // namespace holdfast::schemas
