// SPDX-License-Identifier: Apache-2.0
// Events: immutable, ordered lines of the event log (catalog/event_log.h keeps them). Names and fields: docs/events.md.
#pragma once
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "core/fields.h"
#include "core/finding.h"

namespace holdfast::core {

struct Event {
  std::string name;     // "artifact.content_changed"
  std::string subject;  // "artifact:atlas/nb-0042", or empty
  Level level = Level::note;
  Fields fields;       // flat, stable keys
  std::string actor;   // who: "user@host" or a configured name
  std::string run_id;  // the check or batch run it belongs to, or empty
  std::string
      dedup_key;  // appending the same non-empty key again is a no-op: a repeat after a kill counts once
  // Set by the log:
  std::int64_t seq = 0;  // 1, 2, 3 … without a gap, in commit order
  Timestamp at;          // when it was appended (set by the caller's clock)
};

}  // namespace holdfast::core
