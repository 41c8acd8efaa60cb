// SPDX-License-Identifier: Apache-2.0
// What a registry says of a schema beside its content, held against the content: its $schema_id and its hash. A check and a fetch believe alike.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "schemas/pins.h"
#include "schemas/problem.h"
#include "schemas/registry.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

/// The index, the answer and the content's own stamp name two ids: id_mismatch. An answer that names none contradicts nobody.
std::optional<Problem> id_contradiction(const IndexEntry& entry, const RemoteSchema& remote,
                                        const SchemaText& content);

/// What the registry says that one schema's hash is, and what it is.
struct HashClaim {
  std::string declared;
  SchemaHashes found;
  bool fits(DeclaredHash kind) const;
};

/// What text the hashes are of: as configured, else what fits most of them; ignored where nothing fits any.
DeclaredHash settled_hash(DeclaredHash configured, const std::vector<HashClaim>& claims);

/// hash_mismatch where the claim does not hold.
std::optional<Problem> hash_contradiction(const std::string& name, const HashClaim& claim,
                                          DeclaredHash kind);

}  // namespace holdfast::schemas
