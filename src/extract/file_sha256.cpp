// SPDX-License-Identifier: Apache-2.0
#include "extract/file_sha256.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace holdfast::extract {

Result<core::HashOutcome> SingleFileHasher::hash(const std::string& path, const Cancel* cancel) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return Error(Code::invalid, "\"" + path + "\" has no folder");
  const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
  if (!folder_ || folder_path_ != folder) {
    folder_.reset();
    TRY_ASSIGN(folder_, RootFolder::open(folder));
    folder_path_ = folder;
  }
  bool given = false;
  std::optional<core::HashOutcome> seen;
  TRY(core::hash_files(
      [&]() -> std::optional<core::HashJob> {
        if (std::exchange(given, true)) return {};
        return core::HashJob{.ticket = 0, .path = path.substr(slash + 1), .root = &*folder_};
      },
      [&](core::HashOutcome outcome) -> Status {
        seen = std::move(outcome);
        return {};
      },
      {.rate = nullptr, .cancel = cancel}));
  if (!seen) return Error(Code::cancelled, "asked to stop");
  TRY(check_shortage(seen->refusal, seen->reason));
  if (seen->verdict != core::HashVerdict::hashed)
    return Error(Code::invalid, seen->reason.empty() ? "the file is gone" : seen->reason);
  return std::move(*seen);
}

Result<std::string> file_sha256(const std::string& path, const Cancel* cancel) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::canonical(path, failed);
  if (failed) return Error(Code::not_found, printable_path(path) + ": " + failed.message());
  SingleFileHasher hasher;
  auto seen = hasher.hash(whole.string(), cancel);
  if (!seen) return std::move(seen).error().with(printable_path(path));
  return core::to_hex(seen->digest);
}

}  // namespace holdfast::extract
