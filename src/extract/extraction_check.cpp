// SPDX-License-Identifier: Apache-2.0
#include "extract/extraction_check.h"

#include "extract/extraction_state.h"
#include "extract/judge.h"

namespace holdfast::extract {
namespace {

class ExtractionCheck final : public core::Check {
 public:
  explicit ExtractionCheck(const ExtractionConfig& config) : config_(config) {}
  std::string name() const override { return "extract." + config_.name; }
  std::string_view domain() const override { return "extract"; }

  Result<core::CheckCounts> run(const core::CheckOptions& options, core::CheckSink& sink) override {
    const Clock& clock = options.clock != nullptr ? *options.clock : system_clock();
    const Pages pages = options.depth == core::Depth::full ? Pages::checked : Pages::not_read;
    TRY_ASSIGN(const auto state, read_state(config_, real_file_system(),
                                            {.pages = pages,
                                             .max_age = options.max_age,
                                             .missing_module = MissingModule::is_told,
                                             .clock = &clock,
                                             .cancel = options.cancel}));
    const Accounts accounts = accounts_of(state);
    auto report = judge(config_, state, accounts, clock.now());
    core::CheckCounts counts;
    counts.planned = 1;
    const bool is_known = report.verdict != core::Verdict::unknown;
    counts.evaluated = is_known ? 1 : 0;
    counts.unreadable = is_known ? 0 : 1;
    counts.size_bytes_read =
        static_cast<std::int64_t>(state.ledger.size_bytes + state.staging.size_bytes);
    TRY(sink.report(std::move(report)));
    return counts;
  }

 private:
  const ExtractionConfig& config_;
};

}  // namespace

std::unique_ptr<core::Check> make_extraction_check(const ExtractionConfig& config) {
  return std::make_unique<ExtractionCheck>(config);
}

}  // namespace holdfast::extract
