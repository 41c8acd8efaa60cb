// SPDX-License-Identifier: Apache-2.0
#include "extract/extraction_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "base/canonical_path.h"
#include "base/child_process.h"
#include "base/clock.h"
#include "base/rate_limit.h"
#include "base/shell_word.h"

namespace holdfast::extract {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxTries = 100;
// With those of video-quality (extract/video_quality_config.h).
constexpr std::array<std::string_view, 16> kKeys = {
    "items",  "items_file", "out",       "key",      "extractor", "command", "columns", "timeout",
    "memory", "tries",      "reference", "features", "model",     "ffmpeg",  "threads", "harmless"};

Result<ExtractorKind> kind_of(const std::string& name, TomlTable& table) {
  if (name == "sha256") return ExtractorKind::sha256;
  if (name == "exec") return ExtractorKind::exec;
  if (name == "worker") return ExtractorKind::worker;
  if (name == "video-quality") return ExtractorKind::video_quality;
  return table.invalid("extractor",
                       "\"" + name + "\" is no extractor: sha256, exec, worker, video-quality");
}

bool is_program(const std::string& name, const std::string& folder) {
  if (name.find('/') == std::string::npos) return static_cast<bool>(find_program(name, folder));
  std::error_code unseen;
  return fs::is_regular_file(absolute_file_path(name, folder), unseen);
}

/// A list has its words as they are; one string with white space was meant for a shell, and there is none, unless a program has that name.
Status refuse_command_line(TomlTable& table, const std::string& folder) {
  const auto line = table.string("command");
  if (!line || !*line || (*line)->find_first_of(" \t\n\v\f\r") == std::string::npos) return {};
  if (is_program(**line, folder)) return {};
  std::vector<std::string> words;
  std::istringstream rest(**line);
  for (std::string word; rest >> word;)
    words.push_back(word);
  const bool may_be_path = (*line)->find('/') != std::string::npos;
  return table.invalid(
      "command",
      "write the words as a list: " + toml_array(words) +
          (may_be_path ? ", or " + toml_array({**line}) + " where that is one file" : ""));
}

Status check_command(TomlTable& table, const ExtractorConfig& config) {
  if (config.command.empty())
    return table.invalid("command", "name the program that makes the rows");
  for (const std::string& word : config.command) {
    if (word.find('\0') != std::string::npos)
      return table.invalid("command", "no word of it can hold a NUL");
  }
  return refuse_command_line(table, config.folder);
}

Result<ExtractorConfig> read_extractor(const std::string& name, TomlTable& table,
                                       const ExtractionConfig& config) {
  ExtractorConfig out;
  out.folder = config.workspace_folder;
  out.key_column = config.key_columns.front();
  TRY_ASSIGN(out.kind, kind_of(name, table));
  TRY_ASSIGN(out.command, table.strings_or("command", {}));
  TRY_ASSIGN(const auto columns, table.strings_or("columns", {}));
  TRY_ASSIGN(const auto timeout, table.string("timeout"));
  TRY_ASSIGN(const auto memory, table.string("memory"));
  if (timeout) {
    const auto time = parse_duration(*timeout);
    if (!time || *time <= std::chrono::nanoseconds(0))
      return table.invalid("timeout", time ? "longer than nothing" : time.error().message());
    out.timeout = *time;
  }
  if (memory) {
    const auto size = parse_rate_bytes_per_s(*memory + "/s");
    if (!size)
      return table.invalid("memory", "\"" + *memory + "\" is no size: for example \"2GB\"");
    out.memory_bytes = *size;
  }
  if (out.kind == ExtractorKind::sha256) {
    if (!out.command.empty() || !columns.empty())
      return table.invalid(out.command.empty() ? "columns" : "command", "sha256 has its own");
    out.columns = {{"file_sha256", ColumnType::string, parquet::Nullable::yes},
                   {"size_bytes", ColumnType::int64, parquet::Nullable::yes}};
    return out;
  }
  if (out.kind == ExtractorKind::video_quality) {
    if (!out.command.empty() || !columns.empty())
      return table.invalid(out.command.empty() ? "columns" : "command",
                           "video-quality has its own: choose its 'features'");
    TRY_ASSIGN(out.video, read_video_quality_config(table));
    out.columns = video_quality_columns(*out.video);
    for (const Column& column : out.columns) {
      if (column.name == config.key_columns.front())
        return table.invalid("key", "\"" + column.name + "\" is a column of video-quality");
    }
    return out;
  }
  TRY(check_command(table, out));
  const auto parsed = parse_columns(columns, config.key_columns.front());
  if (!parsed) return table.invalid("columns", parsed.error().message());
  for (const Column& column : *parsed) {
    if (std::ranges::find(config.key_columns, column.name) != config.key_columns.end())
      return table.invalid("columns", "\"" + column.name + "\" is a name of the key's column");
  }
  if (parsed->empty())
    return table.invalid("columns", "declare what it prints, for example [\"vmaf:float64\"]");
  out.columns = *parsed;
  return out;
}

}  // namespace

