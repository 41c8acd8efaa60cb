// SPDX-License-Identifier: Apache-2.0
// What the registries that are spoken to over HTTP share: a client with its deadline, answers as JSON, and failures as problems.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "schemas/problem.h"
#include "schemas/registry.h"

namespace holdfast::schemas {

/// For one thread.
class RegistryHttp {
 public:
  /// `invalid` names what is wrong with the address or the credentials.
  static Result<RegistryHttp> open(const RegistryConfig& config, const RegistryOptions& options);

  /// One GET of a path below the address (encoded). A body that is no JSON is `not_json`, whatever the status says.
  Looked<http::Response> get(const std::string& path);
  /// The same; where an earlier look knows an answer with an entity tag and the registry says 304, that answer with status 304. What else
  /// the registry says of it (an index) must be held against it: 304 is a claim like any other.
  Looked<http::Response> get_if_changed(const std::string& path);
  /// The same with a connection of its own.
  Result<RegistryHttp> another() const;
  /// The URL of a path, without secrets.
  std::string url_of(const std::string& path) const { return shown_ + path; }

 private:
  RegistryHttp(http::Client client, std::string shown, const RegistryOptions& options,
               const RegistryConfig& config);
  Looked<http::Response> send(const std::string& path, const std::string& if_none_match);

  http::Client client_;
  std::string shown_;
  RegistryOptions options_;
  std::chrono::milliseconds request_timeout_;
  std::chrono::milliseconds run_timeout_;
  int attempts_;
};

/// The problem that a failed request is.
Problem problem_of(const http::Failure& failure);

/// "{name}-value" with the name in it; and the name that a subject stands for, where it fits.
std::string subject_of_name(const std::string& pattern, const std::string& name);
std::optional<std::string> name_of_subject(const std::string& pattern, const std::string& subject);

/// The value of a member of a JSON object, letter by letter as it stands in the text; empty where there is none.
std::string_view member_text(std::string_view object, std::string_view key);

/// Members of an object that came from outside, by name; each reader is empty, or false, where the member is of another type.
std::string text_member(std::string_view object, std::string_view key);
bool flag_member(std::string_view object, std::string_view key);
/// Each element of an array; false where it is no array.
bool each_element(std::string_view array, const std::function<void(std::string_view element)>& see);

}  // namespace holdfast::schemas
