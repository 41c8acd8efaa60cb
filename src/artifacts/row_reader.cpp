// SPDX-License-Identifier: Apache-2.0
#include "artifacts/row_reader.h"

#include <charconv>
#include <cstdint>
#include <utility>

namespace holdfast::artifacts {
namespace {

std::optional<std::int64_t> parse_integer(const std::optional<std::string>& text) {
  if (!text) return {};
  std::int64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return {};
  return value;
}

}  // namespace

std::optional<std::string> RowReader::text(std::size_t row, std::string_view column) const {
  const int at = rows_.column(column);
  if (at < 0 || rows_.is_null(row, static_cast<std::size_t>(at))) return {};
  return rows_.text(row, static_cast<std::size_t>(at));
}

MetadataReading RowReader::metadata(std::size_t row) const {
  if (rows_.column("kind") < 0) return read_metadata(text(row, "metadata"));
  MetadataReading reading;
  const auto kind = text(row, "kind").value_or("other");
  reading.kind = kind == "object" ? MetadataKind::object
                 : kind == "null" ? MetadataKind::null
                                  : MetadataKind::other;
  reading.recorded = {.sha256 = text(row, "sha256"),
                      .size_bytes = text(row, "size_bytes"),
                      .computed_at = text(row, "computed_at")};
  return reading;
}

ArtifactRow RowReader::row(std::size_t at) const {
  MetadataReading reading = metadata(at);
  return {.id = text(at, "id").value_or(""),
          .type = text(at, "type").value_or(""),
          .title = text(at, "title").value_or(""),
          .path = text(at, "path"),
          .metadata = reading.kind,
          .recorded_sha256 = std::move(reading.recorded.sha256),
          .recorded_size_bytes = parse_integer(reading.recorded.size_bytes),
          .computed_at = std::move(reading.recorded.computed_at)};
}

std::vector<ArtifactRow> RowReader::all() const {
  std::vector<ArtifactRow> out;
  out.reserve(rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i)
    out.push_back(row(i));
  return out;
}

std::string json_strings(std::span<const std::string> texts) {
  sql::JsonRows rows;
  std::string out = "[";
  for (const std::string& text : texts) {
    rows.begin_row();
    rows.add("x", text);
    const std::string row = rows.take();  // [{"x":"…"}]
    if (out.size() > 1) out += ',';
    out += row.substr(6, row.size() - 8);
  }
  return out + ']';
}

}  // namespace holdfast::artifacts
