// SPDX-License-Identifier: Apache-2.0
// One request and its answer over libcurl, without any policy: no redirect, no second attempt. The only place that knows libcurl, which is
// opened at the first transfer: linked, it would add 25 libraries to the start of every command (decision 0120).
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "http/client.h"
#include "http/url.h"

namespace holdfast::http {

inline constexpr std::size_t kMostResponseHeaderBytes = std::size_t{256} << 10U;

struct Exchange {
  Method method = Method::get;
  const Url* url = nullptr;
  const Headers* headers = nullptr;  // is_field() held
  const std::string* body = nullptr;
  const Credentials* credentials = nullptr;  // none: nullptr
  std::chrono::milliseconds connect{};
  std::chrono::milliseconds most_time{};
  std::uint64_t most_body_bytes = 0;
  bool own_connection =
      false;  // never one that was used before: libcurl would send the request again where such a one turns out to be dead
};

struct Outcome {
  std::optional<FailureKind> failed;  // none: there is a whole answer, of whatever status
  std::string why;
  int status = 0;
  Headers headers;
  std::string body;
};

/// Keeps connections. One thread at a time.
class Transfer {
 public:
  /// `unsupported` without libcurl.
  static Result<Transfer> open(const TlsFiles& tls, const std::string& user_agent);
  ~Transfer();
  Transfer(Transfer&&) noexcept;
  Transfer& operator=(Transfer&&) noexcept;
  Outcome perform(const Exchange& exchange, const Cancel* cancel);

 private:
  struct State;
  explicit Transfer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::http
