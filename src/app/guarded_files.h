// SPDX-License-Identifier: Apache-2.0
// Files that nothing may be written over: what Holdfast is told by and keeps (configuration, catalog, the files of sinks, pins,
// registries in folders, what extractions write), databases of rows, and files that a row is of. Any other file is the user's to
// replace: yesterday's report is.
//
// Files are compared by where their paths lead and by device and inode, so that neither "./x" nor a link is a way around.
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
/// Other errors: the rows that could be of the file can't be read.
Status check_outputs(const Workspace& workspace, Clock& clock,
                     const std::vector<NamedOutput>& outputs);
/// The same, for pins that need be no section's.
Status check_output_beside_pins(const schemas::SchemasConfig& config, const NamedOutput& output);
/// For `--out` of an extraction, whose file may well have a row and be an [extract.NAME]'s.
Status check_extraction_output(const Workspace& workspace, const extract::ExtractionConfig& config);

/// Of what the configuration names to be written: none is the configuration, a database, or another one of them. `invalid`.
Status check_configured_outputs(const Workspace& workspace);

}  // namespace holdfast::app
