// SPDX-License-Identifier: Apache-2.0
// Reading the tail of the file, and holding what the footer says against the file and against itself.
#include "parquet/footer.h"

#include <algorithm>
#include <array>
#include <limits>

#include "parquet/footer_text.h"

namespace holdfast::parquet {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kEncryptedMagic = "PARE";
constexpr std::uint64_t kTailBytes = 8;                  // footer length and magic
constexpr std::uint64_t kLeastBytes = 4 + kTailBytes;    // of a file
constexpr std::uint64_t kFirstReadBytes = 64U << 10U;    // holds most footers
constexpr std::uint64_t kMostFooterBytes = 256U << 20U;  // 100,000 columns in 20 row groups
constexpr std::string_view kRestore = "restore the file from a copy, or write it anew";

Error damaged(const std::string& name, const std::string& what) {
  return {Code::corrupt, name + ": " + what, std::string(kRestore)};
}

Error not_parquet(const std::string& name, bool begins_well, std::uint64_t size_bytes) {
  if (size_bytes == 0)
    return {Code::corrupt, name + ": no Parquet file: it is empty", std::string(kRestore)};
  if (begins_well)
    return {Code::corrupt,
            name +
                ": begins as a Parquet file and has no footer: it was cut short, or is still being "
                "written",
            "wait until its writer is done, or " + std::string(kRestore)};
  return {Code::corrupt, name + ": no Parquet file: expected PAR1 at its first and last four bytes",
          "check the path, or " + std::string(kRestore)};
}

std::uint32_t little_endian(std::string_view four_bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = four_bytes.size(); i > 0; --i)
    value = value << 8U | static_cast<std::uint8_t>(four_bytes[i - 1]);
  return value;
}

std::string chunk_name(const Footer& footer, std::size_t group, std::size_t column) {
  return "column " + printable_path(footer.columns[column].path) + " of row group " +
         std::to_string(group);
}

// Whether the chunk lies between the magic bytes and the footer.
bool inside(const ColumnChunk& chunk, const Footer& footer) {
  if (chunk.value_count == 0 && chunk.size_bytes == 0) return true;  // no pages, so nowhere
  return chunk.offset >= kMagic.size() && chunk.offset <= footer.footer_offset &&
         chunk.size_bytes <= footer.footer_offset - chunk.offset;
}

Status check_chunk(const Footer& footer, std::size_t group, std::size_t column,
                   const std::string& name) {
  const ColumnChunk& chunk = footer.row_groups[group].chunks[column];
  if (!inside(chunk, footer)) {
    return damaged(name, "the footer puts " + chunk_name(footer, group, column) + " at " +
                             std::to_string(chunk.size_bytes) + " bytes from byte " +
                             std::to_string(chunk.offset) + ", and the data ends at byte " +
                             std::to_string(footer.footer_offset) + ": bytes are missing");
  }
  if (chunk.codec == 0 && chunk.size_bytes != chunk.uncompressed_size_bytes)
    return damaged(
        name, "the footer gives " + chunk_name(footer, group, column) +
                  " two sizes, though it is not compressed: " + std::to_string(chunk.size_bytes) +
                  " and " + std::to_string(chunk.uncompressed_size_bytes) + " bytes");
  const std::uint64_t row_count = footer.row_groups[group].row_count;
  if (footer.columns[column].max_repetition_level == 0 && chunk.value_count != row_count)
    return damaged(name, "the footer promises " + std::to_string(row_count) + " rows and " +
                             std::to_string(chunk.value_count) + " values for " +
                             chunk_name(footer, group, column));
  return {};
}

// Bytes that belong to two chunks: the footer contradicts itself.
Status check_overlaps(const Footer& footer, const std::string& name) {
  struct Place {
    std::uint64_t begin, end;
    std::size_t group, column;
  };
  std::vector<Place> places;
  for (std::size_t group = 0; group < footer.row_groups.size(); ++group) {
    const auto& chunks = footer.row_groups[group].chunks;
    for (std::size_t column = 0; column < chunks.size(); ++column)
      if (chunks[column].size_bytes > 0)
        places.push_back({.begin = chunks[column].offset,
                          .end = chunks[column].offset + chunks[column].size_bytes,
                          .group = group,
                          .column = column});
  }
  const auto earlier = [](const Place& a, const Place& b) { return a.begin < b.begin; };
  if (!std::is_sorted(places.begin(), places.end(), earlier))
    std::sort(places.begin(), places.end(), earlier);
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i].begin < places[i - 1].end)
      return damaged(name, "the footer gives the same bytes to " +
                               chunk_name(footer, places[i - 1].group, places[i - 1].column) +
                               " and to " + chunk_name(footer, places[i].group, places[i].column));
  }
  return {};
}

