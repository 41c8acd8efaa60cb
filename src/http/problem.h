// SPDX-License-Identifier: Apache-2.0
// The one table from error codes to HTTP statuses, and problem answers (RFC 9457, application/problem+json).
#pragma once
#include <string_view>

#include "base/result.h"
#include "http/server.h"

namespace holdfast::http {

/// invalid 422, not_found 404, conflict 409, corrupt 409, unavailable 503, unsupported 501, cancelled 503, io 500, internal 500.
int status_of(Code code);
/// {"type":"about:blank","title","status","code","detail","hint"}. Of `io` and `internal` only the title is told: their messages name paths
/// and statements, which belong in the log.
Reply problem(const Error& error);
/// The same with a status of its own; `code` is the phrase in snake case ("method_not_allowed").
Reply problem(int status, std::string_view detail, std::string_view hint = {});

}  // namespace holdfast::http
