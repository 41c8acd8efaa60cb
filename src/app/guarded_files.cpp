// SPDX-License-Identifier: Apache-2.0
#include "app/guarded_files.h"

#include <filesystem>
#include <optional>

#include <sys/stat.h>

#include "artifacts/row_of_file.h"
#include "base/canonical_path.h"
#include "base/file.h"
#include "base/output_place.h"
#include "base/root_folder.h"
#include "schemas/pin_lock.h"
#include "sql/connection.h"

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

/// A path with what is said of it.
struct Known {
  std::string path;
  std::string what;  // "the configuration"
};

bool is_same_file(const std::string& a, const std::string& b) {
  if (canonical_path(a) == canonical_path(b)) return true;
  struct stat one{};
  struct stat other{};
  return ::stat(a.c_str(), &one) == 0 && ::stat(b.c_str(), &other) == 0 &&
         one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool is_file_below(const std::string& path, const std::string& folder) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         path_below(canonical_path(path), canonical_path(folder));
}

// SQLite keeps its other files beside the database that a link leads to.
void add_database(const std::string& url, const std::string& what, std::vector<Known>& known) {
  const auto path = sql::sqlite_path(url);
  if (!path) return;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    known.push_back({canonical_path(*path).string() + suffix, what});
}

std::vector<Known> records_of(const Workspace& workspace) {
  std::vector<Known> known;
  if (!workspace.config_file.empty()) known.push_back({workspace.config_file, "the configuration"});
  add_database(workspace.catalog_url, "a file of the catalog", known);
  for (const artifacts::SourceConfig& source : workspace.artifacts)
    add_database(source.url, "a file of the database of [artifacts." + source.name + ']', known);
  return known;
}

std::vector<Known> sinks_of(const Workspace& workspace) {
  std::vector<Known> known;
  if (workspace.events.jsonl) known.push_back({*workspace.events.jsonl, "events.jsonl"});
  if (workspace.metrics_textfile)
    known.push_back({*workspace.metrics_textfile, "metrics.textfile"});
  return known;
}

std::vector<Known> outputs_of(const extract::ExtractionConfig& config) {
  const std::string section = "[extract." + config.name + ']';
  return {{config.out, "the output of " + section},
          {config.ledger(), "the ledger of " + section},
          {config.staging(), "the staged rows of " + section},
          {config.manifest(), "the manifest of " + section},
          {config.lock(), "the lock of " + section}};
}

void add(const std::vector<Known>& more, std::vector<Known>& known) {
  known.insert(known.end(), more.begin(), more.end());
}

std::vector<Known> guarded_files(const Workspace& workspace) {
  std::vector<Known> known = records_of(workspace);
  add(sinks_of(workspace), known);
  for (const extract::ExtractionConfig& config : workspace.extractions) {
    add(outputs_of(config), known);
    if (config.items_file)
      known.push_back({*config.items_file, "the list of items of [extract." + config.name + ']'});
  }
  return known;
}

const Known* find_among(const std::vector<Known>& known, const std::string& path) {
  for (const Known& each : known)
    if (is_same_file(each.path, path)) return &each;
  return nullptr;
}

Error refusal(const std::string& option, const std::string& path, const std::string& what) {
  return {Code::invalid,
          option + ' ' + printable_path(path) + ": this is " + what + ", and would be replaced",
          "name another file; nothing was done"};
}

Status refuse_among(const std::vector<Known>& known, const std::string& option,
                    const std::string& path) {
  const Known* found = find_among(known, path);
  if (found == nullptr) return {};
  return refusal(option, path, found->what);
}

// Where a file goes that is to be replaced; none for devices, pipes and open descriptors, which are written to.
Result<std::optional<std::string>> replaced_file(const std::string& path) {
  TRY_ASSIGN(const OutputPlace place, find_output_place(path));
  if (place.kind != OutputPlace::Kind::file) return std::optional<std::string>();
  return std::optional(place.path);
}

Status refuse_file_of_row(const Workspace& workspace, Clock& clock, const NamedOutput& output,
                          const std::string& file) {
  for (const artifacts::SourceConfig& source : workspace.artifacts) {
    auto row = artifacts::row_of_file(source, workspace.catalog_url, clock, file);
    if (!row)
      return std::move(row)
          .error()
          .with(output.option + ' ' + printable_path(output.path) +
                " lies below a root of [artifacts." + source.name +
                "], and whether it has a row can't be told")
          .hinted("name a file outside of the root");
    if (*row)
      return refusal(output.option, output.path,
                     "the file of artifact:" + source.name + '/' + printable_path(**row));
  }
  return {};
}

Status refuse_pins(const schemas::SchemasConfig& config, const NamedOutput& output,
                   const std::string& file) {
  if (is_file_below(file, config.fixtures))
    return refusal(output.option, output.path,
                   "among the pins in " + printable_path(config.fixtures));
  const bool is_folder = config.registry.kind == schemas::RegistryKind::directory &&
                         !config.registry.address.starts_with("git:");
  if (is_folder && is_file_below(file, config.registry.address))
    return refusal(output.option, output.path,
                   "in the registry " + printable_path(config.registry.address));
  return {};
}

}  // namespace

Status check_outputs(const Workspace& workspace, Clock& clock,
                     const std::vector<NamedOutput>& outputs) {
  const std::vector<Known> guarded = guarded_files(workspace);
  std::vector<Known> taken;
  for (const NamedOutput& output : outputs) {
    if (output.path.empty()) continue;
    TRY_ASSIGN(const auto file, replaced_file(output.path));
    if (!file) continue;
    TRY(refuse_among(guarded, output.option, *file));
    for (const schemas::SchemasConfig& config : workspace.schemas)
      TRY(refuse_pins(config, output, *file));
    TRY(refuse_file_of_row(workspace, clock, output, *file));
    TRY(refuse_among(taken, output.option, *file));
    taken.push_back({*file, "the file of " + output.option + " too"});
  }
  return {};
}

Status check_output_beside_pins(const schemas::SchemasConfig& config, const NamedOutput& output) {
  if (output.path.empty()) return {};
  TRY_ASSIGN(const auto file, replaced_file(output.path));
  return file ? refuse_pins(config, output, *file) : Status();
}

Status check_extraction_output(const Workspace& workspace,
                               const extract::ExtractionConfig& config) {
  std::vector<Known> guarded = records_of(workspace);
  add(sinks_of(workspace), guarded);
  for (const Known& written : outputs_of(config))
    TRY(refuse_among(guarded, "--out", written.path));
  return {};
}

Status check_configured_outputs(const Workspace& workspace) {
  std::vector<Known> taken = records_of(workspace);
  for (const Known& sink : sinks_of(workspace)) {
    TRY(refuse_among(taken, sink.what, sink.path));
    struct stat status{};
    // Two sinks may well be /dev/null.
    if (::stat(sink.path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) taken.push_back(sink);
  }
  // Two extractions may share a file: one of them names it for checks only.
  for (const extract::ExtractionConfig& config : workspace.extractions)
    for (const Known& written : outputs_of(config))
      TRY(refuse_among(taken, written.what, written.path));
  return {};
}

}  // namespace holdfast::app
