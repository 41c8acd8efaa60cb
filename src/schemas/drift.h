// SPDX-License-Identifier: Apache-2.0
// One look at the pins and at the registry: what became of each schema. Reads only; what it means for people is in schemas/judge.h.
//
// 1. Read the pins, and prove on them that a change would be seen (schemas/guard.h).
// 2. Read the registry's index once. What it does not list is `missing_in_registry`; what it lists and does not give is its error.
// 3. Get each pinned schema (a few at a time), hold its declared hash and id against it, and compare.
// `synced` is said of what was compared and found the same, and of nothing else.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "schemas/comparison.h"
#include "schemas/pins.h"
#include "schemas/registry.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

enum class DriftStatus : unsigned char {
  synced,
  drift,
  missing_in_registry,
  missing_local,   // published or required, and not pinned
  local_error,     // the pin is no schema
  registry_error,  // what the registry has is no schema, or it would not give it
  unknown,         // not looked at
};
std::string_view status_name(DriftStatus status);

struct SchemaState {
  std::string name;
  DriftStatus status = DriftStatus::unknown;
  std::string local_version;
  std::string registry_version;
  std::string pinned_track;  // where it is another than the one asked for
  std::optional<Pin> pin;
  std::optional<Pin> published;  // the registry's schema, in the form of a pin
  std::string registry_url;
  std::string declared_sha256;
  std::optional<Comparison> comparison;  // where both sides were read
  std::optional<Problem> problem;
  std::string locked_sha256;  // canonical, of what was fetched; empty where no lock tells
  bool was_edited = false;
  bool is_critical = false;  // 'critical' of the configuration names it
  bool is_expected = false;  // it is pinned, or should be: it is critical, or the lock file has it
  bool is_lock_unread = false;   // nobody can tell whether the pin was edited
  bool is_fetched_alone = true;  // else `fetch` takes all pins or none of them
  bool is_deprecated = false;
  std::string deprecation_note;
  std::optional<Timestamp> since;  // of the open episode; set by schemas/episodes.h

  /// Somebody edited the pin, and the registry still has what was fetched.
  bool is_edited_alone() const {
    return was_edited && published && !published->problem &&
           published->hashes.canonical_sha256 == locked_sha256;
  }
  bool version_regressed() const {
    return !local_version.empty() && !registry_version.empty() &&
           version_less(registry_version, local_version);
  }
};

/// How many of each. Each is counted for itself, none is a difference of others.
struct DriftCounts {
  std::int64_t total = 0;  // pins, and those that should be
  std::int64_t synced = 0;
  std::int64_t drifted = 0;
  std::int64_t missing_in_registry = 0;
  std::int64_t missing_local = 0;
  std::int64_t unknown = 0;  // errors of either side, and what was not looked at
  std::int64_t deprecated = 0;
  std::int64_t compared = 0;  // both sides were read
};

struct DriftRun {
  Timestamp started_at;
  Timestamp ended_at;
  std::string index_generated_at;
  std::optional<Problem> pins_problem;      // then there are no schemas
  std::optional<Problem> registry_problem;  // of the index: then nothing was compared
  std::optional<Problem> lock_problem;      // then nobody knows which pins are gone or edited
  DeclaredHash declared_hash =
      DeclaredHash::ignored;         // what the registry's hashes turned out to be of
  std::vector<SchemaState> schemas;  // by name
  std::int64_t not_pinned =
      0;  // published, and not pinned; in `schemas` only where the configuration asks

  std::optional<Error> catalog_error;  // our own, which could not keep the episodes

  /// The gravest of the three.
  const std::optional<Problem>& problem() const;
  DriftCounts counts() const;
  /// Everything planned was looked at, and something was compared: an emptied registry completes nothing.
  bool is_complete() const;
};

using Progress = std::function<void(std::int64_t done, std::int64_t of)>;

struct DriftOptions {
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;         // none: the system's
  int jobs = 0;                   // 0: a few
  Progress on_progress;           // from one thread
  KnownAnswers* known = nullptr;  // of earlier looks at the same registry
};

/// `cancelled`; `internal` where the guard fails; `invalid` for an address that is none. All else is in the run.
Result<DriftRun> observe_drift(const SchemasConfig& config, const DriftOptions& options);

}  // namespace holdfast::schemas
