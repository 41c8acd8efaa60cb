// SPDX-License-Identifier: Apache-2.0
// `holdfast extract status`.
#include <cmath>

#include <CLI/CLI.hpp>

#include "app/text.h"
#include "base/root_folder.h"
#include "cli/extract_commands.h"
#include "cli/terminal.h"
#include "core/fields.h"
#include "extract/status.h"

namespace holdfast::cli {
namespace {

using extract::ExtractionConfig;
using extract::ExtractionStatus;

constexpr std::size_t kNamedFailures = 10;

struct Told {
  ExtractionConfig config;
  ExtractionStatus status;
};

std::int64_t count(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

std::string number(std::uint64_t value) {
  return app::with_thousands(count(value));
}

core::FieldValue time_or_null(const Timestamp* time) {
  return time == nullptr || time->ns == 0 ? core::FieldValue()
                                          : core::FieldValue(format_rfc3339(*time));
}

Result<std::string> json_of(const Told& told) {
  const ExtractionStatus& status = told.status;
  const auto real = [](const std::optional<double>& value) {
    return value ? core::FieldValue(*value) : core::FieldValue();
  };
  TRY_ASSIGN(
      std::string head,
      core::canonical_json(
          {{"extraction", told.config.name},
           {"out", printable_path(told.config.out)},
           {"state", status.state},
           {"holder", status.holder ? core::FieldValue(*status.holder) : core::FieldValue()},
           {"items", status.files.items ? core::FieldValue(count(status.files.items->keys.size()))
                                        : core::FieldValue()},
           {"done", count(status.accounts.done)},
           {"published", count(status.files.published_count())},
           {"staged", count(status.files.staged.keys.size())},
           {"pending", count(status.accounts.pending.size())},
           {"failed", count(status.failed_count)},
           {"missing", count(status.accounts.missing.size())},
           {"verdict", std::string(core::verdict_name(status.report.verdict))},
           {"began_at", time_or_null(status.manifest ? &status.manifest->began_at : nullptr)},
           {"updated_at", time_or_null(status.manifest ? &status.manifest->updated_at : nullptr)},
           {"items_per_s", real(status.items_per_s)},
           {"seconds_left", real(status.seconds_left)}}));
  head.pop_back();
  std::string shards;
  for (const core::Shard& shard : status.files.shards)
    shards += (shards.empty() ? "\"" : ",\"") + shard.text() + '"';
  std::string failures;
  for (const extract::FailedItem& item : status.files.failed) {
    TRY_ASSIGN(const std::string each,
               core::canonical_json({{"key", item.key},
                                     {"why", item.why},
                                     {"tries", static_cast<std::int64_t>(item.tries)}}));
    failures += (failures.empty() ? "" : ",") + each;
  }
  return head + ",\"shards\":[" + shards + "],\"failures\":[" + failures + "]}";
}

std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  constexpr double kDay = 86400;
  const auto whole = [](double value) { return std::to_string(std::llround(value)); };
  if (seconds < 2 * kMinute) return whole(seconds) + " s";
  if (seconds < 2 * kHour) return whole(seconds / kMinute) + " min";
  if (seconds < 2 * kDay) return whole(seconds / kHour) + " h";
  return whole(seconds / kDay) + " days";
}

std::string rate_text(double per_s) {
  constexpr double kMinute = 60;
  const double shown = per_s >= 1 ? per_s : per_s * kMinute;
  std::string text = std::to_string(std::round(shown * 10) / 10);
  text.resize(text.find('.') + 2);
  return text + (per_s >= 1 ? "/s" : "/min");
}

std::string text_of(const std::vector<Told>& all) {
  app::TextTable table;
  table.titles = {"extraction", "state", "items", "done", "pending", "failed", "rate", "left"};
  table.right_aligned = {2, 3, 4, 5, 6, 7};
  std::string below;
  for (const Told& told : all) {
    const ExtractionStatus& status = told.status;
    table.rows.push_back({app::printable(told.config.name), status.state,
                          status.files.items ? number(status.files.items->keys.size()) : "?",
                          number(status.accounts.done),
                          status.files.items ? number(status.accounts.pending.size()) : "?",
                          number(status.failed_count),
                          status.items_per_s ? rate_text(*status.items_per_s) : "",
                          status.seconds_left ? duration_text(*status.seconds_left) : ""});
    const std::string name = app::printable(told.config.name);
    if (status.holder) below += name + ": written by " + app::printable(*status.holder) + '\n';
    std::size_t shown = 0;
    for (const extract::FailedItem& item : status.files.failed) {
      if (++shown > kNamedFailures) break;
      below += "FAIL " + app::printable(item.key) + ": " + app::printable(item.why) + '\n';
    }
    if (status.files.failed.size() > kNamedFailures)
      below += "… and " + number(status.files.failed.size() - kNamedFailures) +
               " more: --json has all\n";
    below += findings_text(status.report);
  }
  return app::text_of(table, static_cast<std::size_t>(terminal_width())) + below;
}

Result<std::vector<ExtractionConfig>> asked_for(const Command& command,
                                                const ExtractionWords& words) {
  std::vector<ExtractionConfig> out;
  const bool asks_for_one = !words.name.empty() || !words.out.empty() || !words.shard.empty() ||
                            !words.items.empty() || !words.items_file.empty() || !words.key.empty();
  if (!asks_for_one) {
    TRY_ASSIGN(const auto workspace, app::Workspace::load(command.workspace));
    out = workspace.extractions;
    if (!out.empty()) return out;
  }
  TRY_ASSIGN(auto one, extraction_of(command, words));
  TRY_ASSIGN(one, with_shard(std::move(one), words.shard));
  out.push_back(std::move(one));
  return out;
}

Result<Exit> run_status(const Command& command, const ExtractionWords& words) {
  TRY_ASSIGN(auto configs, asked_for(command, words));
  std::vector<Told> all;
  for (ExtractionConfig& config : configs) {
    TRY_ASSIGN(auto status,
               extract::status_of(config, real_file_system(), *command.clock, command.cancel));
    all.push_back({std::move(config), std::move(status)});
  }
  if (command.output == OutputFormat::text) {
    TRY(command.print(text_of(all)));
    return Exit::ok;
  }
  std::string list;
  for (const Told& told : all) {
    TRY_ASSIGN(const std::string each, json_of(told));
    list += (list.empty() ? "" : ",") + each;
  }
  TRY(command.print("{\"schema\":\"holdfast.extract-status/1\",\"extractions\":[" + list + "]}\n"));
  return Exit::ok;
}

}  // namespace

void add_extract_status(CLI::App& group) {
  const auto words = std::make_shared<ExtractionWords>();
  CLI::App* command = add_command(
      group, "status", "How far extractions are, who runs them, and what failed",
      {"holdfast extract status", "holdfast extract status k150k --json | jq .extractions"},
      [words](const Command& with) { return run_status(with, *words); });
  add_extraction(*command, *words);
  add_shard_of_extraction(*command, *words, "The output of one shard");
}

}  // namespace holdfast::cli
