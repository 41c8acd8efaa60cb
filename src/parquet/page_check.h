// SPDX-License-Identifier: Apache-2.0
// Walks every page of every column chunk, with no library: the bytes themselves, behind a footer that may lie.
//
//   chunk    page… up to its size                 page     PageHeader in Thrift's compact protocol, then its bytes
//
// For each page: the header is one, the page lies in its chunk, its bytes have the checksum that the header says (CRC-32 over them as
// they are stored, levels and all). For each chunk: the values of its pages add up to what the footer promises. Where a page has no
// checksum (they are optional, and most writers leave them out), that is counted: nothing then tells its bytes but decoding them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/readable_file.h"
#include "base/result.h"
#include "parquet/footer.h"

namespace holdfast::parquet {

/// The first page of a chunk that is not what it should be, and what tells all damage of that chunk from other damage. Pages behind one
/// whose header is damaged can't be found: their bytes count as its.
struct PageFault {
  std::size_t row_group = 0;
  std::string column;               // path
  std::uint64_t page = 0;           // in its chunk, from 0; a dictionary counts
  std::uint64_t offset = 0;         // of its header, in the file
  std::uint64_t damaged_count = 0;  // pages of the chunk
  std::uint32_t checksum = 0;       // over the places and the bytes of all of them, as they are now
  std::string what;  // "its bytes have the checksum 1a2b3c4d, and its header says 5e6f7a8b"
};

struct PageReport {
  std::uint64_t page_count = 0;       // looked at
  std::uint64_t checked_count = 0;    // of these with a checksum that was compared
  std::uint64_t byte_count = 0;       // of pages, with headers
  std::uint32_t unchecked_crc32 = 0;  // over the pages without a checksum: others have another
  std::vector<PageFault> faults;      // by row group, then column
  std::uint64_t unchecked_count() const { return page_count - checked_count; }
  /// Whether every page was covered by a checksum, and there was one.
  bool all_checked() const { return page_count > 0 && checked_count == page_count; }
};

/// Reads all pages that `footer` promises, in blocks of 1 MiB. Damage is in the report; an Error is `io`.
Result<PageReport> check_pages(const ReadableFile& file, const Footer& footer);

}  // namespace holdfast::parquet
