// SPDX-License-Identifier: Apache-2.0
// The seam to whoever publishes schemas: an index, the versions of a schema, and one schema as it is now or was then.
//
// Four kinds stand behind it: `directory` (a folder, or a revision of a git repository), `plain` (the source's HTTP API), `confluent`
// (also Karapace, Redpanda, Apicurio's compatible API) and `apicurio` (v3). Names are those of pins: without ".schema".
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "schemas/problem.h"
#include "schemas/registry_config.h"

namespace holdfast::schemas {

struct IndexEntry {
  std::string name;
  std::string version;          // the latest; empty where the registry does not say
  std::string schema_id;        // empty where it does not say
  std::string declared_sha256;  // empty where it does not say
  bool deprecated = false;
};

struct Index {
  std::string generated_at;         // as the registry says; may be empty
  std::vector<IndexEntry> entries;  // by name
  /// Whether nothing else is published. Where a server may have left some out, one that is not listed has to be asked for.
  bool is_whole = true;
  const IndexEntry* find(std::string_view name) const;
};

struct SchemaVersion {
  std::string version;
  std::string declared_sha256;
  std::string created_at;
  bool deprecated = false;
};

struct RemoteSchema {
  std::string name;
  std::string version;
  std::string schema_id;
  std::string declared_sha256;
  std::string content;  // the schema's bytes
  std::string url;      // where it came from, without secrets
  std::string etag;
  bool deprecated = false;
  std::string deprecation_note;
};

/// For one thread at a time.
class Registry {
 public:
  virtual ~Registry() = default;
  /// Everything that is published on the track; a track that is not there is `not_found`.
  virtual Looked<Index> index(const std::string& track) = 0;
  /// From the oldest to the newest.
  virtual Looked<std::vector<SchemaVersion>> versions(const std::string& track,
                                                      const std::string& name) = 0;
  /// The named version; with none the latest. `not_found` where the registry says that it has no such schema, and only then.
  virtual Looked<RemoteSchema> get(const std::string& track, const std::string& name,
                                   const std::optional<std::string>& version) = 0;
  /// The same, with what was read of the index, for another thread.
  virtual Result<std::unique_ptr<Registry>> another() const = 0;
};

class KnownAnswers;

struct RegistryOptions {
  std::string workspace_folder = ".";  // folders of a directory registry are relative to it
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;                                 // none: the system's
  std::optional<std::chrono::nanoseconds> deadline = {};  // monotonic(): nothing is asked after it
  KnownAnswers* known =
      nullptr;  // what earlier looks were answered; none: everything is asked anew
};

/// Opens nothing yet. `invalid` names what is wrong with the address; `unsupported`.
Result<std::unique_ptr<Registry>> open_registry(const RegistryConfig& config,
                                                const RegistryOptions& options);

/// Whether two versions come in this order: numbers as numbers ("1.10" behind "1.9"), a pre-release before its release.
bool version_less(std::string_view a, std::string_view b);

}  // namespace holdfast::schemas
