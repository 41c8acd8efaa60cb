// SPDX-License-Identifier: Apache-2.0
// Where a registry is and how it is spoken to: keys of one `[schemas.NAME]` section.
//
//   registry = "http://127.0.0.1:8081"         or a folder, "registry", or "git:REVISION:PATH"
//   kind = "plain"                             plain, confluent, apicurio, directory; default: directory for what is no URL
//   user, password, or token                   basic or bearer; from the environment: "${REGISTRY_TOKEN}"
//   group = "default"                          of apicurio
//   subjects = "{name}-value"                  of confluent and apicurio: how a schema's name becomes a subject or artifact
//   request_timeout = "30s", timeout = "5m"    of one request, and of all of a run
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/toml.h"

namespace holdfast::schemas {

enum class RegistryKind : unsigned char { directory, plain, confluent, apicurio };
/// "confluent".
std::string_view registry_kind_name(RegistryKind kind);

struct RegistryConfig {
  RegistryKind kind = RegistryKind::plain;
  std::string address;  // a URL, a folder, or git:REVISION:PATH
  std::string user;
  std::string password;
  std::string token;
  std::string group = "default";
  std::string subjects = "{name}";
  int attempts = 4;
  std::chrono::milliseconds request_timeout{30'000};
  std::chrono::milliseconds run_timeout{300'000};

  /// What may be shown and recorded: without a password, and in the form that text can have.
  std::string shown() const;
};

/// Whether two addresses are of one registry's server, so that what is a secret of the one may be told to the other: scheme, host and port of
/// URLs, the same text of others. An address that can't be read is of no origin.
bool has_same_origin(const std::string& a, const std::string& b);

/// "https:/…", "http//…": meant as the address of a server.
bool is_misspelt_url(std::string_view address);
/// A folder or git:REVISION:PATH, with "***" for what looks like a user and a password: whatever stands before the last '@', if a ':' is in it.
std::string shown_place(const std::string& address);

/// The kind that an address is of where nobody says: `plain` for a URL, else `directory`.
RegistryKind guessed_kind(std::string_view address);
/// Reads the keys above. Errors name file, line, key and value.
Result<RegistryConfig> read_registry_config(TomlTable& table);

}  // namespace holdfast::schemas
