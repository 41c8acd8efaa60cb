// SPDX-License-Identifier: Apache-2.0
// Command::open: the workspace's configuration and its catalog, as nearly every command needs them; and, once the command is done,
// what its events' sink is still owed.
#include "app/event_sink.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/event_delivery.h"

namespace holdfast::cli {
namespace {

// The sink of the workspace that this process opened, if it has one.
struct Sink {
  std::string catalog_url;
  std::string path;
};
std::optional<Sink>& sink() {
  static std::optional<Sink> kept;
  return kept;
}

Status deliver(const Sink& to, Clock& clock) {
  TRY_ASSIGN(auto catalog, catalog::Catalog::open(to.catalog_url, clock));
  TRY(app::deliver_events(catalog, real_file_system(), to.path));
  return {};
}

}  // namespace

Result<Command::Open> Command::open() const {
  TRY_ASSIGN(auto loaded, app::Workspace::load(workspace));
  auto opened = std::make_unique<app::Workspace>(std::move(loaded));
  TRY_ASSIGN(auto catalog, catalog::Catalog::open(opened->catalog_url, *clock));
  if (opened->events_jsonl) sink() = {opened->catalog_url, *opened->events_jsonl};
  return Open{std::move(opened), std::make_unique<catalog::Catalog>(std::move(catalog))};
}

void deliver_owed_events(const Command& command) {
  if (!sink()) return;
  const Status delivered = deliver(*sink(), *command.clock);
  if (!delivered)
    log_warning("events are not in the [events] jsonl file yet; the next command delivers them",
                {{"file", sink()->path}, {"error", delivered.error().message()}});
}

}  // namespace holdfast::cli
