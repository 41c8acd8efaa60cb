// SPDX-License-Identifier: Apache-2.0
#include "artifacts/tally_text.h"

#include "core/fields.h"

namespace holdfast::artifacts {
namespace {

core::Fields count_fields(const TypeCounts& counts) {
  return {{"rows", counts.rows},
          {"in_step", counts.in_step},
          {"drifted", counts.drifted},
          {"missing", counts.missing},
          {"unrecorded", counts.unrecorded},
          {"unknown", counts.unknown},
          {"no_file", counts.no_file},
          {"size_bytes_read", static_cast<std::int64_t>(counts.size_bytes_read)}};
}

}  // namespace

Result<std::string> tally_members(const Tally& tally) {
  core::Fields counts = count_fields(tally.total);
  counts.push_back({"notes", tally.notes});
  counts.push_back({"warnings", tally.warnings});
  counts.push_back({"errors", tally.errors});
  counts.push_back({"waived", tally.waived});
  TRY_ASSIGN(const std::string total, core::canonical_json(counts));
  std::string types;
  for (const auto& [type, each] : tally.types) {
    core::Fields fields = count_fields(each);
    fields.push_back({"type", type});
    TRY_ASSIGN(const std::string text, core::canonical_json(fields));
    if (!types.empty()) types += ',';
    types += text;
  }
  TRY_ASSIGN(const std::string proofs,
             core::canonical_json({{"proved", tally.proved},
                                   {"never_proved", tally.never_proved},
                                   {"oldest_at", core::time_or_null(tally.oldest_proof)},
                                   {"oldest_artifact", tally.oldest_proof_id}}));
  return "\"counts\":" + total + ",\"types\":[" + types + "],\"proofs\":" + proofs;
}

}  // namespace holdfast::artifacts
