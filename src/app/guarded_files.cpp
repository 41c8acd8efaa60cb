// SPDX-License-Identifier: Apache-2.0
#include "app/guarded_files.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <sys/stat.h>

#include "artifacts/row_of_file.h"
#include "base/canonical_path.h"
#include "base/file.h"
#include "base/file_pattern.h"
#include "base/line_reader.h"
#include "base/output_place.h"
#include "base/root_folder.h"
#include "extract/bad_line.h"
#include "extract/items.h"
#include "extract/repair.h"
#include "extract/shards.h"
#include "schemas/pin_lock.h"
#include "sql/connection.h"

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

/// A path with what is said of it, looked up once.
struct Known {
  std::string path;
  std::string what;  // "the configuration"
  fs::path canonical;
  std::optional<std::pair<dev_t, ino_t>> inode;  // of what is there

  Known(std::string where, std::string words)
      : path(std::move(where)), what(std::move(words)), canonical(canonical_path(path)) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) inode = std::pair(status.st_dev, status.st_ino);
  }
  bool is_same_file(const Known& other) const {
    return canonical == other.canonical || (inode && inode == other.inode);
  }
};

// SQLite keeps its other files beside the database that a link leads to.
void add_database(const std::string& url, const std::string& what, std::vector<Known>& known) {
  const auto path = sql::sqlite_path(url);
  if (!path) return;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    known.emplace_back(canonical_path(*path).string() + suffix, what);
}

std::vector<Known> records_of(const Workspace& workspace) {
  std::vector<Known> known;
  if (!workspace.config_file.empty())
    known.emplace_back(workspace.config_file, "the configuration");
  add_database(workspace.catalog_url, "a file of the catalog", known);
  for (const artifacts::SourceConfig& source : workspace.artifacts)
    add_database(source.url, "a file of the database of [artifacts." + source.name + ']', known);
  return known;
}

