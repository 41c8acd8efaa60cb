// SPDX-License-Identifier: Apache-2.0
// What one schema's state means: its verdict, and a finding for every difference, with its witness and the next safe command.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "core/finding.h"
#include "schemas/drift.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

/// The level of a class: breaking and unknown are errors, safe a warning, the rest notes.
core::Level level_of(ChangeClass change);

inline constexpr std::string_view kNoLongerValid = "no longer valid";
inline constexpr std::string_view kNotValidBefore = "not valid before";
/// What stands before a witness: "no longer valid: ". A safe change can have one too, since its class does not ask for both directions;
/// then that is said.
std::string words_of_witness(std::string_view words, ChangeClass change);
/// A finding's `recorded` or `observed` for people: "/properties/mail: (not there)" where nothing stands behind the place, "-" for no text.
std::string shown_piece(const std::string& text);

/// How messages speak of the two texts that were held against each other: "pinned 1.2.0 e547e049892d, the registry has 1.3.0 c9b6ac52fa08".
struct Sides {
  std::string old_word;  // "pinned"
  std::string old;       // as side_of() says it
  std::string new_word;  // "the registry has"
  std::string now;
};
/// "1.2.0 e547e049892d"; the hash alone where the version is empty.
std::string side_of(const std::string& version, const Pin& schema);

/// A finding for each change; one where the texts differ and no change can be named; none where they are identical. Without file and hint.
std::vector<core::Finding> findings_of(const core::Subject& subject, const Comparison& comparison,
                                       const Sides& sides);

/// One report a schema.
core::SubjectReport judge(const SchemasConfig& config, const SchemaState& state, Timestamp now);

}  // namespace holdfast::schemas
