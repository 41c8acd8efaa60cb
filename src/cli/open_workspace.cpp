// SPDX-License-Identifier: Apache-2.0
// Command::open: the workspace's configuration and its catalog, as nearly every command needs them; and, once the command is done,
// what the sinks of its events are still owed.
#include <map>

#include "app/event_outbox.h"
#include "app/event_sinks.h"
#include "app/metrics_file.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/event_delivery.h"

namespace holdfast::cli {
namespace {

// A command that only ends with a delivery doesn't wait for it for longer, however much there is.
constexpr std::chrono::nanoseconds kMostTimePerSink = std::chrono::seconds(10);
// A sink that just failed is not asked again, nor warned of twice, at the end of the same command.
constexpr std::chrono::nanoseconds kLeftAlone = std::chrono::seconds(5);

constexpr std::string_view kFileSink = "jsonl";

// The sinks of the workspace that this process opened.
struct Owed {
  std::shared_ptr<const app::Workspace> workspace;
  std::map<std::string, std::chrono::nanoseconds> failed_at = {};  // kind → monotonic
  Status file = {};  // that of [events] jsonl may be written
};
std::optional<Owed>& owed() {
  static std::optional<Owed> kept;
  return kept;
}

Status deliver(const app::SinkPlace& place, const Owed& to, const Command& command) {
  if (place.kind == kFileSink) TRY(to.file);
  TRY_ASSIGN(auto catalog, catalog::Catalog::open(to.workspace->catalog_url, *command.clock));
  const auto sink = app::make_sink(to.workspace->events, place,
                                   {app::Patience::short_wait, &real_file_system(), command.clock});
  app::DeliveryOptions options;
  if (place.kind != kFileSink) {  // a file is written whatever stopped the command
    options.most_time = kMostTimePerSink;
    options.cancel = command.cancel;
  }
  TRY(app::deliver_events(catalog, *sink, options));
  return {};
}

}  // namespace

Result<Command::Open> Command::open(const std::vector<app::NamedOutput>& outputs,
                                    Untold untold) const {
  TRY_ASSIGN(auto loaded, app::Workspace::load(workspace));
  const auto opened = std::make_shared<const app::Workspace>(std::move(loaded));
  const Status told = app::check_outputs(*opened, *clock, outputs);
  if (!told && (untold == Untold::ends || told.error().code() == Code::invalid))
    return told.error();
  TRY_ASSIGN(auto catalog, catalog::Catalog::open(opened->catalog_url, *clock));
  owed() = Owed{opened};
  return Open{opened, std::make_unique<catalog::Catalog>(std::move(catalog)), told.ok()};
}

Status deliver_owed_events(const Command& command) {
  if (!owed()) return {};
  Owed& to = *owed();
  for (const app::SinkPlace& place : app::sink_places(to.workspace->events)) {
    const auto failed = to.failed_at.find(place.kind);
    const auto now = command.clock->monotonic();
    if (failed != to.failed_at.end() && now - failed->second < kLeftAlone) continue;
    if (place.kind == kFileSink) to.file = app::check_events_file(*to.workspace, *command.clock);
    const Status delivered = deliver(place, to, command);
    to.failed_at.erase(place.kind);
    if (delivered) continue;
    to.failed_at[place.kind] = command.clock->monotonic();
    log_warning(
        "events are not in the sink of [events] yet; the next command delivers them",
        {{"sink", place.kind}, {"place", place.shown}, {"error", delivered.error().message()}});
  }
  // A database that is away is no mistake of the configuration: a later command delivers.
  return !to.file && to.file.error().code() == Code::invalid ? to.file : Status();
}

Status write_metrics_after(const Command& command, const app::Workspace& workspace,
                           const app::CheckOutcome& outcome, catalog::Catalog& catalog) {
  if (!workspace.metrics_textfile) return {};
  Status owed = deliver_owed_events(command);
  const Status file = app::check_metrics_file(workspace, *command.clock);
  if (!file && file.error().code() == Code::invalid) return file.error();
  drop(file ? app::write_metrics(workspace, outcome, catalog) : file,
       "the metrics file must not stop a check; the next one writes it again");
  return owed;
}

}  // namespace holdfast::cli
