// SPDX-License-Identifier: Apache-2.0
// Lists to import: whatever the bytes, in each of the five formats, rows with a path or a refusal that says where.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "artifacts/import_list.h"
#include "base/assert.h"

namespace {

using holdfast::Code;
using Read = holdfast::Result<std::vector<holdfast::artifacts::ImportRow>> (*)(std::string_view,
                                                                               const std::string&);

constexpr std::array<Read, 5> kReaders{
    holdfast::artifacts::read_csv_list, holdfast::artifacts::read_jsonl_list,
    holdfast::artifacts::read_sha256sum_list, holdfast::artifacts::read_bagit_manifest,
    holdfast::artifacts::read_dvc_file};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  for (const Read read : kReaders) {
    const auto rows = read(text, "list");
    if (!rows.ok()) {
      const Code code = rows.error().code();
      HOLDFAST_ASSERT(code == Code::invalid || code == Code::unsupported);
      HOLDFAST_ASSERT(rows.error().message().find("list") != std::string::npos);
      continue;
    }
    for (const auto& row : *rows) {
      HOLDFAST_ASSERT(!row.path.empty() && row.place.starts_with("list"));
      HOLDFAST_ASSERT(!row.sha256 || row.sha256->size() == 64);
      HOLDFAST_ASSERT(!row.size_bytes || *row.size_bytes >= 0);
    }
  }
  return 0;
}
