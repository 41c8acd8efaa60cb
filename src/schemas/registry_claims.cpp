// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry_claims.h"

#include <algorithm>

#include "base/root_folder.h"

namespace holdfast::schemas {
namespace {

const std::string& hash_of(const SchemaHashes& hashes, DeclaredHash kind) {
  switch (kind) {
    case DeclaredHash::raw:
      return hashes.raw_sha256;
    case DeclaredHash::seed:
      return hashes.seed_sha256;
    case DeclaredHash::canonical:
    case DeclaredHash::automatic:
    case DeclaredHash::ignored:
      return hashes.canonical_sha256;
  }
  return hashes.canonical_sha256;
}

}  // namespace

std::optional<Problem> id_contradiction(const IndexEntry& entry, const RemoteSchema& remote,
                                        const SchemaText& content) {
  const std::string stamped = content.stamps.schema_id.value_or("");
  for (const std::string& other : {entry.schema_id, stamped})
    if (!other.empty() && !remote.schema_id.empty() && other != remote.schema_id)
      return Problem{ProblemKind::id_mismatch, "the registry's " + printable_path(remote.name) +
                                                   " says that its $schema_id is " +
                                                   printable_path(remote.schema_id) +
                                                   ", and it should be " + printable_path(other)};
  return {};
}

bool HashClaim::fits(DeclaredHash kind) const {
  const bool is_free = kind == DeclaredHash::ignored || kind == DeclaredHash::automatic;
  return is_free || declared == hash_of(found, kind);
}

// Nobody says what text a registry's hash is of: it is what fits most of its schemas. Where it fits none, it can't be held against.
DeclaredHash settled_hash(DeclaredHash configured, const std::vector<HashClaim>& claims) {
  if (configured != DeclaredHash::automatic) return configured;
  std::ptrdiff_t best = 0;
  DeclaredHash found = DeclaredHash::ignored;
  for (const DeclaredHash kind : {DeclaredHash::seed, DeclaredHash::canonical, DeclaredHash::raw}) {
    const auto count =
        std::ranges::count_if(claims, [&](const HashClaim& claim) { return claim.fits(kind); });
    if (count <= best) continue;
    best = count;
    found = kind;
  }
  return found;
}

std::optional<Problem> hash_contradiction(const std::string& name, const HashClaim& claim,
                                          DeclaredHash kind) {
  if (claim.declared.empty() || claim.fits(kind)) return {};
  return Problem{ProblemKind::hash_mismatch, "the registry's " + printable_path(name) +
                                                 " is not what its own hash says: declared " +
                                                 printable_path(claim.declared) + ", found " +
                                                 hash_of(claim.found, kind)};
}

}  // namespace holdfast::schemas
