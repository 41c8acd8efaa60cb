// SPDX-License-Identifier: Apache-2.0
// Results: how a function says that it could not tell or could not do. No function of src/ throws.
//
// A difference between what is recorded and what is observed is a finding (core/finding.h), never an Error.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace holdfast {

/// The closed list of reasons. Branch on the code, never on the text; base/result.cpp names them, cli maps them to exit codes.
enum class Code : unsigned char {
  invalid,      // the caller's or user's input is wrong
  not_found,    // what was named is not there
  conflict,     // the state moved since it was seen, or somebody else holds it
  corrupt,      // stored bytes break their own format
  io,           // a read, write, sync or database failure
  unavailable,  // an outside service can't be reached
  unsupported,  // this build, system or version can't do it
  cancelled,    // asked to stop
  internal,     // our own mistake
};

/// The code's name as written in logs, JSON and documents ("not_found").
std::string_view code_name(Code code);

/// What went wrong (subject, expected, found) and the command that mends it. The hint may be empty.
class [[nodiscard]] Error {
 public:
  Error(Code code, std::string message, std::string hint = {})
      : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}
  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  /// Puts "context: " before the message; use it on the way up only where it adds a name.
  Error with(std::string_view context) && {
    message_.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }
  /// Sets the hint where there is none yet.
  Error hinted(std::string_view hint) && {
    if (hint_.empty()) hint_ = hint;
    return std::move(*this);
  }

 private:
  Code code_;
  std::string message_;
  std::string hint_;
};

/// A value, or the Error that kept us from it.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)
  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
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
  const Error& error() const& {
    HOLDFAST_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    HOLDFAST_ASSERT(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or the Error that kept us from it.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    HOLDFAST_ASSERT(error_);
    return *error_;
  }
  Error&& error() && {
    HOLDFAST_ASSERT(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};
using Status = Result<void>;

/// Drops a failure on purpose and logs it (warning) with the reason why going on is right.
void drop(const Status& status, std::string_view why);

}  // namespace holdfast

#define HOLDFAST_CAT2(a, b) a##b
#define HOLDFAST_CAT(a, b) HOLDFAST_CAT2(a, b)
/// Leaves the function with the error of `expr`, or goes on.
#define TRY(expr)                                 \
  do {                                            \
    auto holdfast_result_ = (expr);               \
    if (!holdfast_result_) [[unlikely]]           \
      return std::move(holdfast_result_).error(); \
  } while (false)
#define TRY_ASSIGN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                    \
  if (!tmp) [[unlikely]]                \
    return std::move(tmp).error();      \
  lhs = std::move(tmp).value()
/// `TRY_ASSIGN(auto x, f());`: leaves with the error of `f()`, or x is its value. Inside braces only.
#define TRY_ASSIGN(lhs, expr) TRY_ASSIGN_IMPL(HOLDFAST_CAT(holdfast_result_, __LINE__), lhs, expr)
