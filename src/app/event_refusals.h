// SPDX-License-Identifier: Apache-2.0
// Events that a sink did not take and that were set aside (decision 0141): the sink refused their content, or somebody took one out of
// the way of those behind it. Each stays here, counted by doctor, metrics and commands, until it is sent after all or given up by
// somebody who says why; its row in the catalog stays for good.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/event_sink.h"
#include "base/cancel.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::app {

struct RefusedEvent {
  std::int64_t seq = 0;
  Timestamp refused_at;
  std::string reason;        // what the sink, or whoever set it aside, said
  std::string set_aside_by;  // an actor; empty: the sink refused it
  std::string name;          // of the event
  std::string subject;
};

/// How many are set aside.
Result<std::int64_t> refused_count(catalog::Catalog& catalog, const SinkPlace& place);
/// In order of seq, behind `after_seq`, at most `limit`.
Result<std::vector<RefusedEvent>> refused_events(catalog::Catalog& catalog, const SinkPlace& place,
                                                 std::int64_t after_seq, std::int64_t limit);

/// What a sink refused while it was served. In the transaction that moves its position.
Status keep_refusal(catalog::Catalog& catalog, const SinkPlace& place, std::int64_t seq,
                    const std::string& reason);

/// Who decides something about refused events, and why.
struct RefusalDecision {
  std::string actor;
  std::string reason;
};

/// Sends them again, in order: those of `seqs`, or all where none is named. Returns how many the sink took; what it refuses again stays.
/// `conflict` where another process serves the sink, `not_found` where a number is none of them, errors of the sink.
Result<std::int64_t> resend_refused(catalog::Catalog& catalog, EventSink& sink,
                                    std::span<const std::int64_t> seqs, const std::string& actor,
                                    const Cancel* cancel);
/// Sets the next event of the sink aside. `conflict` where `seq` is not the next, or another process serves the sink.
Status set_aside_next(catalog::Catalog& catalog, const SinkPlace& place, std::int64_t seq,
                      const RefusalDecision& decision);
/// Gives them up; returns how many, each counted once. `not_found` names one that is not set aside; then nothing was changed.
Result<std::int64_t> dismiss_refused(catalog::Catalog& catalog, const SinkPlace& place,
                                     std::span<const std::int64_t> seqs,
                                     const RefusalDecision& decision);

}  // namespace holdfast::app
