// SPDX-License-Identifier: Apache-2.0
// Why a pinned schema or a registry could not be looked at: a kind that programs branch on, and a sentence.
//
// A problem is no Error: one schema that can't be had leaves the others to be compared, and is told with its kind in every report.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.h"

namespace holdfast::schemas {

enum class ProblemKind : unsigned char {
  // of a registry
  unreachable,
  timeout,
  http_status,
  auth,
  too_large,
  redirect,
  tls,
  not_found,
  index_inconsistent,  // the index and what it lists contradict each other, or it is no index
  id_mismatch,         // another schema than the one asked for
  hash_mismatch,       // the content is not what the registry's own hash says
  cancelled,
  // of bytes, pinned or from a registry
  unreadable,
  empty,
  not_json,
  byte_order_mark,
  not_utf8,
  lone_surrogate,
  duplicate_key,
  not_finite,  // NaN, Infinity
  too_deep,
  not_schema,  // JSON, and neither an object nor a boolean
  invalid_schema,
  unsupported_dialect,
  unresolved_ref,
  remote_ref,
  cyclic_ref,
  budget_exceeded,
  // of the folder of pins
  no_folder,
  no_pins,
};

/// "duplicate_key".
std::string_view problem_name(ProblemKind kind);

struct Problem {
  ProblemKind kind = ProblemKind::unreadable;
  std::string detail;   // one sentence: what was looked at, and what was found
  int http_status = 0;  // of an HTTP registry; 0: none
  int attempts = 0;     // requests that went out; 0: none
};

/// The sentence with its kind behind it, as people are told: "GET …: connection refused (unreachable)".
std::string sentence_of(const Problem& problem);

/// The problem as an Error, for commands that can't go on: unavailable for what a registry did, not_found, cancelled, io for what could not be
/// read, else invalid.
Error error_of(const Problem& problem);

/// The same of what a registry did or has: cancelled, else unavailable. Whoever asked made no mistake.
Error error_of_registry(const Problem& problem);

/// A value, or the problem that kept us from it.
template <class T>
class [[nodiscard]] Looked {
 public:
  Looked(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Looked(Problem problem)
      : state_(std::in_place_index<1>, std::move(problem)) {
  }  // NOLINT(google-explicit-constructor)
  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  /// Only where ok().
  T& value() & {
    HOLDFAST_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    HOLDFAST_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    HOLDFAST_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  /// Only where not ok().
  const Problem& problem() const {
    HOLDFAST_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Problem> state_;
};

}  // namespace holdfast::schemas
