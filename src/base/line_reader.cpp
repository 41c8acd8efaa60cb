// SPDX-License-Identifier: Apache-2.0
#include "base/line_reader.h"

#include <utility>

namespace holdfast {
namespace {
constexpr std::uint64_t kPieceBytes = 256U << 10U;  // stays in the cache of the processor
}  // namespace

Status LineReader::read_more() {
  TRY_ASSIGN(const std::string piece, files_->read_range(path_, read_to_, kPieceBytes));
  buffer_.erase(0, std::exchange(begin_, 0));
  buffer_ += piece;
  read_to_ += piece.size();
  ended_ = piece.size() < kPieceBytes;
  return {};
}

Line LineReader::line(std::size_t size, bool has_line_feed) {
  Line out{.text = std::string_view(buffer_).substr(begin_, size),
           .offset = offset_,
           .size_bytes = size + (has_line_feed ? 1U : 0U),
           .has_line_feed = has_line_feed,
           .is_too_long = size > max_line_bytes_};
  out.text = out.text.substr(0, max_line_bytes_);
  begin_ += out.size_bytes;
  offset_ += out.size_bytes;
  return out;
}

Result<std::optional<Line>> LineReader::next() {
  if (read_to_ == 0) TRY(read_more());
  std::size_t searched = begin_;
  std::uint64_t skipped = 0;  // of a line that is too long, behind its beginning
  for (;;) {
    const std::size_t feed = buffer_.find('\n', searched);
    const bool found = feed != std::string::npos;
    if (found || ended_) {
      const std::size_t end = found ? feed : buffer_.size();
      if (!found && end == begin_) return std::optional<Line>();
      Line out = line(end - begin_, found);
      out.size_bytes += skipped;
      offset_ += skipped;
      return std::optional(out);
    }
    const std::size_t size = buffer_.size() - begin_;
    if (size > 2 * max_line_bytes_) {  // keep its beginning, one byte above the limit
      skipped += size - max_line_bytes_ - 1;
      buffer_.resize(begin_ + max_line_bytes_ + 1);
    }
    searched = buffer_.size() - begin_;
    TRY(read_more());
    searched += begin_;
  }
}

}  // namespace holdfast
