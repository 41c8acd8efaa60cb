// SPDX-License-Identifier: Apache-2.0
#include "base/whole_file.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include <unistd.h>

#include "base/root_folder.h"

namespace holdfast {
namespace {

constexpr std::size_t kBufferBytes = 256U << 10U;
constexpr int kMaxNameAttempts = 1000;  // names taken by killed processes that had our process id
constexpr std::string_view kSuffix = ".tmp";

std::string next_temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return path + "." + std::to_string(::getpid()) + "-" + std::to_string(counter.fetch_add(1)) +
         std::string(kSuffix);
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether `name` is "<of>.<pid>-<n>.tmp".
bool is_temporary_name(std::string_view name, std::string_view of) {
  if (!name.starts_with(of) || !name.ends_with(kSuffix)) return false;
  if (name.size() < of.size() + 1 + kSuffix.size()) return false;
  name.remove_prefix(of.size());
  name.remove_suffix(kSuffix.size());
  const std::size_t dash = name.find('-');
  return name.starts_with('.') && dash != std::string_view::npos &&
         all_digits(name.substr(1, dash - 1)) && all_digits(name.substr(dash + 1));
}

// The folder is behind all links.
Status remove_leftovers_in(FileSystem& files, const std::string& folder,
                           const std::vector<std::string>& written) {
  TRY_ASSIGN(const std::vector<std::string> names, files.list(folder));
  for (const std::string& name : names) {
    const auto is_of = [&](const std::string& one) { return is_temporary_name(name, one); };
    if (std::ranges::any_of(written, is_of)) TRY(files.remove_abandoned(folder + '/' + name));
  }
  return {};
}

}  // namespace

Result<WholeFile> WholeFile::create(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const OutputPlace place, files.output_place(path));
  WholeFile whole(files, place.path);
  if (place.kind != OutputPlace::Kind::file) {
    TRY_ASSIGN(whole.file_, files.open_stream(place));
    return whole;
  }
  drop(remove_leftovers_in(files, folder_of(place.path), {std::string(name_of(place.path))}),
       "a leftover harms nobody");
  for (int attempt = 0; attempt < kMaxNameAttempts; ++attempt) {
    whole.temporary_ = next_temporary_name(place.path);
    auto file = files.create(whole.temporary_);
    if (file) {
      whole.file_ = std::move(file).value();
      return whole;
    }
    if (file.error().code() != Code::conflict) return std::move(file).error();
  }
  return Error(Code::conflict, printable_path(path) + ": every temporary name beside it is taken",
               "remove the files " + printable_path(path) + ".*.tmp");
}

Status remove_leftovers(FileSystem& files, const std::vector<std::string>& paths) {
  std::map<std::string, std::vector<std::string>> written;  // by folder, which may be a large one
  for (const std::string& path : paths) {
    TRY_ASSIGN(const OutputPlace place, files.output_place(path));
    if (place.kind == OutputPlace::Kind::file)
      written[folder_of(place.path)].emplace_back(name_of(place.path));
  }
  for (const auto& [folder, names] : written)
    TRY(remove_leftovers_in(files, folder, names));
  return {};
}

WholeFile::~WholeFile() {
  if (file_ != nullptr) discard();
}

void WholeFile::discard() {
  file_.reset();
  if (is_stream()) return;
  drop(files_->remove(temporary_), "a temporary file that is left behind harms nobody");
}

Status WholeFile::write(std::string_view bytes) {
  if (failed_ != nullptr) return *failed_;
  HOLDFAST_ASSERT(file_ != nullptr);
  Status status;
  if (buffer_.size() + bytes.size() >= kBufferBytes) {
    status = flush();
    if (status && bytes.size() >= kBufferBytes) {
      status = file_->write(bytes);
      bytes = {};
    }
  }
  if (status) {
    buffer_ += bytes;
    return {};
  }
  failed_ = std::make_unique<Error>(status.error());
  discard();
  return status;
}

Status WholeFile::flush() {
  if (buffer_.empty()) return {};
  const Status status = file_->write(buffer_);
  buffer_.clear();
  return status;
}

Status WholeFile::publish(const std::function<Status(const std::string& path)>& check) {
  TRY(flush());
  if (!is_stream()) TRY(file_->sync());
  TRY(file_->close());
  return check ? check(temporary_) : Status();
}

Status WholeFile::commit() {
  return commit({});
}

Status WholeFile::commit(const std::function<Status(const std::string& path)>& check) {
  if (failed_ != nullptr) return *failed_;
  HOLDFAST_ASSERT(file_ != nullptr);
  HOLDFAST_ASSERT(!check || !is_stream());
  if (Status status = publish(check); !status) {
    discard();
    return std::move(status).error();
  }
  // Only now is it let go of: until it has its name, nobody may take it for a leftover.
  const auto file = std::move(file_);
  if (is_stream()) return {};
  if (Status status = files_->rename(temporary_, path_); !status) {
    // It may have happened all the same (a network file system that lost the answer); then this
    // removes nothing.
    const Status removed = files_->remove(temporary_);
    if (!removed && removed.error().code() != Code::not_found)
      drop(removed, "a temporary file that is left behind harms nobody");
    return std::move(status).error();
  }
  Status synced = files_->sync_folder(folder_of(path_));
  if (!synced)
    return std::move(synced).error().with(printable_path(path_) +
                                          " is replaced, but may not survive a power cut");
  return {};
}

}  // namespace holdfast
