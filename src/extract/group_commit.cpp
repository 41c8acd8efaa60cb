// SPDX-License-Identifier: Apache-2.0
#include "extract/group_commit.h"

#include <utility>

#include "base/thread.h"
#include "core/batch_crew.h"

namespace holdfast::extract {

Status GroupCommit::start() {
  TRY_ASSIGN(writer_, start_thread([this] {
               const Status ended =
                   core::without_exceptions([this] { return write_groups(), Status(); });
               if (ended) return;
               const std::lock_guard lock(mutex_);
               failed_ = ended.error();
               changed_.notify_all();
             }));
  return {};
}

GroupCommit::~GroupCommit() {
  drop(close(), "whoever cared has called it before");
}

Status GroupCommit::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
  return failed_ ? Status(*failed_) : Status();
}

Result<std::uint64_t> GroupCommit::append(std::string key, std::string json,
                                          const core::Sha256Digest& row_digest) {
  TRY(RowLog::require_keepable(log_.format(), key, json));
  const std::lock_guard lock(mutex_);
  if (failed_) return *failed_;
  gathered_.push_back({std::move(key), std::move(json), row_digest});
  changed_.notify_all();
  return ++gathered_count_;
}

bool GroupCommit::is_durable(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  return durable_count_ >= number;
}

Status GroupCommit::wait(std::uint64_t number) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failed_ || durable_count_ >= number; });
  return durable_count_ >= number ? Status() : Status(*failed_);
}

void GroupCommit::write_groups() {
  const auto write = [this](const std::vector<Row>& rows) -> Status {
    for (const Row& row : rows)
      TRY(log_.append(row.key, row.json, row.digest));
    return log_.sync();
  };
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || !gathered_.empty(); });
    if (gathered_.empty() || failed_) return;
    const std::vector<Row> rows = std::exchange(gathered_, {});
    const std::uint64_t last = gathered_count_;
    lock.unlock();
    const Status written = write(rows);
    lock.lock();
    if (written) {
      durable_count_ = last;
    } else {
      failed_ = written.error();
    }
    changed_.notify_all();
    if (failed_) return;
  }
}

}  // namespace holdfast::extract
