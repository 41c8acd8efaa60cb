// SPDX-License-Identifier: Apache-2.0
// Claims: two runs never take the same item. A claim has an owner and a lease; it can be taken over
// once the lease is over, or at once when its owner ran in this host's same PID namespace and is
// gone, so that a command killed with -9 can be run again at once.
#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::catalog {

/// "host/boot id/pid namespace/pid/start time": this process, never reused.
std::string current_owner();
/// Whether an owner is surely gone (same host, boot and PID namespace, and no such process). Unsure
/// is false.
bool owner_is_gone(std::string_view owner);

/// Takes those of `keys` that nobody else holds; returns them in the order given. One statement,
/// whatever the number.
Result<std::vector<std::string>> claim(Catalog& catalog, std::string_view resource,
                                       std::span<const std::string> keys, std::string_view owner,
                                       std::chrono::seconds lease);
/// Moves the end of all leases of this owner on; how many there were. One that another owner has taken over is none of them.
Result<std::int64_t> renew_claims(Catalog& catalog, std::string_view resource,
                                  std::string_view owner, std::chrono::seconds lease);
/// Moves the end of one lease on; false where another owner has taken it over, or it was given back, whatever else this owner holds.
Result<bool> renew_claim(Catalog& catalog, std::string_view resource, std::string_view key,
                         std::string_view owner, std::chrono::seconds lease);
/// Gives the named ones back; those held by others are left alone.
Status release_claims(Catalog& catalog, std::string_view resource,
                      std::span<const std::string> keys, std::string_view owner);
/// Gives everything of this owner back.
Status release_all_claims(Catalog& catalog, std::string_view resource, std::string_view owner);

}  // namespace holdfast::catalog