Status check(const Footer& footer, const std::string& name) {
  std::uint64_t row_count = 0;
  for (std::size_t group = 0; group < footer.row_groups.size(); ++group) {
    const RowGroup& rows = footer.row_groups[group];
    if (rows.chunks.size() != footer.columns.size())
      return damaged(name, "row group " + std::to_string(group) + " has " +
                               std::to_string(rows.chunks.size()) + " columns, and the schema " +
                               std::to_string(footer.columns.size()));
    for (std::size_t column = 0; column < rows.chunks.size(); ++column)
      TRY(check_chunk(footer, group, column, name));
    if (rows.row_count > std::numeric_limits<std::int64_t>::max() - row_count)
      return damaged(name, "the rows of its row groups add up to an absurd number");
    row_count += rows.row_count;
  }
  if (row_count != footer.row_count)
    return damaged(name, "the footer promises " + std::to_string(footer.row_count) +
                             " rows, and its row groups have " + std::to_string(row_count));
  return check_overlaps(footer, name);
}

// The footer's bytes, out of a tail that holds at least the last eight.
Result<std::string> footer_bytes(const ReadableFile& file, const std::string& tail,
                                 std::uint64_t size) {
  const std::uint64_t end = tail.size() - kTailBytes;
  if (size <= end) return tail.substr(end - size, size);
  std::string bytes(size, '\0');
  TRY(file.read_at(file.size_bytes() - kTailBytes - size, std::span(bytes)));
  return bytes;
}

Status check_magic(const ReadableFile& file, std::string_view tail) {
  std::array<char, 4> first{};
  const bool has_first = file.size_bytes() >= first.size();
  if (has_first) TRY(file.read_at(0, std::span(first)));
  const std::string_view begin(first.data(), first.size());
  const std::string_view end = tail.substr(tail.size() - std::min(tail.size(), kMagic.size()));
  if (end == kEncryptedMagic && begin == kEncryptedMagic)
    return Error(Code::unsupported, file.name() + ": its footer is encrypted",
                 "write it without encryption, or with a plain footer and plain columns");
  if (file.size_bytes() < kLeastBytes || begin != kMagic || end != kMagic)
    return not_parquet(file.name(), begin == kMagic, file.size_bytes());
  return {};
}

}  // namespace

std::optional<std::string_view> Footer::value_of(std::string_view key) const {
  for (const auto& [name, value] : key_values)
    if (name == key) return value;
  return std::nullopt;
}

std::optional<std::size_t> Footer::index_of(std::string_view path) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].path == path) return i;
  return std::nullopt;
}

Result<Footer> parse_footer(std::string_view bytes, std::uint64_t file_size_bytes,
                            const std::string& name) {
  Footer footer;
  if (bytes.size() + kLeastBytes > file_size_bytes)
    return damaged(name, "its footer is longer than the file");
  footer.file_size_bytes = file_size_bytes;
  footer.footer_size_bytes = bytes.size();
  footer.footer_offset = file_size_bytes - kTailBytes - bytes.size();
  if (auto read = read_footer_text(bytes, footer); !read)
    return std::move(read).error().with(name).hinted(kRestore);
  TRY(check(footer, name));
  return footer;
}

Result<Footer> read_footer(const ReadableFile& file) {
  const std::uint64_t size = file.size_bytes();
  std::string tail(std::min(size, kFirstReadBytes), '\0');
  TRY(file.read_at(size - tail.size(), std::span(tail)));
  TRY(check_magic(file, tail));
  const std::uint64_t length =
      little_endian(std::string_view(tail).substr(tail.size() - kTailBytes, 4));
  if (length > size - kLeastBytes)
    return damaged(file.name(), "its last bytes promise a footer of " + std::to_string(length) +
                                    " bytes, and the file has " + std::to_string(size));
  if (length > kMostFooterBytes)
    return Error(Code::unsupported,
                 file.name() + ": its footer of " + std::to_string(length) +
                     " bytes is larger than " + std::to_string(kMostFooterBytes),
                 "write it with fewer row groups");
  TRY_ASSIGN(const std::string bytes, footer_bytes(file, tail, length));
  return parse_footer(bytes, size, file.name());
}

Result<Footer> read_footer(const std::string& path) {
  TRY_ASSIGN(const auto file, open_readable(path));
  return read_footer(*file);
}

}  // namespace holdfast::parquet
