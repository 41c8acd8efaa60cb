// SPDX-License-Identifier: Apache-2.0
// Whole files and bare footers: whatever the bytes, an answer or an Error that names the file; chunks that are accepted lie in the file,
// and the walk over their pages ends.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "parquet/footer.h"
#include "parquet/page_check.h"
#include "parquet/table_columns.h"

namespace {

using namespace holdfast;  // NOLINT: a program of a page

class Bytes final : public ReadableFile {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  const std::string& name() const override { return name_; }
  std::uint64_t size_bytes() const override { return bytes_.size(); }
  Status read_at(std::uint64_t offset, std::span<char> into) const override {
    HOLDFAST_ASSERT(offset <= bytes_.size() && into.size() <= bytes_.size() - offset);
    bytes_.copy(into.data(), into.size(), offset);
    return {};
  }

 private:
  std::string name_ = "fuzz.parquet";
  std::string_view bytes_;
};

void hold(const parquet::Footer& footer) {
  std::uint64_t row_count = 0;
  for (const parquet::RowGroup& group : footer.row_groups) {
    HOLDFAST_ASSERT(group.chunks.size() == footer.columns.size());
    row_count += group.row_count;
    for (const parquet::ColumnChunk& chunk : group.chunks)
      HOLDFAST_ASSERT(chunk.size_bytes == 0 ||
                      chunk.offset + chunk.size_bytes <= footer.footer_offset);
  }
  HOLDFAST_ASSERT(row_count == footer.row_count);
  if (const auto columns = parquet::table_columns(footer, "fuzz.parquet"); columns)
    HOLDFAST_ASSERT(columns->size() == footer.columns.size());
}

void names_the_file(const Error& error) {
  HOLDFAST_ASSERT(error.message().starts_with("fuzz.parquet: "));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size_bytes);
  // As the footer of a file that is much larger, so that more of them are accepted.
  const auto bare = parquet::parse_footer(bytes, std::uint64_t{1} << 40U, "fuzz.parquet");
  if (bare) {
    hold(*bare);
  } else {
    names_the_file(bare.error());
  }
  const Bytes file(bytes);
  const auto footer = parquet::read_footer(file);
  if (!footer) {
    names_the_file(footer.error());
    return 0;
  }
  hold(*footer);
  const auto report = parquet::check_pages(file, *footer);
  HOLDFAST_ASSERT(report.ok() && report->byte_count <= size_bytes);
  return 0;
}
