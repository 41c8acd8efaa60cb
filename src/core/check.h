// SPDX-License-Identifier: Apache-2.0
// Check: the one polymorphic seam to the domains. `holdfast check`, incidents and reports know what a domain looks at only through it.
// A check reads; it never writes the user's data.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "core/finding.h"

namespace holdfast::core {

/// Counts of one check. planned = evaluated + skipped + unreadable once the check has ended whole.
struct CheckCounts {
  std::int64_t planned = 0;     // subjects the configuration asks for
  std::int64_t evaluated = 0;   // looked at, verdict in_step, drifted, missing or unrecorded
  std::int64_t skipped = 0;     // left out on purpose (nothing recorded to compare with), said so
  std::int64_t unreadable = 0;  // planned, and could not be looked at: verdict unknown
  std::int64_t size_bytes_read = 0;
};

/// Where a check puts what it saw. Called from one thread.
class CheckSink {
 public:
  virtual ~CheckSink() = default;
  /// Takes one subject's report; an Error stops the check.
  virtual Status report(SubjectReport subject) = 0;
  /// How far the check is, for a progress line; cheap to call often.
  virtual void progress(const CheckCounts& so_far) = 0;
};

enum class Depth : unsigned char {
  quick,  // what can be told without reading content
  full,   // everything the record claims
};

struct CheckOptions {
  std::optional<Depth> depth;  // none: as configured
  int jobs = 0;                // 0: as many as there are processors
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;
  std::optional<std::chrono::nanoseconds> max_age = {};  // none: as configured
};

/// One configured check of a domain, "artifacts.atlas".
class Check {
 public:
  virtual ~Check() = default;
  virtual std::string name() const = 0;
  virtual std::string_view domain() const = 0;
  /// Observes and judges every planned subject. An Error means that the check could not be done (verdict of the whole: unknown).
  virtual Result<CheckCounts> run(const CheckOptions& options, CheckSink& sink) = 0;
  /// What to do where there is nothing to look at; empty where run() tells it.
  virtual std::string hint_where_empty() const { return {}; }
  /// What to say of all subjects at once, after run(): a sentence that stands before them; empty where there is none.
  virtual std::string remark() const { return {}; }
};

}  // namespace holdfast::core
