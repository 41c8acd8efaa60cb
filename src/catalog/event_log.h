// SPDX-License-Identifier: Apache-2.0
// The event log: append-only, numbered 1, 2, 3 … without a gap in commit order (a head row is
// locked by whoever appends), each row with the leaf hash of its canonical JSON and a chain hash
// over the one before, so that a changed, removed or swapped row shows. Grammar of the hashed text:
// docs/formats/event-log.md.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "core/event.h"

namespace holdfast::catalog {

/// Appends in the caller's transaction, or in one of its own when none is open. Events whose
/// dedup_key is already there are left out; the count that was written comes back. Sets `seq` and,
/// where it is 0, `at`.
Result<std::int64_t> append_events(Catalog& catalog, std::span<core::Event> events);

struct EventFilter {
  std::int64_t after_seq = 0;
  std::int64_t limit = 1000;             // at most 10,000 a call; page with after_seq
  std::optional<std::string> name = {};  // exact, or "artifact.*"
  std::optional<std::string> subject = {};
  std::optional<core::Level> least_level = {};
  std::optional<Timestamp> since = {};
  std::optional<std::string> run_id = {};
};
struct StoredEvent {
  core::Event event;
  std::string leaf_hash;   // 64 hex
  std::string chain_hash;  // 64 hex
};
/// In order of seq.
Result<std::vector<StoredEvent>> list_events(Catalog& catalog, const EventFilter& filter);
/// The number after which the newest `filter.limit` of the events that match begin, however old they are;
/// that of the last event where none matches.
Result<std::int64_t> start_of_newest(Catalog& catalog, const EventFilter& filter);
/// The newest seq, 0 when the log is empty.
Result<std::int64_t> last_event_seq(Catalog& catalog);

/// What verify_events() found: every row's leaf and chain hash recomputed, no gap, and the head row
/// agreeing with the last row.
struct EventLogProof {
  std::int64_t event_count = 0;
  std::string chain_hash;  // of the last event; write it down elsewhere to notice a log that was
                           // rewritten whole
  std::optional<std::int64_t> broken_at;  // first seq that does not fit
  std::string problem;                    // one sentence, when broken
};
Result<EventLogProof> verify_events(Catalog& catalog,
                                    const std::function<void(std::int64_t seq)>& progress = {});

}  // namespace holdfast::catalog