std::string ExtractionConfig::beside(const char* suffix) const {
  return fs::path(out).replace_extension(suffix).string();
}

std::string aside_name(const std::string& path, const char* why, Timestamp at) {
  std::string time = format_rfc3339(at);
  std::ranges::replace(time, ':', '-');
  return path + '.' + why + '-' + time;
}

ExtractionConfig ExtractionConfig::for_shard(const core::Shard& part) const {
  ExtractionConfig config = *this;
  config.shard = part;
  config.main_out = out;
  const fs::path whole(out);
  config.out =
      whole.parent_path() / (whole.stem().string() + ".shard-" + std::to_string(part.index) +
                             "-of-" + std::to_string(part.count) +
                             (whole.has_extension() ? whole.extension().string() : ".parquet"));
  config.arguments = arguments + " --shard " + part.text();
  return config;
}

std::span<const std::string_view> extraction_keys() {
  return kKeys;
}

Result<ExtractionConfig> read_extraction_config(const std::string& name, TomlTable& table,
                                                const std::string& workspace_folder) {
  ExtractionConfig config;
  config.workspace_folder = workspace_folder;
  config.name = name;
  config.arguments = shell_word(name);
  TRY_ASSIGN(config.items, table.string("items"));
  TRY_ASSIGN(const auto items_file, table.string("items_file"));
  if (config.items && items_file)
    return table.invalid("items_file", "items are a pattern or a list: name one of the two");
  if (items_file) config.items_file = absolute_file_path(*items_file, workspace_folder);
  TRY_ASSIGN(const auto out, table.string("out"));
  TRY_ASSIGN(const auto key, table.string("key"));
  TRY_ASSIGN(const auto extractor, table.string("extractor"));
  TRY_ASSIGN(const std::int64_t tries, table.integer_or("tries", config.tries));
  if (!out || out->empty()) {
    TRY(table.finish());  // a misspelt key says more than the one that is missing
    return table.invalid("out", "name the Parquet file that the rows are published in");
  }
  config.out = absolute_file_path(*out, workspace_folder);
  for (const std::string& other :
       {config.ledger(), config.staging(), config.manifest(), config.lock()}) {
    if (other == config.out)
      return table.invalid("out", "\"" + *out + "\" is the name of a file beside the output");
  }
  if (fs::path(config.out).stem().string().find(".shard-") != std::string::npos)
    return table.invalid("out", "\"" + *out + "\" is the name of a shard");
  if (key && key->empty()) return table.invalid("key", "a column has a name");
  if (key) TRY(table.require_utf8("key", *key));
  if (key) config.key_columns = {*key};
  if (tries < 1 || tries > kMaxTries) return table.invalid("tries", "from 1 to 100");
  config.tries = static_cast<int>(tries);
  if (!extractor) return config;
  TRY_ASSIGN(config.extractor, read_extractor(*extractor, table, config));
  return config;
}

}  // namespace holdfast::extract
