// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_check.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "parquet/compact_reader.h"
#include "parquet/crc32.h"

namespace holdfast::parquet {
namespace {

constexpr std::uint64_t kBlockBytes = 1U << 20U;
constexpr std::uint64_t kMostHeaderBytes = 16U << 20U;  // libparquet's limit as well

// A window that moves forward over a file.
class Window {
 public:
  explicit Window(const ReadableFile& file) : file_(&file) {}

  // `size` bytes from `offset`, fewer only before `end`; valid until the next call.
  Result<std::string_view> at(std::uint64_t offset, std::uint64_t size, std::uint64_t end) {
    size = std::min(size, end - offset);
    if (offset < begin_ || offset + size > begin_ + bytes_.size()) {
      bytes_.resize(std::min(std::max(size, kBlockBytes), end - offset));
      begin_ = offset;
      TRY(file_->read_at(offset, std::span(bytes_)));
    }
    return std::string_view(bytes_).substr(offset - begin_, size);
  }
  // What the window holds from `offset` on, a byte at least.
  Result<std::string_view> some(std::uint64_t offset, std::uint64_t end) {
    const std::uint64_t held = begin_ + bytes_.size();
    const bool inside = offset >= begin_ && offset < held;
    return at(offset, inside ? held - offset : kBlockBytes, end);
  }

