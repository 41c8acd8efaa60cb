// SPDX-License-Identifier: Apache-2.0
// schemas.lock.json beside the pins: where each of them came from, and what it was then (docs/formats/schemas-lock.md).
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::schemas {

inline constexpr std::string_view kLockFile = "schemas.lock.json";
inline constexpr std::string_view kLockFormat = "holdfast.schemas-lock/1";

struct LockedPin {
  std::string file;
  std::string version;
  std::string schema_id;
  std::string url;
  std::string etag;
  std::string fetched_at;
  std::string dialect;
  std::string raw_sha256;
  std::string seed_sha256;
  std::string canonical_sha256;
  std::string contract_sha256;
  std::string declared_sha256;  // by the registry
};

struct PinLock {
  std::string registry_kind;
  std::string registry_url;  // without secrets
  std::string track;
  std::string fetch_id;  // of the run that wrote it
  std::string fetched_at;
  std::string tool_version;
  std::map<std::string, LockedPin, std::less<>> pins;  // by name

  const LockedPin* find(std::string_view name) const {
    const auto found = pins.find(name);
    return found == pins.end() ? nullptr : &found->second;
  }
};

/// Whether the pins were fetched from another track than this. No where one of both is not named.
bool is_of_other_track(const PinLock& lock, std::string_view track);
/// Whether they were fetched from another registry than the one at `address`. Another revision of one git folder is as another day of one
/// registry.
bool is_of_other_registry(const PinLock& lock, std::string_view address);

/// The file's text, with a line feed at its end.
std::string pin_lock_text(const PinLock& lock);
/// `invalid` says what is wrong; `unsupported` for another format version.
Result<PinLock> parse_pin_lock(std::string_view text);

}  // namespace holdfast::schemas
