// SPDX-License-Identifier: Apache-2.0
// A file that is given as a baseline never brings us down, and one that is refused says where and what to do.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "schemas/baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size_bytes);
  const auto baseline = holdfast::schemas::Baseline::parse(text);
  if (!baseline) {
    if (baseline.error().message().empty() || baseline.error().hint().empty()) std::abort();
    return 0;
  }
  // Nothing is in step, and no drift is there any more: each of its drifts is told once.
  const holdfast::schemas::DriftRun run;
  if (baseline->resolved_count(run) < 0) std::abort();
  return 0;
}
