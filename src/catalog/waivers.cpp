// SPDX-License-Identifier: Apache-2.0
#include "catalog/waivers.h"

#include <algorithm>
#include <map>
#include <utility>

#include "catalog/event_log.h"
#include "catalog/stored.h"

namespace holdfast::catalog {
namespace {

Result<Waiver> stored_waiver(const sql::Rows& rows, std::size_t row) {
  Waiver out;
  out.id = rows.integer(row, 0);
  out.subject = rows.text(row, 1);
  out.rule = rows.text(row, 2);
  out.recorded = rows.text(row, 3);
  out.observed = rows.text(row, 4);
  out.owner = rows.text(row, 5);
  out.reason = rows.text(row, 6);
  TRY_ASSIGN(out.created_at, stored_time(rows, row, 7));
  TRY_ASSIGN(out.expires_at, stored_time(rows, row, 8));
  TRY_ASSIGN(out.revoked_at, stored_optional_time(rows, row, 9));
  return out;
}

Status append_waiver_event(Catalog& catalog, const char* name, const Waiver& waiver,
                           std::string_view actor) {
  core::Event event;
  event.name = name;
  event.subject = waiver.subject;
  event.level = core::Level::note;
  event.fields = {{"waiver", waiver.id},
                  {"rule", waiver.rule},
                  {"recorded", waiver.recorded},
                  {"observed", waiver.observed},
                  {"owner", waiver.owner},
                  {"reason", waiver.reason},
                  {"expires_at", format_rfc3339(waiver.expires_at)}};
  event.actor = actor;
  TRY(append_events(catalog, {&event, 1}));
  return {};
}

Status check_waiver(const Waiver& waiver) {
  const auto refused = [](const char* why) {
    return Error(Code::invalid, std::string("a waiver needs ") + why);
  };
  if (waiver.owner.empty()) return refused("an owner");
  if (waiver.reason.empty()) return refused("a reason");
  if (waiver.expires_at <= waiver.created_at) {
    return Error(Code::invalid,
                 "a waiver must end in the future, not at " + format_rfc3339(waiver.expires_at));
  }
  return {};
}

std::string difference_of(const Waiver& waiver) {
  return core::difference_text({waiver.subject, waiver.rule, waiver.recorded, waiver.observed});
}

Waiver waiver_for(const core::Finding& finding, const WaiverTerms& terms, Timestamp now) {
  Waiver waiver;
  waiver.subject = finding.subject.text();
  waiver.rule = finding.rule;
  waiver.recorded = finding.recorded;
  waiver.observed = finding.observed;
  waiver.owner = terms.owner;
  waiver.reason = terms.reason;
  waiver.created_at = now;
  waiver.expires_at = terms.expires_at;
  return waiver;
}

Status insert(Catalog& catalog, Waiver& waiver, std::string_view actor) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("waiver.insert",
                                      {{"subject", waiver.subject},
                                       {"rule", waiver.rule},
                                       {"recorded", waiver.recorded},
                                       {"observed", waiver.observed},
                                       {"owner", waiver.owner},
                                       {"reason", waiver.reason},
                                       {"created_at", format_rfc3339(waiver.created_at)},
                                       {"expires_at", format_rfc3339(waiver.expires_at)}}));
  waiver.id = rows.integer(0, 0);
  return append_waiver_event(catalog, "waiver.granted", waiver, actor);
}

// Two grants of the same difference come one after the other.
Result<GrantedWaivers> grant_locked(Catalog& catalog, std::span<const core::Finding> findings,
                                    const WaiverTerms& terms, std::string_view actor) {
  TRY(catalog.connection().run("event.lock_head"));
  TRY_ASSIGN(auto granted, plan_waivers(catalog, findings, terms));
  for (Waiver& waiver : granted.waivers)
    TRY(insert(catalog, waiver, actor));
  return granted;
}

Status revoke_locked(Catalog& catalog, std::int64_t id, std::string_view actor) {
  auto& connection = catalog.connection();
  TRY(connection.run("event.lock_head"));
  TRY_ASSIGN(const auto rows,
             connection.run("waiver.revoke",
                            {{"id", id}, {"now", format_rfc3339(catalog.clock().now())}}));
  if (rows.empty())
    return Error(Code::not_found,
                 "there is no waiver " + std::to_string(id) + ", or it was revoked before",
                 "holdfast waive list --all tells which there are, and how each stands");
  TRY_ASSIGN(const auto waiver, stored_waiver(rows, 0));
  return append_waiver_event(catalog, "waiver.revoked", waiver, actor);
}

}  // namespace

Result<GrantedWaivers> plan_waivers(Catalog& catalog, std::span<const core::Finding> findings,
                                    const WaiverTerms& terms) {
  TRY_ASSIGN(const auto live, list_waivers(catalog, false));
  std::map<std::string, std::int64_t>
      id_of_key;  // 0: of this plan, so that a difference that is listed twice is waived once
  for (const Waiver& waiver : live)
    id_of_key.emplace(difference_of(waiver), waiver.id);
  GrantedWaivers out;
  std::string by;
  for (const core::Finding& finding : findings) {
    Waiver waiver = waiver_for(finding, terms, catalog.clock().now());
    TRY(check_waiver(waiver));
    const auto [known, is_new] = id_of_key.emplace(difference_of(waiver), 0);
    if (is_new) out.waivers.push_back(std::move(waiver));
    if (known->second == 0) continue;
    ++out.waived_already;
    by += (by.empty() ? "" : ", ") + std::to_string(known->second);
  }
  if (!out.waivers.empty()) return out;
  return Error(Code::conflict, "all of these differences are waived already, by waiver " + by,
               "holdfast waive list; revoke first to change reason or expiry");
}

Result<GrantedWaivers> grant_waivers(Catalog& catalog, std::span<const core::Finding> findings,
                                     const WaiverTerms& terms, std::string_view actor) {
  return in_transaction(catalog.connection(),
                        [&] { return grant_locked(catalog, findings, terms, actor); });
}

Status revoke_waiver(Catalog& catalog, std::int64_t id, std::string_view actor) {
  return in_transaction(catalog.connection(), [&] { return revoke_locked(catalog, id, actor); });
}

Result<std::vector<Waiver>> list_waivers(Catalog& catalog, bool include_ended) {
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("waiver.list",
                                      {{"include_ended", std::int64_t{include_ended ? 1 : 0}},
                                       {"now", format_rfc3339(catalog.clock().now())}}));
  return stored_rows(rows, stored_waiver);
}

Result<WaiverSet> WaiverSet::load(Catalog& catalog) {
  TRY_ASSIGN(const auto waivers, list_waivers(catalog, false));
  WaiverSet set;
  for (const auto& waiver : waivers) {
    set.keys_.push_back(difference_of(waiver));
  }
  std::sort(set.keys_.begin(), set.keys_.end());
  return set;
}

bool WaiverSet::covers(const core::Finding& finding) const {
  return std::binary_search(keys_.begin(), keys_.end(), core::difference_text(finding));
}

void WaiverSet::mark(std::span<core::Finding> findings) const {
  for (core::Finding& finding : findings)
    finding.waived = covers(finding);
}

}  // namespace holdfast::catalog
