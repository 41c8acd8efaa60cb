// SPDX-License-Identifier: Apache-2.0
#include "catalog/claims.h"

#include <set>

#include "catalog/stored.h"

namespace holdfast::catalog {
namespace {

std::string lease_end(Catalog& catalog, std::chrono::seconds lease) {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(lease).count();
  return format_rfc3339(Timestamp{catalog.clock().now().ns + ns});
}

/// Owners whose claims need not be waited for.
Result<std::vector<std::string>> gone_owners(Catalog& catalog, const std::string& resource,
                                             const std::string& owner) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("claim.owners", {{"resource", resource}, {"owner", owner}}));
  std::vector<std::string> gone;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (owner_is_gone(rows.text(i, 0))) gone.push_back(rows.text(i, 0));
  }
  return gone;
}

}  // namespace

Result<std::vector<std::string>> claim(Catalog& catalog, std::string_view resource,
                                       std::span<const std::string> keys, std::string_view owner,
                                       std::chrono::seconds lease) {
  const std::string resource_text(resource);
  const std::string owner_text(owner);
  std::vector<std::string> taken;
  if (keys.empty()) return taken;
  TRY_ASSIGN(const auto gone, gone_owners(catalog, resource_text, owner_text));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("claim.take", {{"resource", resource_text},
                                                     {"owner", owner_text},
                                                     {"now", format_rfc3339(catalog.clock().now())},
                                                     {"lease_until", lease_end(catalog, lease)},
                                                     {"keys", text_rows("key", keys)},
                                                     {"gone", text_rows("owner", gone)}}));
  std::set<std::string_view> got;
  for (std::size_t i = 0; i < rows.size(); ++i)
    got.insert(rows.text(i, 0));
  for (const auto& key : keys) {
    if (got.erase(key) == 1) taken.push_back(key);  // a key named twice is taken once
  }
  return taken;
}

Result<std::int64_t> renew_claims(Catalog& catalog, std::string_view resource,
                                  std::string_view owner, std::chrono::seconds lease) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("claim.renew", {{"resource", std::string(resource)},
                                                      {"owner", std::string(owner)},
                                                      {"lease_until", lease_end(catalog, lease)}}));
  return rows.affected;
}

Result<bool> renew_claim(Catalog& catalog, std::string_view resource, std::string_view key,
                         std::string_view owner, std::chrono::seconds lease) {
  TRY_ASSIGN(const auto rows, catalog.connection().run(
                                  "claim.renew_one", {{"resource", std::string(resource)},
                                                      {"key", std::string(key)},
                                                      {"owner", std::string(owner)},
                                                      {"lease_until", lease_end(catalog, lease)}}));
  return rows.affected > 0;
}

Status release_claims(Catalog& catalog, std::string_view resource,
                      std::span<const std::string> keys, std::string_view owner) {
  if (keys.empty()) return {};
  TRY(catalog.connection().run("claim.release", {{"resource", std::string(resource)},
                                                 {"owner", std::string(owner)},
                                                 {"keys", text_rows("key", keys)}}));
  return {};
}

Status release_all_claims(Catalog& catalog, std::string_view resource, std::string_view owner) {
  TRY(catalog.connection().run(
      "claim.release_all", {{"resource", std::string(resource)}, {"owner", std::string(owner)}}));
  return {};
}

}  // namespace holdfast::catalog
