// SPDX-License-Identifier: Apache-2.0
#include "extract/row_log.h"

#include "base/failpoint.h"
#include "base/root_folder.h"

namespace holdfast::extract {
namespace {

Status require_keepable_key(LedgerFormat format, std::string_view key) {
  const auto problem = key_problem(format, key);
  if (!problem) return {};
  return Error(Code::invalid,
               std::string("the ledger ") +
                   (format == LedgerFormat::bare ? "holds bare keys, and \"" : "can't hold \"") +
                   printable_path(key) +
                   (format == LedgerFormat::bare ? "\" can't be one: " : "\": ") + *problem,
               "rename the item, or begin a new output");
}

}  // namespace

Result<RowLog> RowLog::open(FileSystem& files, const std::string& staging_path,
                            const std::string& ledger_path, LedgerFormat format) {
  TRY_ASSIGN(auto staging, LineFile::open(files, staging_path, &is_object_line));
  TRY_ASSIGN(auto ledger, LineFile::open(files, ledger_path,
                                         format == LedgerFormat::json ? &is_object_line : nullptr));
  return RowLog(std::move(staging), std::move(ledger), format);
}

Status RowLog::append(std::string_view key, std::string_view json,
                      const core::Sha256Digest& row_digest) {
  if (failed_) return *failed_;
  TRY(require_keepable_key(format_, key));
  TRY(staging_.append(json));
  claims_.push_back(ledger_line(format_, key, row_digest));
  return {};
}

Status RowLog::require_keepable(LedgerFormat format, std::string_view key, std::string_view json) {
  TRY(require_keepable_key(format, key));
  return LineFile::check_line(json);
}

Status RowLog::claim(std::string_view key, const core::Sha256Digest& row_digest) {
  if (failed_) return *failed_;
  TRY(require_keepable_key(format_, key));
  claims_.push_back(ledger_line(format_, key, row_digest));
  return {};
}

Status RowLog::write_claims() {
  TRY(staging_.sync());
  HOLDFAST_FAILPOINT("extraction.rows_staged");
  for (const std::string& line : claims_)
    TRY(ledger_.append(line));
  TRY(ledger_.sync());
  HOLDFAST_FAILPOINT("extraction.rows_claimed");
  return {};
}

Status RowLog::sync() {
  if (failed_) return *failed_;
  if (auto written = write_claims(); !written) {
    failed_ = written.error();
    return written;
  }
  claims_.clear();
  return {};
}

}  // namespace holdfast::extract
