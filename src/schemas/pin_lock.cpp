// SPDX-License-Identifier: Apache-2.0
#include "schemas/pin_lock.h"

#include <nlohmann/json.hpp>

#include "core/canonical_json.h"

namespace holdfast::schemas {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostLockBytes = std::size_t{64} << 20U;

struct LockedMember {
  const char* key;
  std::string LockedPin::* text;
};
constexpr LockedMember kMembers[] = {{"file", &LockedPin::file},
                                     {"version", &LockedPin::version},
                                     {"schema_id", &LockedPin::schema_id},
                                     {"url", &LockedPin::url},
                                     {"etag", &LockedPin::etag},
                                     {"fetched_at", &LockedPin::fetched_at},
                                     {"dialect", &LockedPin::dialect},
                                     {"raw_sha256", &LockedPin::raw_sha256},
                                     {"seed_sha256", &LockedPin::seed_sha256},
                                     {"canonical_sha256", &LockedPin::canonical_sha256},
                                     {"contract_sha256", &LockedPin::contract_sha256},
                                     {"declared_sha256", &LockedPin::declared_sha256}};

struct HeadMember {
  const char* key;
  std::string PinLock::* text;
};
constexpr HeadMember kHead[] = {{"registry_kind", &PinLock::registry_kind},
                                {"registry_url", &PinLock::registry_url},
                                {"track", &PinLock::track},
                                {"fetch_id", &PinLock::fetch_id},
                                {"fetched_at", &PinLock::fetched_at},
                                {"tool_version", &PinLock::tool_version}};

Result<std::string> text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::string();
  if (!found->is_string())
    return Error(Code::invalid, "\"" + std::string(key) + "\" is no text in the lock file");
  return found->get<std::string>();
}

std::string_view without_revision(std::string_view address) {
  while (address.ends_with('/'))
    address.remove_suffix(1);
  constexpr std::string_view kGit = "git:";
  const std::size_t path = address.starts_with(kGit) ? address.find(':', kGit.size()) : 0;
  return path == std::string_view::npos ? address : address.substr(path);
}

}  // namespace

bool is_of_other_track(const PinLock& lock, std::string_view track) {
  return !lock.track.empty() && !track.empty() && lock.track != track;
}

bool is_of_other_registry(const PinLock& lock, std::string_view address) {
  return !lock.registry_url.empty() &&
         without_revision(lock.registry_url) != without_revision(address);
}

std::string pin_lock_text(const PinLock& lock) {
  Json out = {{"format", kLockFormat}};
  for (const HeadMember& member : kHead)
    out[member.key] = lock.*member.text;
  Json pins = Json::object();
  for (const auto& [name, pin] : lock.pins) {
    Json each = Json::object();
    for (const LockedMember& member : kMembers)
      if (!(pin.*member.text).empty()) each[member.key] = pin.*member.text;
    pins[name] = std::move(each);
  }
  out["schemas"] = std::move(pins);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<PinLock> parse_pin_lock(std::string_view text) {
  if (text.size() > kMostLockBytes || core::is_json_too_deep(text))
    return Error(Code::invalid, "it is too large or too deep for a lock file");
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error(Code::invalid, "it is no JSON object");
  TRY_ASSIGN(const std::string format, text_at(json, "format"));
  if (format != kLockFormat)
    return Error(Code::unsupported, "its format is \"" + format + "\", and this holdfast reads \"" +
                                        std::string(kLockFormat) + "\"");
  PinLock lock;
  for (const HeadMember& member : kHead) {
    TRY_ASSIGN(lock.*member.text, text_at(json, member.key));
  }
  const auto pins = json.find("schemas");
  if (pins == json.end() || !pins->is_object())
    return Error(Code::invalid, "it has no \"schemas\"");
  for (const auto& [name, each] : pins->items()) {
    if (!each.is_object()) return Error(Code::invalid, "\"" + name + "\" is no object in it");
    LockedPin& pin = lock.pins[name];
    for (const LockedMember& member : kMembers) {
      TRY_ASSIGN(pin.*member.text, text_at(each, member.key));
    }
  }
  return lock;
}

}  // namespace holdfast::schemas
