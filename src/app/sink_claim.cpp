// SPDX-License-Identifier: Apache-2.0
#include "app/sink_claim.h"

#include "app/event_outbox_statements.h"
#include "catalog/claims.h"

namespace holdfast::app {
namespace {

constexpr std::string_view kResource = "event_sink";
// Whoever is killed on another host or in another container holds up the sink for so long; on this one its claim is taken at once.
constexpr std::chrono::seconds kLease{30};
constexpr std::chrono::nanoseconds kMostWait = std::chrono::seconds(2);  // for who holds it now
constexpr std::chrono::nanoseconds kLookEvery = std::chrono::milliseconds(20);
static_assert(kMostGroupTime + kMostRequestTime < kLease);

}  // namespace

Status know_outbox_statements(sql::Connection& connection) {
  return connection.learn(event_outbox_statements().front().text);
}

SinkClaim::SinkClaim(catalog::Catalog& catalog, const SinkPlace& place)
    : catalog_(catalog), key_{place.name}, shown_(place.shown), owner_(catalog::current_owner()) {}

Result<bool> SinkClaim::take(const Cancel* cancel) {
  Clock& clock = catalog_.clock();
  const auto wait_until = clock.monotonic() + kMostWait;
  while (true) {
    TRY_ASSIGN(const auto taken, catalog::claim(catalog_, kResource, key_, owner_, kLease));
    if (!taken.empty()) return true;
    const bool is_cancelled = cancel != nullptr && cancel->requested();
    if (clock.monotonic() >= wait_until || is_cancelled) return false;
    clock.sleep_for(kLookEvery);
  }
}

Status SinkClaim::renew() {
  TRY_ASSIGN(const bool is_ours,
             catalog::renew_claim(catalog_, kResource, key_.front(), owner_, kLease));
  if (is_ours) return {};
  return Error(Code::conflict, "another process has taken over " + shown_, "run the command again");
}

Status SinkClaim::release() {
  return catalog::release_claims(catalog_, kResource, key_, owner_);
}

}  // namespace holdfast::app