 private:
  const ReadableFile* file_;
  std::string bytes_;
  std::uint64_t begin_ = 0;
};

struct PageHeader {
  std::uint64_t header_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t uncompressed_size_bytes = 0;
  std::uint64_t value_count = 0;  // of data pages
  std::optional<std::uint32_t> checksum;
};

enum class PageType : std::uint8_t { data = 0, index = 1, dictionary = 2, data_v2 = 3 };

// The number of values, the first field of both kinds of data page header.
std::uint64_t read_value_count(CompactReader& in, WireType type) {
  std::int64_t count = 0;
  in.each_field(type, [&](int id, WireType field) {
    if (id == 1) count = in.small_integer(field);
    return id == 1;
  });
  if (count < 0) in.fail("it has a negative number of values");
  return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

// Fails in `in` where the bytes are no header.
PageHeader read_page_header(CompactReader& in) {
  PageHeader page;
  std::optional<std::int32_t> type, size, uncompressed;
  std::optional<std::uint64_t> values[4];
  in.each_field(WireType::record, [&](int id, WireType field) {
    switch (id) {
      case 1:
        type = in.small_integer(field);
        return true;
      case 2:
        uncompressed = in.small_integer(field);
        return true;
      case 3:
        size = in.small_integer(field);
        return true;
      case 4:
        page.checksum = static_cast<std::uint32_t>(in.small_integer(field));
        return true;
      case 5:
        values[static_cast<std::size_t>(PageType::data)] = read_value_count(in, field);
        return true;
      case 7:
        values[static_cast<std::size_t>(PageType::dictionary)] = read_value_count(in, field);
        return true;
      case 8:
        values[static_cast<std::size_t>(PageType::data_v2)] = read_value_count(in, field);
        return true;
      default:
        return false;
    }
  });
  if (!type || !size || !uncompressed || *size < 0 || *uncompressed < 0)
    in.fail("type or sizes are missing or negative");
  if (!in.ok()) return page;
  page.header_bytes = in.offset();
  page.size_bytes = static_cast<std::uint64_t>(*size);
  page.uncompressed_size_bytes = static_cast<std::uint64_t>(*uncompressed);
  if (*type < 0 || *type > 3) return in.fail("its type is none"), page;
  const auto kind = static_cast<PageType>(*type);
  if (kind == PageType::index) return page;
  if (!values[static_cast<std::size_t>(kind)])
    return in.fail("the header of its type is missing"), page;
  if (kind != PageType::dictionary) page.value_count = *values[static_cast<std::size_t>(kind)];
  return page;
}

std::string hexadecimal(std::uint32_t value) {
  std::array<char, 9> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%08x", value));
  return text.data();
}

class ChunkWalk {
 public:
  ChunkWalk(Window& window, const ColumnChunk& chunk, PageReport& report)
      : window_(&window),
        chunk_(&chunk),
        report_(&report),
        offset_(chunk.offset),
        end_(chunk.offset + chunk.size_bytes) {}

  // What is wrong with its pages; nothing when all were well.
  Result<std::optional<PageFault>> walk() {
    std::uint64_t value_count = 0;
    while (offset_ < end_) {
      PageHeader page;
      TRY_ASSIGN(auto wrong, look(page));
      const std::uint64_t next = is_lost_ ? end_ : offset_ + page.header_bytes + page.size_bytes;
      if (wrong) TRY(tell(std::move(*wrong), next));
      if (is_lost_) return std::move(fault_);
      value_count += page.value_count;
      offset_ = next;
      ++page_;
    }
    if (value_count != chunk_->value_count)
      TRY(tell("its pages have " + std::to_string(value_count) +
                   " values, and the footer promises " + std::to_string(chunk_->value_count),
               end_));
    return std::move(fault_);
  }

 private:
  // Bytes from offset_ to `end` are not what they should be.
  Status tell(std::string what, std::uint64_t end) {
    TRY_ASSIGN(const std::uint32_t bytes, checksum_of(offset_, end - offset_));
    const std::string told = std::to_string(offset_) + ' ' + hexadecimal(bytes) + ' ' + what;
    if (!fault_)
      fault_ = PageFault{.column = {}, .page = page_, .offset = offset_, .what = std::move(what)};
    ++fault_->damaged_count;
    fault_->checksum = crc32(told, fault_->checksum);
    return {};
  }

  Result<std::optional<std::string>> look(PageHeader& page) {
    is_lost_ = true;
    TRY_ASSIGN(auto no_header, read_header(page));
    if (no_header) return no_header;
    ++report_->page_count;
    const std::uint64_t left = end_ - offset_ - page.header_bytes;
    if (page.size_bytes > left)
      return std::optional<std::string>("its header says " + std::to_string(page.size_bytes) +
                                        " bytes, and " + std::to_string(left) +
                                        " are left in its column chunk");
    is_lost_ = false;
    if (chunk_->codec == 0 && page.size_bytes != page.uncompressed_size_bytes)
      return std::optional<std::string>("its header says two sizes, though it is not compressed");
    report_->byte_count += page.header_bytes + page.size_bytes;
    if (page.checksum) ++report_->checked_count;
    TRY_ASSIGN(const std::uint32_t found,
               checksum_of(offset_ + page.header_bytes, page.size_bytes));
    if (!page.checksum)
      report_->unchecked_crc32 = crc32(hexadecimal(found), report_->unchecked_crc32);
    if (!page.checksum || found == *page.checksum) return std::optional<std::string>();
    return std::optional<std::string>("its bytes have the checksum " + hexadecimal(found) +
                                      ", and its header says " + hexadecimal(*page.checksum));
  }

  // Most headers are a few dozen bytes; statistics in them may be long, so more is read until it is enough.
  Result<std::optional<std::string>> read_header(PageHeader& page) {
    constexpr std::uint64_t kFirstBytes = 1U << 10U;
    for (std::uint64_t size = kFirstBytes;; size *= 16) {
      TRY_ASSIGN(const std::string_view bytes, window_->at(offset_, size, end_));
      CompactReader in(bytes);
      page = read_page_header(in);
      if (in.ok()) return std::optional<std::string>();
      const bool more = in.fault() == CompactReader::kEndsEarly && bytes.size() == size &&
                        size < kMostHeaderBytes;
      if (!more)
        return std::optional<std::string>(std::string("its header can't be read: ") + in.fault());
    }
  }

  Result<std::uint32_t> checksum_of(std::uint64_t offset, std::uint64_t size) {
    std::uint32_t value = 0;
    for (const std::uint64_t end = offset + size; offset < end;) {
      TRY_ASSIGN(std::string_view bytes, window_->some(offset, end_));
      bytes = bytes.substr(0, end - offset);
      value = crc32(bytes, value);
      offset += bytes.size();
    }
    return value;
  }

  Window* window_;
  const ColumnChunk* chunk_;
  PageReport* report_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::uint64_t page_ = 0;
  bool is_lost_ = false;  // nobody knows where the next page begins
  std::optional<PageFault> fault_;
};

}  // namespace

Result<PageReport> check_pages(const ReadableFile& file, const Footer& footer) {
  PageReport report;
  Window window(file);
  for (std::size_t group = 0; group < footer.row_groups.size(); ++group) {
    const auto& chunks = footer.row_groups[group].chunks;
    for (std::size_t column = 0; column < chunks.size(); ++column) {
      ChunkWalk chunk(window, chunks[column], report);
      TRY_ASSIGN(auto wrong, chunk.walk());
      if (!wrong) continue;
      wrong->row_group = group;
      wrong->column = footer.columns[column].path;
      report.faults.push_back(std::move(*wrong));
    }
  }
  return report;
}

}  // namespace holdfast::parquet
