// SPDX-License-Identifier: Apache-2.0
#include "base/line_file.h"

#include <utility>

#include "base/root_folder.h"

namespace holdfast {
namespace {

constexpr int kMaxAsideNames = 1000;

bool is_whole(std::string_view line, LineCheck check) {
  return line.find('\0') == std::string_view::npos && (check == nullptr || check(line));
}

// Where the first torn line of `tail` begins; its size when none is. `at` is the begin of the first
// line in it.
std::size_t first_torn(std::string_view tail, std::size_t at, LineCheck check) {
  while (at < tail.size()) {
    const std::size_t end = tail.find('\n', at);
    if (end == std::string_view::npos || !is_whole(tail.substr(at, end - at), check)) return at;
    at = end + 1;
  }
  return at;
}

// The same bytes are not kept twice, so that dying between keeping and cutting leaves one file,
// however often.
Result<std::string> keep_aside(FileSystem& files, const std::string& path, std::uint64_t offset,
                               std::string_view bytes) {
  const std::string base = path + ".torn-" + std::to_string(offset);
  for (int n = 0; n < kMaxAsideNames; ++n) {
    const std::string name = n == 0 ? base : base + "-" + std::to_string(n);
    TRY_ASSIGN(const bool taken, files.exists(name));
    if (taken) {
      TRY_ASSIGN(const std::string there, files.read_range(name, 0, bytes.size() + 1));
      if (there != bytes) continue;
    }
    TRY(write_whole_file(files, name, bytes));
    return name;
  }
  return Error(
      Code::conflict,
      printable_path(base) + ": " + std::to_string(kMaxAsideNames) + " torn tails are kept already",
      "look at them and remove them");
}

struct Tail {
  bool is_there = false;         // the file
  std::uint64_t size_bytes = 0;  // of the file
  std::optional<TornTail> torn;
};

Result<Tail> examine(FileSystem& files, const std::string& path, LineCheck check) {
  Tail tail;
  TRY_ASSIGN(tail.is_there, files.exists(path));
  if (!tail.is_there) return tail;
  TRY_ASSIGN(tail.size_bytes, files.size_bytes(path));
  const std::uint64_t begin =
      tail.size_bytes > LineFile::kWindowBytes ? tail.size_bytes - LineFile::kWindowBytes : 0;
  TRY_ASSIGN(const std::string bytes, files.read_range(path, begin, LineFile::kWindowBytes));
  std::size_t first_line = 0;
  if (begin > 0) {
    first_line = bytes.find('\n') + 1;
    if (first_line == 0)
      return Error(Code::corrupt, printable_path(path) + ": no line feed in the last " +
                                      std::to_string(bytes.size()) + " bytes");
  }
  const std::size_t cut = first_torn(bytes, first_line, check);
  if (cut == bytes.size()) return tail;
  const std::string_view torn = std::string_view(bytes).substr(cut);
  TRY_ASSIGN(std::string kept_in, keep_aside(files, path, begin + cut, torn));
  tail.torn = TornTail{begin + cut, torn.size(), std::move(kept_in)};
  return tail;
}

}  // namespace

Result<LineFile> LineFile::open(FileSystem& files, const std::string& path, LineCheck check) {
  TRY_ASSIGN(Tail tail, examine(files, path, check));
  TRY_ASSIGN(auto file, files.append(path));
  LineFile lines(std::move(file));
  lines.durable_size_bytes_ = tail.torn ? tail.torn->offset : tail.size_bytes;
  if (tail.torn) TRY(lines.file_->truncate(tail.torn->offset));
  // Also when nothing was torn: whoever wrote the last lines may have been killed before the sync.
  TRY(lines.file_->sync());
  if (Status named = files.sync_folder(folder_of(path)); !named) {
    // No later sync need save a name that this one gave up: the next open() makes it anew.
    if (!tail.is_there) drop(files.remove(path), "it is empty");
    return std::move(named).error();
  }
  lines.torn_ = std::move(tail.torn);
  return lines;
}

Status LineFile::check_line(std::string_view line) {
  if (line.size() > kMaxLineBytes)
    return Error(Code::invalid, "a line of " + std::to_string(line.size()) + " bytes: at most " +
                                    std::to_string(kMaxLineBytes) + " are taken");
  if (line.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos)
    return Error(Code::invalid, "a line with a line feed or a NUL in it");
  return {};
}

Status LineFile::append(std::string_view line) {
  if (failed_) return *failed_;
  TRY(check_line(line));
  group_ += line;
  group_ += '\n';
  return group_.size() < kGroupBytes ? Status() : sync();
}

Status LineFile::sync() {
  if (failed_) return *failed_;
  if (group_.empty()) return {};
  Status status = write_group();
  if (status) {
    durable_size_bytes_ += group_.size();
    group_.clear();
    return {};
  }
  failed_ = status.error();
  drop(file_->truncate(durable_size_bytes_), "the next open() looks at the tail anyway");
  file_.reset();
  return status;
}

Status LineFile::write_group() {
  TRY(file_->write(group_));
  return file_->sync();
}

}  // namespace holdfast
