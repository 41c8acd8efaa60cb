// SPDX-License-Identifier: Apache-2.0
#include "extract/status.h"

#include <algorithm>
#include <unordered_set>

#include "base/lock_file.h"
#include "base/root_folder.h"
#include "extract/judge.h"
#include "extract/output_session.h"

namespace holdfast::extract {
namespace {

constexpr double kNsPerS = 1e9;

std::string state_of(const ExtractionStatus& status) {
  if (status.holder) return "running";
  const bool has_files = status.files.seal || status.files.published.exists ||
                         status.files.ledger.size_bytes + status.files.staging.size_bytes > 0;
  if (!status.manifest) return has_files ? "foreign" : "never run";
  if (status.manifest->status == "running") return "killed";
  if (status.report.verdict == core::Verdict::in_step) return "complete";
  if (status.report.verdict != core::Verdict::unknown) return "findings";
  return status.manifest->status == "cancelled" ? "cancelled" : "incomplete";
}

std::uint64_t failed_count(const ExtractionStatus& status) {
  std::unordered_set<std::string> failed;
  for (const FailedItem& item : status.files.failed)
    failed.insert(item.key);
  if (failed.empty()) return 0;
  return static_cast<std::uint64_t>(std::ranges::count_if(
      status.accounts.pending,
      [&](const std::string& key) { return failed.contains(printable_path(key)); }));
}

void add_pace(ExtractionStatus& status, Timestamp now) {
  if (!status.holder || !status.manifest || status.manifest->status != "running") return;
  const double elapsed_s = static_cast<double>(now.ns - status.manifest->began_at.ns) / kNsPerS;
  const std::uint64_t before = status.manifest->counts.done_before;
  if (elapsed_s <= 0 || status.accounts.done <= before) return;
  status.items_per_s = static_cast<double>(status.accounts.done - before) / elapsed_s;
  status.seconds_left = static_cast<double>(status.accounts.pending.size()) / *status.items_per_s;
}

}  // namespace

Result<ExtractionStatus> status_of(const ExtractionConfig& config, FileSystem& files,
                                   const Clock& clock, const Cancel* cancel) {
  ExtractionStatus out;
  if (const auto lock = lock_path(config)) {
    TRY_ASSIGN(out.holder, LockFile::holder(*lock));
  }
  if (const auto manifest = read_manifest(config, files)) out.manifest = *manifest;
  TRY_ASSIGN(out.files, read_state(config, files, {.clock = &clock, .cancel = cancel}));
  out.accounts = accounts_of(out.files);
  out.report = judge(config, out.files, out.accounts, clock.now());
  out.failed_count = failed_count(out);
  out.state = state_of(out);
  add_pace(out, clock.now());
  return out;
}

}  // namespace holdfast::extract