std::vector<Known> sinks_of(const Workspace& workspace) {
  std::vector<Known> known;
  if (workspace.events.jsonl) known.emplace_back(*workspace.events.jsonl, "events.jsonl");
  if (workspace.metrics_textfile)
    known.emplace_back(*workspace.metrics_textfile, "metrics.textfile");
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

// Shards are rows that are nowhere else until they are merged. A folder that can't be listed is told by the run.
void add_kept(const extract::ExtractionConfig& config, std::vector<Known>& known) {
  const std::string section = "[extract." + config.name + ']';
  known.emplace_back(extract::repairs_journal(config), "the journal of repairs of " + section);
  const auto kept = extract::files_kept_beside(config, real_file_system());
  if (!kept) return;
  for (const std::string& path : *kept)
    known.emplace_back(path, "a file kept for " + section);
}

void add_lists_and_kept(const Workspace& workspace, std::vector<Known>& known) {
  for (const extract::ExtractionConfig& config : workspace.extractions) {
    add_kept(config, known);
    if (config.items_file)
      known.emplace_back(*config.items_file, "the list of items of [extract." + config.name + ']');
  }
}

std::vector<Known> guarded_files(const Workspace& workspace) {
  std::vector<Known> known = records_of(workspace);
  add(sinks_of(workspace), known);
  for (const extract::ExtractionConfig& config : workspace.extractions)
    add(outputs_of(config), known);
  add_lists_and_kept(workspace, known);
  return known;
}

Error refusal(const std::string& option, const std::string& path, const std::string& what) {
  return {Code::invalid,
          option + ' ' + printable_path(path) + ": this is " + what + ", and would be replaced",
          "name another file; this one was left as it is"};
}

Status refuse_among(const std::vector<Known>& known, const std::string& option, const Known& file) {
  for (const Known& each : known)
    if (each.is_same_file(file)) return refusal(option, file.path, each.what);
  return {};
}

// Where a file goes that is to be replaced; none for devices, pipes and open descriptors, which are written to.
Result<std::optional<std::string>> replaced_file(const std::string& path) {
  TRY_ASSIGN(const OutputPlace place, find_output_place(path));
  if (place.kind != OutputPlace::Kind::file) return std::optional<std::string>();
  return std::optional(place.path);
}

/// An output, and the file that its bytes go to.
struct Written {
  NamedOutput output;
  std::string file;  // behind all links
};

bool is_below(const std::string& path, const std::string& folder) {
  return path_below(canonical_path(path), canonical_path(folder)).has_value();
}

bool is_there(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

// What is not there yet can't be lost: it needs nobody who can tell.
Status untold(const artifacts::SourceConfig& source, const Error& error,
              const std::vector<Written>& files) {
  for (const Written& each : files) {
    const auto holds = [&](const std::string& root) { return is_below(each.file, root); };
    if (is_there(each.file) && std::ranges::any_of(source.roots, holds))
      return Error(error)
          .with(each.output.option + ' ' + printable_path(each.output.path) +
                " lies below a root of [artifacts." + source.name +
                "], and whether it has a row can't be told")
          .hinted("name a file outside of the root");
  }
  return {};
}

/// One of some files, and "artifact:atlas/a", whose row it is of.
struct Tracked {
  std::size_t index = 0;
  std::string artifact;
};

// A row of a source that is there says more than another source that is away. A row may name the link or the file behind it.
Result<std::optional<Tracked>> tracked_among(const Workspace& workspace, Clock& clock,
                                             const std::vector<Written>& files) {
  std::vector<std::string> asked;
  for (const Written& each : files) {
    asked.push_back(each.file);
    asked.push_back(each.output.path);
  }
  Status told;
  for (const artifacts::SourceConfig& source : workspace.artifacts) {
    const auto row = artifacts::row_of_files(source, workspace.catalog_url, clock, asked);
    if (row && *row)
      return std::optional(
          Tracked{(*row)->index / 2, "artifact:" + source.name + '/' + printable_path((*row)->id)});
    if (!row && told) told = untold(source, row.error(), files);
  }
  if (!told) return std::move(told).error();
  return std::optional<Tracked>();
}

Status refuse_files_of_rows(const Workspace& workspace, Clock& clock,
                            const std::vector<Written>& files) {
  TRY_ASSIGN(const auto tracked, tracked_among(workspace, clock, files));
  if (!tracked) return {};
  const NamedOutput& output = files.at(tracked->index).output;
  return refusal(output.option, output.path, "the file of " + tracked->artifact);
}

// What is not there yet would be taken for a schema by the next look. A workspace may lie in the folder itself: beside the schemas
// there are other files then.
bool is_among_schemas(const std::string& file, const std::string& folder,
                      const std::string& workspace_folder) {
  return is_below(file, folder) && (!is_below(workspace_folder, folder) ||
                                    file.ends_with(".json") || file.ends_with(".schema"));
}

std::string folder_of_registry(const schemas::SchemasConfig& config) {
  const bool is_folder = config.registry.kind == schemas::RegistryKind::directory &&
                         !config.registry.address.starts_with("git:");
  return is_folder ? absolute_path(config.registry.address, config.workspace_folder) : "";
}

Status refuse_pins(const schemas::SchemasConfig& config, const NamedOutput& output,
                   const std::string& file) {
  if (is_among_schemas(file, config.fixtures, config.workspace_folder))
    return refusal(output.option, output.path,
                   "among the pins in " + printable_path(config.fixtures));
  const std::string registry = folder_of_registry(config);
  if (!registry.empty() && is_among_schemas(file, registry, config.workspace_folder))
    return refusal(output.option, output.path,
                   "in the registry " + printable_path(config.registry.address));
  return {};
}

Error folder_refusal(const NamedOutput& output, const std::string& what) {
  return {Code::invalid,
          output.option + ' ' + printable_path(output.path) + ": this is " + what +
              ", and a folder of pins is exchanged whole",
          "name another folder; this one was left as it is"};
}

// A workspace may lie in the folder of a registry itself, with pins of its own.
Status refuse_folder_of_registry(const Workspace& workspace, const NamedOutput& output,
                                 const std::string& folder) {
  for (const schemas::SchemasConfig& config : workspace.schemas) {
    const std::string registry = folder_of_registry(config);
    if (!registry.empty() && is_below(folder, registry) &&
        !is_below(config.workspace_folder, registry))
      return folder_refusal(output, "in the registry " + printable_path(config.registry.address));
  }
  return {};
}

// The path itself, whatever it leads to, by folders without links.
fs::path place_of(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  return canonical_path(whole.parent_path().string()) / whole.filename();
}

using Place = std::optional<std::size_t>;

Place place_that_fits(const extract::ExtractionConfig& config,
                      const std::vector<fs::path>& places) {
  const extract::SplitPattern split = extract::split_pattern(*config.items);
  const fs::path folder = canonical_path(absolute_path(split.folder, config.workspace_folder));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto key = path_below(places[i], folder);
    if (key && fits_pattern(split.below, *key)) return i;
  }
  return {};
}

bool is_any_there(const std::vector<fs::path>& places) {
  return std::ranges::any_of(places, [](const fs::path& each) { return is_there(each.string()); });
}

// The bytes of an item that is a link are those of the file behind it.
Place place_behind(const std::string& item, const std::vector<fs::path>& places) {
  std::error_code unseen;
  if (!fs::is_symlink(item, unseen)) return {};
  const auto at = std::ranges::find(places, canonical_path(item));
  return at == places.end() ? Place() : Place(at - places.begin());
}

// A link that fits is an item too. A folder that can't be listed is told by the run.
Place place_behind_a_link(const extract::ExtractionConfig& config,
                          const std::vector<fs::path>& places) {
  if (!is_any_there(places)) return {};
  const extract::SplitPattern split = extract::split_pattern(*config.items);
  const std::string folder = absolute_path(split.folder, config.workspace_folder);
  const auto root = RootFolder::open(folder);
  if (!root) return {};
  const auto listing = root->list();
  if (!listing) return {};
  for (const std::string& link : listing->links) {
    if (!fits_pattern(split.below, link)) continue;
    if (const Place found = place_behind(folder + '/' + link, places)) return found;
  }
  return {};
}

// A list that can't be read names nothing here: the run that needs it tells. Where nothing is there, names tell, which costs no system call.
Place place_that_is_listed(const extract::ExtractionConfig& config,
                           const std::vector<fs::path>& places) {
  std::vector<std::string> names;
  for (const fs::path& place : places)
    names.push_back(place.filename().string());
  const bool may_be_behind_links = is_any_there(places);
  const std::string folder = canonical_path(config.workspace_folder).string();
  LineReader lines(real_file_system(), *config.items_file, extract::kMaxLineBytes);
  while (true) {
    const auto line = lines.next();
    if (!line || !*line) return {};
    std::string_view key = (*line)->text;
    if (key.ends_with('\r')) key.remove_suffix(1);
    for (std::size_t i = 0; i < places.size(); ++i)
      if (key.ends_with(names[i]) && place_of(absolute_path(std::string(key), folder)) == places[i])
        return i;
    if (!may_be_behind_links) continue;
    if (const Place found = place_behind(absolute_path(std::string(key), folder), places))
      return found;
  }
}

// Also where nothing is there yet: at the next look it would be one item more.
Status refuse_items(const extract::ExtractionConfig& config, const std::vector<Written>& files) {
  std::vector<fs::path> places;
  for (const Written& each : files) {
    places.push_back(place_of(each.file));
    places.push_back(place_of(each.output.path));
  }
  Place found;
  if (config.items) found = place_that_fits(config, places);
  if (!found && config.items) found = place_behind_a_link(config, places);
  if (!found && config.items_file) found = place_that_is_listed(config, places);
  if (!found) return {};
  const NamedOutput& output = files.at(*found / 2).output;
  return refusal(output.option, output.path, "an item of [extract." + config.name + ']');
}

Status refuse_subjects(const Workspace& workspace, Clock& clock,
                       const std::vector<Written>& files) {
  for (const extract::ExtractionConfig& config : workspace.extractions)
    TRY(refuse_items(config, files));
  return refuse_files_of_rows(workspace, clock, files);
}

Status refuse_guarded(const Workspace& workspace, const std::vector<Known>& guarded,
                      const Written& to) {
  TRY(refuse_among(guarded, to.output.option, Known(to.file, {})));
  for (const schemas::SchemasConfig& config : workspace.schemas)
    TRY(refuse_pins(config, to.output, to.file));
  return {};
}

// Whatever rows say: nobody else's file begins so.
bool begins_as(const std::string& file, std::string_view begin) {
  const auto read = real_file_system().read_range(file, 0, begin.size());
  return read && *read == begin;
}

Status check_sink(const Workspace& workspace, Clock& clock, const NamedOutput& sink,
                  std::string_view begin) {
  // A place where nothing can be written is told by the writing.
  const auto file = replaced_file(sink.path);
  if (!file || !*file || begins_as(**file, begin)) return {};
  return refuse_subjects(workspace, clock, {{sink, **file}});
}

constexpr std::string_view kEventsBegin = R"({"seq":)";
constexpr std::string_view kMetricsBegin = "# HELP holdfast_";

// What a power cut leaves of the first lines that ever were: nothing, a piece, or zeros.
bool may_be_torn_event(std::string_view beginning) {
  return kEventsBegin.starts_with(beginning) ||
         std::ranges::all_of(beginning, [](char c) { return c == '\0'; });
}

Error foreign(const NamedOutput& sink, const std::string& what) {
  return {Code::invalid, sink.option + ' ' + printable_path(sink.path) + ": this file " + what,
          "name another file, or move this one away; it was left as it is"};
}

// Events are appended in place, so they would stand below every name of the file; and what is no event would be cut away as torn.
Status refuse_foreign_events(const NamedOutput& sink, const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  if (status.st_nlink > 1)
    return foreign(sink, "has " + std::to_string(status.st_nlink) +
                             " names (hard links), and events would be written into all of them");
  const auto beginning = real_file_system().read_range(file, 0, kEventsBegin.size());
  // One that can't be read is told by the writing.
  if (!beginning || *beginning == kEventsBegin || may_be_torn_event(*beginning)) return {};
  return foreign(sink, "does not begin with an event, and what is in it would be cut away");
}

// Metrics take the place of the whole file, and are never there in part. What can't be read is replaced by nothing either.
Status refuse_foreign_metrics(const NamedOutput& sink, const std::string& file) {
  if (!is_there(file)) return {};
  TRY_ASSIGN(const std::string beginning,
             real_file_system().read_range(file, 0, kMetricsBegin.size()));
  if (beginning.empty() || beginning == kMetricsBegin) return {};
  return foreign(sink, "does not begin with metrics of Holdfast (" + std::string(kMetricsBegin) +
                           "…), and would be replaced");
}

// An empty list of items would be taken for a file of events, and nothing but its name tells a shard's file.
Status check_sinks_at_load(const Workspace& workspace, std::vector<Known>& taken) {
  const std::vector<Known> sinks = sinks_of(workspace);
  std::vector<Known> read;
  if (!sinks.empty()) add_lists_and_kept(workspace, read);
  for (const Known& sink : sinks) {
    TRY(refuse_among(taken, sink.what, sink));
    TRY(refuse_among(read, sink.what, sink));
    for (const schemas::SchemasConfig& config : workspace.schemas)
      TRY(refuse_pins(config, {sink.what, sink.path}, sink.path));
    struct stat status{};
    // Two sinks may well be /dev/null.
    if (::stat(sink.path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) taken.push_back(sink);
  }
  return {};
}

// Two sections may have one output, of which one is for checks only, and then share all that lies beside it.
Status check_extractions_at_load(const Workspace& workspace, const std::vector<Known>& taken) {
  std::vector<std::vector<Known>> sections;
  for (const extract::ExtractionConfig& config : workspace.extractions) {
    const std::vector<Known> files = outputs_of(config);
    for (const Known& file : files) {
      TRY(refuse_among(taken, file.what, file));
      for (const std::vector<Known>& others : sections)
        if (!others.front().is_same_file(files.front())) TRY(refuse_among(others, file.what, file));
    }
    sections.push_back(files);
  }
  return {};
}

}  // namespace

Status check_outputs(const Workspace& workspace, Clock& clock,
                     const std::vector<NamedOutput>& outputs) {
  const auto is_named = [](const NamedOutput& output) { return !output.path.empty(); };
  if (std::ranges::none_of(outputs, is_named)) return {};
  const std::vector<Known> guarded = guarded_files(workspace);
  std::vector<Known> taken;
  std::vector<Written> files;
  for (const NamedOutput& output : outputs) {
    if (output.path.empty()) continue;
    TRY_ASSIGN(const auto place, replaced_file(output.path));
    if (!place) continue;
    Known file(*place, "the file of " + output.option + " too");
    files.push_back({output, *place});
    TRY(refuse_guarded(workspace, guarded, files.back()));
    TRY(refuse_among(taken, output.option, file));
    taken.push_back(std::move(file));
  }
  return refuse_subjects(workspace, clock, files);
}

Status check_output_folder(const Workspace& workspace, Clock& clock, const NamedOutput& folder,
                           const std::vector<std::string>& names) {
  const std::vector<Known> guarded = guarded_files(workspace);
  std::error_code error;
  // It is made where it is not there, with all that is missing above it.
  for (fs::path made = fs::absolute(folder.path, error).lexically_normal();;
       made = made.parent_path()) {
    TRY(refuse_among(guarded, folder.option, Known(made.string(), {})));
    if (is_there(made.string()) || !made.has_relative_path()) break;
  }
  const bool is_new = !is_there(folder.path);
  std::vector<Written> files;
  for (const std::string& name : names) {
    const std::string path = (fs::path(folder.path) / name).string();
    std::optional<std::string> file = path;
    if (!is_new) {
      TRY_ASSIGN(file, replaced_file(path));
    }
    if (!file) continue;
    files.push_back({{folder.option, path}, *file});
    TRY(refuse_guarded(workspace, guarded, files.back()));
  }
  return refuse_subjects(workspace, clock, files);
}

Status check_output_beside_pins(const schemas::SchemasConfig& config, const NamedOutput& output) {
  if (output.path.empty()) return {};
  TRY_ASSIGN(const auto file, replaced_file(output.path));
  return file ? refuse_pins(config, output, *file) : Status();
}

Status check_pins_folder(const Workspace& workspace, Clock& clock, const NamedOutput& output) {
  if (output.path.empty()) return {};
  const Known folder(canonical_path(output.path).string(), "");
  const auto is_of_pins = [&](const schemas::SchemasConfig& config) {
    return folder.is_same_file(Known(config.fixtures, ""));
  };
  if (std::ranges::any_of(workspace.schemas, is_of_pins)) return {};
  for (const Known& each : guarded_files(workspace)) {
    if (each.is_same_file(folder)) return refusal(output.option, output.path, each.what);
    if (each.inode && each.canonical.parent_path() == folder.canonical)
      return folder_refusal(output, "the folder of " + each.what);
  }
  TRY(refuse_folder_of_registry(workspace, output, folder.path));
  const auto names = real_file_system().list(folder.path);
  if (!names) return {};  // no folder yet, or none that pins could have
  std::vector<Written> files;
  for (const std::string& name : *names) {
    const std::string path = folder.path + '/' + name;
    files.push_back({{output.option, path}, path});
  }
  for (const extract::ExtractionConfig& config : workspace.extractions)
    TRY(refuse_items(config, files));
  TRY_ASSIGN(const auto tracked, tracked_among(workspace, clock, files));
  return tracked ? folder_refusal(output, "the folder of the file of " + tracked->artifact)
                 : Status();
}

Status check_events_file(const Workspace& workspace, Clock& clock) {
  if (!workspace.events.jsonl) return {};
  const NamedOutput sink{"events.jsonl", *workspace.events.jsonl};
  TRY(check_sink(workspace, clock, sink, kEventsBegin));
  const auto file = replaced_file(sink.path);
  return file && *file ? refuse_foreign_events(sink, **file) : Status();
}

Status check_metrics_file(const Workspace& workspace, Clock& clock) {
  if (!workspace.metrics_textfile) return {};
  const NamedOutput sink{"metrics.textfile", *workspace.metrics_textfile};
  TRY(check_sink(workspace, clock, sink, kMetricsBegin));
  const auto file = replaced_file(sink.path);
  return file && *file ? refuse_foreign_metrics(sink, **file) : Status();
}

Status check_extraction_output(const Workspace& workspace,
                               const extract::ExtractionConfig& config) {
  std::vector<Known> guarded = records_of(workspace);
  add(sinks_of(workspace), guarded);
  for (const Known& written : outputs_of(config))
    TRY(refuse_among(guarded, "--out", written));
  return {};
}

Status check_configured_outputs(const Workspace& workspace) {
  std::vector<Known> taken = records_of(workspace);
  TRY(check_sinks_at_load(workspace, taken));
  return check_extractions_at_load(workspace, taken);
}

}  // namespace holdfast::app
