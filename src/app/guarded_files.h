// SPDX-License-Identifier: Apache-2.0
// Files that nothing may be written over: what Holdfast is told by and keeps (configuration, catalog, the files of sinks, what
// extractions write, and keep beside it: shards, journals, what was put aside), databases of rows, files that a row is of, and items of
// extractions; and folders of pins and of registries, in which a new file would be taken for a schema. Any other file is the user's to
// replace: yesterday's report is.
//
// Files are compared by where their paths lead and by device and inode, so that neither "./x" nor a link is a way around. Items are
// compared by where their paths lead alone: another name (hard link) of one is not known as it.
#pragma once
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/clock.h"
#include "base/result.h"

namespace holdfast::app {

/// A file that a command was told to write.
struct NamedOutput {
  std::string option;  // "--output"
  std::string path;    // empty: not given
};

/// `invalid` where nothing could be written there (base/output_place.h), where it is a guarded file, and where two of them are one file.
/// Any other code: nothing but whether a row is of one of them, which can't be told since rows can't be read. A file below no root needs no
/// row to be read, and one that is not there is free where they can't be.
Status check_outputs(const Workspace& workspace, Clock& clock,
                     const std::vector<NamedOutput>& outputs);
/// The same for the files of those names that a command writes into a folder, which it makes where it is not there.
Status check_output_folder(const Workspace& workspace, Clock& clock, const NamedOutput& folder,
                           const std::vector<std::string>& names);
/// The same, for pins that need be no section's.
Status check_output_beside_pins(const schemas::SchemasConfig& config, const NamedOutput& output);
/// For a folder that is to be exchanged for new pins: none of the files above is in it, and it is in no folder of a registry. Fine for a
/// folder that a section names: what is in it is told apart by its lock. Errors as of check_outputs().
Status check_pins_folder(const Workspace& workspace, Clock& clock, const NamedOutput& output);
/// Before the file of `[events] jsonl` or `[metrics] textfile` is written: `invalid` where a row is of it. Other errors as above. A file that
/// begins as Holdfast's own is its own, and needs no row to be read; fine where there is no such sink. The file of events is appended to in
/// place: `invalid` too where it has another name (a hard link), or does not begin with an event; that of metrics is replaced: where there is
/// anything else in it.
Status check_events_file(const Workspace& workspace, Clock& clock);
Status check_metrics_file(const Workspace& workspace, Clock& clock);
/// For `--out` of an extraction, whose file may well have a row and be an [extract.NAME]'s.
Status check_extraction_output(const Workspace& workspace, const extract::ExtractionConfig& config);

/// Of what the configuration names to be written: none is the configuration, a database, or another one of them, and no sink's file is a
/// list of items, is kept beside an extraction, or lies among pins. Two extractions with one `out` share what is beside it. `invalid`.
Status check_configured_outputs(const Workspace& workspace);

}  // namespace holdfast::app
