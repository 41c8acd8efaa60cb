// SPDX-License-Identifier: Apache-2.0
// What the commands of `holdfast extract` share: how an extraction is named, and how its state is told.
#pragma once
#include <string>

#include "cli/command.h"
#include "core/finding.h"
#include "extract/extraction_config.h"

namespace holdfast::cli {

/// As they were written; empty where they were not.
struct ExtractionWords {
  std::string name;
  std::string out;
  std::string items;
  std::string items_file;
  std::string key;
  std::string shard;
};
/// [NAME], and with it the files of another program: --out, --items, --items-file, --key.
void add_extraction(CLI::App& command, ExtractionWords& words);
/// [NAME] alone: what is run must be configured.
void add_configured_extraction(CLI::App& command, ExtractionWords& words);
/// --shard K/N.
void add_shard_of_extraction(CLI::App& command, ExtractionWords& words, const char* help);
/// `invalid` where words exclude each other.
Result<extract::ExtractionConfig> extraction_of(const Command& command,
                                                const ExtractionWords& words);
/// For a command that writes the files of --out: `invalid` where they are records of the workspace that lies around, and the Error of a
/// configuration that is there and can't be read. Where there is none, none are in danger.
Status spare_records(const Command& command, const extract::ExtractionConfig& config);
/// The part of one shard, where --shard is given.
Result<extract::ExtractionConfig> with_shard(extract::ExtractionConfig config,
                                             const std::string& shard);

enum class ExtractOutcome : unsigned char { complete, findings, incomplete };
ExtractOutcome outcome_of(const core::SubjectReport& report);
Exit exit_of(ExtractOutcome outcome);
std::string_view outcome_name(ExtractOutcome outcome);

/// Findings as lines, with their hints.
std::string findings_text(const core::SubjectReport& report);
/// …and as the members of a JSON array.
Result<std::string> findings_json(const core::SubjectReport& report);

/// What was done stands and was told; only the catalog does not know of it: `io`.
Status told_but_not_recorded(const Status& recorded);

void add_extract_run(CLI::App& group);
void add_extract_check(CLI::App& group);
void add_extract_status(CLI::App& group);
void add_extract_repair(CLI::App& group);
void add_extract_merge(CLI::App& group);

}  // namespace holdfast::cli
