// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "app/event_outbox.h"
#include "app/event_refusals.h"
#include "app/text.h"
#include "artifacts/artifact_table.h"
#include "base/beneath.h"
#include "base/root_folder.h"
#include "base/size_text.h"
#include "base/system_error.h"
#include "catalog/batch_runs.h"
#include "catalog/catalog.h"
#include "catalog/claims.h"
#include "catalog/event_log.h"
#include "catalog/incidents.h"
#include "catalog/migrations.h"
#include "core/sha256_lanes.h"
#include "schemas/pins.h"
#include "sql/connection.h"

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLittleSpaceBytes = 100ULL << 20U;
constexpr std::int64_t kRunsLookedAt = 1000;
constexpr Timestamp kBuiltAfter{1'767'225'600LL *
                                1'000'000'000};  // 2026-01-01: a clock before it is wrong

class Doctor {
 public:
  Doctor(const WorkspaceOptions& options, Clock& clock) : options_(options), clock_(clock) {}

  std::vector<Examined> examine() {
    machine();
    const auto workspace = Workspace::load(options_);
    if (!workspace) return fail("configuration", workspace.error()), std::move(lines_);
    ok("configuration", printable(workspace->config_file));
    roots(*workspace);
    pins(*workspace);
    catalog_folder(*workspace);
    catalog(*workspace);
    return std::move(lines_);
  }

 private:
  void ok(std::string name, std::string finding) {
    lines_.push_back({std::move(name), Health::ok, std::move(finding), {}});
  }
  void warn(std::string name, std::string finding, std::string hint) {
    lines_.push_back({std::move(name), Health::warn, std::move(finding), std::move(hint)});
  }
  void fail(std::string name, const Error& error) {
    lines_.push_back(
        {std::move(name), Health::fail, printable(error.message()), printable(error.hint())});
  }

  void machine() {
    const core::Sha256Kernel kernel = core::best_sha256_kernel();
    const std::string name(core::kernel_name(kernel));
    if (kernel == core::Sha256Kernel::portable) {
      warn("machine.sha256",
           "no SHA instructions: hashing runs at OpenSSL's speed, one stream a core",
           "a processor with SHA-NI hashes two to four times faster");
    } else {
      ok("machine.sha256", "hashes many files at once (" + name + ")");
    }
    if (best_resolver(AT_FDCWD) == Resolver::kernel) {
      ok("machine.openat2", "the kernel keeps paths beneath their root");
    } else {
      warn("machine.openat2",
           "the kernel or a sandbox refuses openat2; paths are kept beneath their root step by "
           "step, which is slower",
           "Linux 5.6 or newer, and a sandbox that lets openat2 through");
    }
    const Timestamp now = clock_.now();
    if (now < kBuiltAfter) {
      warn("machine.clock",
           "the clock says " + format_rfc3339(now) + ", which is before this program was made",
           "set the clock: ages of proofs and ends of waivers hang on it");
    } else {
      ok("machine.clock", format_rfc3339(now));
    }
  }

  void roots(const Workspace& workspace) {
    for (const artifacts::SourceConfig& source : workspace.artifacts)
      for (const std::string& folder : source.roots) {
        const auto root = RootFolder::open(folder);
        const std::string name = "root." + source.name;
        if (!root) {
          lines_.push_back({name, Health::fail, printable(root.error().message()),
                            "correct root of [artifacts." + source.name + "], or mount it"});
        } else if (::access(folder.c_str(), R_OK | X_OK) != 0) {
          lines_.push_back({name, Health::fail, printable(folder) + ": " + errno_text(errno),
                            "make the folder readable for this user (r and x)"});
        } else {
          ok(name, printable(folder));
        }
      }
    if (workspace.artifacts.empty() && workspace.extractions.empty() && workspace.schemas.empty())
      warn("checks", "no check is configured, so holdfast check ends with 3",
           "add an [artifacts.NAME], [extract.NAME] or [schemas.NAME] section; holdfast init "
           "--dry-run shows one");
  }

  // What the registries say is for a check to tell: it asks with their time limits.
  void pins(const Workspace& workspace) {
    for (const schemas::SchemasConfig& config : workspace.schemas) {
      const std::string name = "pins." + config.name;
      const auto found = schemas::read_pins(config.fixtures);
      if (!found) {
        warn(name, printable(found.problem().detail), config.fetch_command());
        continue;
      }
      const auto unreadable = std::ranges::count_if(
          found->pins, [](const schemas::Pin& pin) { return pin.problem.has_value(); });
      const std::string text = counted(static_cast<std::int64_t>(found->pins.size()), "pin") +
                               " in " + printable(config.fixtures);
      if (unreadable > 0 || found->lock_problem) {
        warn(name,
             text + ", " + std::to_string(unreadable) + " unreadable" +
                 (found->lock_problem ? ", and the lock file can't be read" : ""),
             "holdfast schemas check " + config.arguments);
      } else {
        ok(name, text);
      }
    }
  }

  void catalog_folder(const Workspace& workspace) {
    const auto path = sql::sqlite_path(workspace.catalog_url);
    if (!path) return;
    std::error_code error;
    const std::string folder = fs::path(*path).parent_path().string();
    const fs::space_info space = fs::space(folder, error);
    if (error) return;  // the catalog itself will say more
    const std::string text =
        size_text(static_cast<double>(space.available)) + " free in " + printable(folder);
    if (space.available < kLittleSpaceBytes) {
      warn("disk", text, "a full disk stops every command that records something; free some space");
    } else {
      ok("disk", text);
    }
    if (::access(folder.c_str(), W_OK) != 0)
      warn("folder", printable(folder) + " may not be written by this user",
           "run as the workspace's owner");
  }

  void catalog(const Workspace& workspace) {
    auto catalog = catalog::Catalog::open(workspace.catalog_url, clock_);
    if (!catalog) return fail("catalog", catalog.error());
    ok("catalog", printable(catalog->connection().name()) + ", version " +
                      std::to_string(catalog::newest_migration()));
    for (const artifacts::SourceConfig& source : workspace.artifacts)
      this->source(source, *catalog);
    event_log(*catalog);
    runs(*catalog);
    for (const SinkPlace& place : sink_places(workspace.events))
      sink(place, *catalog);
  }

  void source(const artifacts::SourceConfig& config, catalog::Catalog& catalog) {
    auto table = artifacts::ArtifactTable::open(config, catalog, artifacts::Access::read_only);
    if (!table) return fail("source." + config.name, table.error());
    const artifacts::ColumnMap& map = table->config().columns;
    std::string columns;
    for (const auto& [key, name] :
         {std::pair("id", &map.id), std::pair("type", &map.type), std::pair("title", &map.title),
          std::pair("path", &map.path), std::pair("metadata", &map.metadata)})
      if (!name->empty())
        columns += (columns.empty() ? "" : ", ") + std::string(key) + " in " + *name;
    ok("source." + config.name, printable("table \"" + config.table + "\" of " +
                                          table->connection().name() + ": " + columns));
    journal(*table);
  }

  // Only writing needs it: a workspace that checks, or reports what a backfill would write, is sound without.
  void journal(artifacts::ArtifactTable& table) {
    const artifacts::SourceConfig& config = table.config();
    const std::string name = "journal." + config.name;
    const std::string shown = printable("table \"" + config.journal + '"');
    const auto there = table.has_journal();
    if (!there) return fail(name, there.error());
    if (*there) return ok(name, shown);
    warn(name, shown + " is not there, and a backfill writes nothing without it",
         "holdfast artifacts prepare " + config.name);
  }

  void event_log(catalog::Catalog& catalog) {
    const auto proof = catalog::verify_events(catalog);
    if (!proof) return fail("events", proof.error());
    if (proof->broken_at) {
      lines_.push_back({"events", Health::fail,
                        "broken at event " + std::to_string(*proof->broken_at) + ": " +
                            printable(proof->problem),
                        "somebody changed the log outside of holdfast; compare it with a backup"});
      return;
    }
    ok("events", counted(proof->event_count, "event") + ", unbroken");
    const auto newest = newest_event(catalog, proof->event_count);
    if (newest && *newest > clock_.now())
      warn("events.clock", "the newest event is from the future: " + format_rfc3339(*newest),
           "set the clock of the machine that wrote it, or of this one");
  }

  static std::optional<Timestamp> newest_event(catalog::Catalog& catalog, std::int64_t count) {
    catalog::EventFilter filter;
    filter.after_seq = count - 1;
    const auto events = catalog::list_events(catalog, filter);
    if (!events || events->empty()) return std::nullopt;
    return events->back().event.at;
  }

  void runs(catalog::Catalog& catalog) {
    const auto runs = catalog::list_batch_runs(catalog, "", kRunsLookedAt);
    if (!runs) return fail("batches", runs.error());
    std::int64_t abandoned = 0;
    std::int64_t running = 0;
    for (const catalog::BatchRun& run : *runs) {
      if (run.outcome != "running") continue;
      ++(catalog::owner_is_gone(run.owner) ? abandoned : running);
    }
    if (abandoned > 0) {
      warn("batches", counted(abandoned, "batch run") + " ended without saying so (killed?)",
           "run the same command again: it goes on where it was");
    } else {
      ok("batches", running == 0 ? "none is running" : counted(running, "batch run") + " going on");
    }
  }

  void sink(const SinkPlace& place, catalog::Catalog& catalog) {
    const std::string name = "events." + place.kind;
    const auto pending = pending_events(catalog, place);
    if (!pending) return fail(name, pending.error());
    if (pending->count > 0) {
      warn(name, counted(pending->count, "event") + " not delivered to " + printable(place.shown),
           "the next command delivers them; if not, holdfast events deliver says why");
    } else {
      ok(name, "all events are in " + printable(place.shown));
    }
    const auto refused = refused_count(catalog, place);
    if (!refused) return fail(name, refused.error());
    if (*refused > 0)
      warn(name + ".refused",
           counted(*refused, "event") + " refused by " + printable(place.shown) + " and set aside",
           "holdfast events refused says why; holdfast events resend " + place.kind +
               " sends them again");
  }

  const WorkspaceOptions& options_;
  Clock& clock_;
  std::vector<Examined> lines_;
};

}  // namespace

std::string_view health_name(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warn:
      return "warn";
    case Health::fail:
      return "fail";
  }
  return "fail";
}

std::vector<Examined> examine(const WorkspaceOptions& options, Clock& clock) {
  return Doctor(options, clock).examine();
}

}  // namespace holdfast::app
