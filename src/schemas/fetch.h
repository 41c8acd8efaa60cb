// SPDX-License-Identifier: Apache-2.0
// Pins brought in step with the registry: all of the schemas asked for, or none of them.
//
// Refused (`conflict`, exit 4), and then nothing is written: a breaking change, or one that could not be decided, without `accept_breaking`;
// a pin that somebody edited since it was fetched without `force`. Where a folder has no lock file, nobody can tell an edit from a change of
// the registry: then `force` covers both.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "schemas/comparison.h"
#include "schemas/pin_publication.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

/// Names that the source's script fetches where none are asked for.
inline constexpr const char* kSourceNames[] = {"telemetry.FeedbackEvent", "telemetry.HealthStatus",
                                               "telemetry.HealthComponent"};

struct Fetched;

struct FetchOptions {
  std::vector<std::string>
      names;         // none: those that are pinned, or `critical`, or the source's three
  bool all = false;  // everything that the registry publishes on the track
  bool force = false;
  bool accept_breaking = false;
  bool dry_run = false;
  std::string id;  // of the run
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;
  /// Told what will be written before anything is; its Error keeps all of it from being written.
  std::function<Status(const Fetched&)> before_writing;
};

enum class FetchAction : unsigned char { added, replaced, kept, restored };
std::string_view action_name(FetchAction action);

struct FetchedSchema {
  std::string name;
  FetchAction action = FetchAction::kept;
  std::string version_before;
  std::string version;
  std::string url;
  std::string canonical_sha256;
  bool was_edited = false;
  std::optional<Comparison> comparison;  // with the pin that was there, where that could be read
  std::optional<std::string> refused;    // why this one keeps the whole from being written
};

struct Fetched {
  std::vector<FetchedSchema> schemas;  // by name
  bool was_written = false;
  std::string backup;
  std::vector<std::string> leftover;
  std::string index_generated_at;
  /// Whether anything was or would be written.
  bool changes = false;
  bool is_refused() const;
};

/// Errors: `unavailable`, `not_found`, `invalid` of the registry and what it has; `invalid` where nothing says which schemas; `conflict` of the
/// folder (schemas/pin_publication.h); `io`. What is refused is in the result, and nothing was written then.
Result<Fetched> fetch_schemas(const SchemasConfig& config, const FetchOptions& options);

}  // namespace holdfast::schemas
