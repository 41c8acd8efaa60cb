// SPDX-License-Identifier: Apache-2.0
#include "http/problem.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/ascii.h"

namespace holdfast::http {
namespace {

std::string snake_case(std::string_view phrase) {
  std::string out(phrase);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c == ' ' || c == '-' ? '_' : ascii_lower(c); });
  return out;
}

Reply make(int status, std::string_view code, std::string_view detail, std::string_view hint) {
  nlohmann::ordered_json document = {{"type", "about:blank"},
                                     {"title", reason_phrase(status)},
                                     {"status", status},
                                     {"code", code}};
  if (!detail.empty()) document["detail"] = detail;
  if (!hint.empty()) document["hint"] = hint;
  Reply reply;
  reply.status = status;
  reply.content_type = "application/problem+json";
  reply.body = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

bool may_be_told(Code code) {
  return code != Code::io && code != Code::internal;
}

}  // namespace

int status_of(Code code) {
  switch (code) {
    case Code::invalid:
      return 422;
    case Code::not_found:
      return 404;
    case Code::conflict:
    case Code::corrupt:
      return 409;
    case Code::unavailable:
    case Code::cancelled:
      return 503;
    case Code::unsupported:
      return 501;
    case Code::io:
    case Code::internal:
      return 500;
  }
  return 500;
}

Reply problem(const Error& error) {
  const bool told = may_be_told(error.code());
  return make(status_of(error.code()), code_name(error.code()), told ? error.message() : "",
              told ? error.hint() : "");
}

Reply problem(int status, std::string_view detail, std::string_view hint) {
  return make(status, snake_case(reason_phrase(status)), detail, hint);
}

}  // namespace holdfast::http
