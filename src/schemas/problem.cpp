// SPDX-License-Identifier: Apache-2.0
#include "schemas/problem.h"

namespace holdfast::schemas {
namespace {

Code code_of(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::unreachable:
    case ProblemKind::timeout:
    case ProblemKind::http_status:
    case ProblemKind::auth:
    case ProblemKind::too_large:
    case ProblemKind::redirect:
    case ProblemKind::tls:
    case ProblemKind::index_inconsistent:
    case ProblemKind::id_mismatch:
    case ProblemKind::hash_mismatch:
      return Code::unavailable;
    case ProblemKind::not_found:
    case ProblemKind::no_folder:
      return Code::not_found;
    case ProblemKind::cancelled:
      return Code::cancelled;
    case ProblemKind::unreadable:
      return Code::io;
    case ProblemKind::empty:
    case ProblemKind::not_json:
    case ProblemKind::byte_order_mark:
    case ProblemKind::not_utf8:
    case ProblemKind::lone_surrogate:
    case ProblemKind::duplicate_key:
    case ProblemKind::not_finite:
    case ProblemKind::too_deep:
    case ProblemKind::not_schema:
    case ProblemKind::invalid_schema:
    case ProblemKind::unsupported_dialect:
    case ProblemKind::unresolved_ref:
    case ProblemKind::remote_ref:
    case ProblemKind::cyclic_ref:
    case ProblemKind::budget_exceeded:
    case ProblemKind::no_pins:
      return Code::invalid;
  }
  return Code::internal;
}

}  // namespace

std::string_view problem_name(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::unreachable:
      return "unreachable";
    case ProblemKind::timeout:
      return "timeout";
    case ProblemKind::http_status:
      return "http_status";
    case ProblemKind::auth:
      return "auth";
    case ProblemKind::too_large:
      return "too_large";
    case ProblemKind::redirect:
      return "redirect";
    case ProblemKind::tls:
      return "tls";
    case ProblemKind::not_found:
      return "not_found";
    case ProblemKind::index_inconsistent:
      return "index_inconsistent";
    case ProblemKind::id_mismatch:
      return "id_mismatch";
    case ProblemKind::hash_mismatch:
      return "hash_mismatch";
    case ProblemKind::cancelled:
      return "cancelled";
    case ProblemKind::unreadable:
      return "unreadable";
    case ProblemKind::empty:
      return "empty";
    case ProblemKind::not_json:
      return "not_json";
    case ProblemKind::byte_order_mark:
      return "byte_order_mark";
    case ProblemKind::not_utf8:
      return "not_utf8";
    case ProblemKind::lone_surrogate:
      return "lone_surrogate";
    case ProblemKind::duplicate_key:
      return "duplicate_key";
    case ProblemKind::not_finite:
      return "not_finite";
    case ProblemKind::too_deep:
      return "too_deep";
    case ProblemKind::not_schema:
      return "not_schema";
    case ProblemKind::invalid_schema:
      return "invalid_schema";
    case ProblemKind::unsupported_dialect:
      return "unsupported_dialect";
    case ProblemKind::unresolved_ref:
      return "unresolved_ref";
    case ProblemKind::remote_ref:
      return "remote_ref";
    case ProblemKind::cyclic_ref:
      return "cyclic_ref";
    case ProblemKind::budget_exceeded:
      return "budget_exceeded";
    case ProblemKind::no_folder:
      return "no_folder";
    case ProblemKind::no_pins:
      return "no_pins";
  }
  return "unreadable";
}

std::string sentence_of(const Problem& problem) {
  return problem.detail + " (" + std::string(problem_name(problem.kind)) + ')';
}

Error error_of(const Problem& problem) {
  return {code_of(problem.kind), sentence_of(problem)};
}

Error error_of_registry(const Problem& problem) {
  const bool is_cancelled = problem.kind == ProblemKind::cancelled;
  return {is_cancelled ? Code::cancelled : Code::unavailable, sentence_of(problem)};
}

}  // namespace holdfast::schemas
