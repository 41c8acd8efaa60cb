// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.h"

#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "app/domains.h"
#include "app/event_outbox.h"
#include "app/event_refusals.h"
#include "app/text.h"
#include "base/beneath.h"
#include "base/size_text.h"
#include "catalog/batch_runs.h"
#include "catalog/catalog.h"
#include "catalog/claims.h"
#include "catalog/event_log.h"
#include "catalog/migrations.h"
#include "core/sha256_lanes.h"
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
    if (!workspace) return fail("configuration", workspace.error()), told_.take();
    ok("configuration", printable(workspace->config_file));
    sections(*workspace);
    metrics_file(*workspace);
    catalog_folder(*workspace);
    catalog(*workspace);
    return told_.take();
  }

 private:
  void ok(std::string name, std::string finding) { told_.ok(std::move(name), std::move(finding)); }
  void warn(std::string name, std::string finding, std::string hint) {
    told_.warn(std::move(name), std::move(finding), std::move(hint));
  }
  void fail(std::string name, const Error& error) { told_.fail(std::move(name), error); }

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

  void sections(const Workspace& workspace) {
    for (const Domain& domain : domains())
      if (domain.examine != nullptr) domain.examine(workspace, told_);
    if (workspace.section_count > 0) return;
    std::string shown;
    for (const Domain& domain : domains())
      shown += (shown.empty() ? "[" : ", [") + std::string(domain.name) + ".NAME]";
    warn("checks", "no check is configured, so holdfast check ends with 3",
         "add a section, one of " + shown + "; holdfast init --dry-run shows one");
  }

  // Alerts over a file that nobody reads are silent for ever.
  void metrics_file(const Workspace& workspace) {
    if (!workspace.metrics_textfile) return;
    const std::string file = printable(*workspace.metrics_textfile);
    if (workspace.metrics_textfile->ends_with(".prom")) return ok("metrics.textfile", file);
    warn("metrics.textfile",
         file +
             " has a name that does not end in .prom, so node_exporter's textfile collector "
             "never reads it",
         "name it " + file + ".prom in [metrics] textfile, and remove the old file");
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
    for (const Domain& domain : domains())
      if (domain.examine_catalog != nullptr) domain.examine_catalog(workspace, *catalog, told_);
    event_log(*catalog);
    runs(*catalog);
    for (const SinkPlace& place : sink_places(workspace.events))
      sink(place, *catalog);
  }

  void event_log(catalog::Catalog& catalog) {
    const auto proof = catalog::verify_events(catalog);
    if (!proof) return fail("events", proof.error());
    if (proof->broken_at) {
      return fail(
          "events",
          Error(Code::corrupt,
                "broken at event " + std::to_string(*proof->broken_at) + ": " + proof->problem,
                "somebody changed the log outside of holdfast; compare it with a backup"));
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
  Examination told_;
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

void Examination::ok(std::string name, std::string finding) {
  lines_.push_back({std::move(name), Health::ok, std::move(finding), {}});
}

void Examination::warn(std::string name, std::string finding, std::string hint) {
  lines_.push_back({std::move(name), Health::warn, std::move(finding), std::move(hint)});
}

void Examination::fail(std::string name, const Error& error) {
  lines_.push_back(
      {std::move(name), Health::fail, printable(error.message()), printable(error.hint())});
}

std::vector<Examined> examine(const WorkspaceOptions& options, Clock& clock) {
  return Doctor(options, clock).examine();
}

}  // namespace holdfast::app
