// SPDX-License-Identifier: Apache-2.0
// A folder of pinned schemas, as the source's fetch script writes it: one file a schema, NAME.json, and beside them
// _metadata.json and schemas.lock.json (schemas/pin_lock.h). Nothing in it may lead out of it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/pin_lock.h"
#include "schemas/problem.h"
#include "schemas/schema_text.h"

namespace holdfast::schemas {

inline constexpr std::size_t kMostPins = 100'000;
inline constexpr std::string_view kMetadataFile = "_metadata.json";

struct Pin {
  std::string name;   // "telemetry.FeedbackEvent"
  std::string file;   // its name in the folder
  std::string bytes;  // empty where it could not be read
  std::optional<Problem> problem;
  SchemaText text;      // where there is no problem
  SchemaHashes hashes;  // where there is no problem
};

struct PinFolder {
  std::string path;       // as given
  std::vector<Pin> pins;  // by name
  std::optional<PinLock> lock;
  std::optional<Problem> lock_problem;     // there is a lock file, and it can't be read
  std::vector<std::string> other_entries;  // files and folders that are no pins

  const Pin* find(std::string_view name) const;
  /// The version that is pinned: what the lock file says, else the stamp in the schema; empty where nobody says.
  std::string version_of(const Pin& pin) const;
  /// Whether somebody changed the file since it was fetched. False where there is no lock to tell.
  bool was_edited(const Pin& pin) const;
};

/// The name that a file or an entry of a registry stands for: without ".json" and ".schema".
std::string schema_name_of(std::string_view file);

/// Reads every pin; one that can't be read has its problem and leaves the others. Problems of the whole: no_folder, no_pins, unreadable.
Looked<PinFolder> read_pins(const std::string& folder);

/// For a name that somebody typed and that is not pinned: `not_found`, with the nearest that is. Fine where the folder can't say.
Status require_pinned(const std::string& folder, const std::string& name);

/// The bytes of one schema with its problem or its texts. `where` names it in the problem's sentence.
Pin pin_of(std::string name, std::string file, std::string bytes, const std::string& where);

}  // namespace holdfast::schemas
