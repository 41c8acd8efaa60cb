// SPDX-License-Identifier: Apache-2.0
#include "schemas/known_answers.h"

namespace holdfast::schemas {

std::optional<http::Response> KnownAnswers::find(const std::string& url) const {
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(url);
  if (found == answers_.end()) return {};
  return found->second;
}

void KnownAnswers::keep(const std::string& url, const http::Response& response) {
  const std::lock_guard lock(mutex_);
  if (const auto old = answers_.find(url); old != answers_.end()) {
    bytes_ -= old->second.body.size();
    answers_.erase(old);
  }
  const bool has_tag = http::find_header(response.headers, "ETag") != nullptr;
  if (!has_tag || bytes_ + response.body.size() > kMostBytes) return;
  bytes_ += response.body.size();
  answers_.emplace(url, response);
}

}  // namespace holdfast::schemas
