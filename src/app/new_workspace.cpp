// SPDX-License-Identifier: Apache-2.0
#include "app/new_workspace.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "app/config_file.h"
#include "app/workspace.h"
#include "artifacts/ignore_list.h"
#include "base/ascii.h"
#include "base/root_folder.h"
#include "base/toml.h"
#include "base/utf8.h"
#include "catalog/catalog.h"
#include "catalog/migrations.h"
#include "sql/connection.h"

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

// As TOML that is read back as it is: "${" would name a variable.
std::string literal(std::string text) {
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3))
    text.insert(at, 1, '$');
  return toml_quoted(text);
}

bool has_control_character(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  return false;
}

// A bare TOML key, and a word in subjects: "artifact:atlas/…".
std::string source_name_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const char small = ascii_lower(c);
    const bool kept =
        (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    out += kept ? small : '_';
  }
  out.resize(std::min(out.size(), kMaxSectionNameBytes));
  return out.find_first_not_of('_') == std::string::npos ? "main" : out;
}

// "key = value" with its comment in a column of its own.
std::string line(std::string text, std::string_view comment) {
  constexpr std::size_t kCommentColumn = 46;
  text.resize(std::max(text.size() + 1, kCommentColumn), ' ');
  return text + "# " + std::string(comment) + '\n';
}

std::string config_text(const NewWorkspace& plan, const std::string& name,
                        const std::string& catalog) {
  std::string out =
      "# Holdfast: what is written down, held against what is true. Every key: "
      "docs/configuration.md\n"
      "# Paths are relative to this file. ${NAME} in a value is taken from the environment: keep "
      "secrets there.\n"
      "\n[workspace]\n";
  out += "name = " + literal(name) + '\n';
  out += line("catalog = " + literal(catalog),
              "Holdfast's own memory; or \"postgresql://USER@HOST/DATABASE\"");
  out +=
      "\n# Files whose SHA-256 is kept in rows. One section per source; its name is in every "
      "subject: artifact:" +
      plan.source_name + "/ID\n[artifacts." + plan.source_name + "]\n";
  out += line("source = \"catalog\"", "rows in the catalog; or the URL of your own database");
  out += line("root = " + literal(plan.root), "paths in the rows are relative to this folder");
  out +=
      "# Files and folders that need no row, at any depth. Without this line the list is the "
      "same.\n";
  out += "ignore = " + toml_array(artifacts::default_ignore()) + '\n';
  out += line("# table = \"artifacts\"", "in your own database: the table with the rows");
  out +=
      "# columns = { id = \"id\", type = \"artifact_type\", title = \"title\", path = "
      "\"file_path\", "
      "metadata = \"metadata\" }\n";
  out += line("# check = \"quick\"", "look at file identity only; \"full\" reads every byte");
  out += line("# max_age = \"30d\"", "an older proof makes the check incomplete (exit 3)");
  out +=
      "\n# Long runs whose ledger says what was finished, and schemas that are pinned from a "
      "registry:\n"
      "# [extract.clips]\n# out = \"clips.parquet\"\n# key = \"clip\"\n"
      "# [schemas.core]\n# track = \"v1\"\n# fixtures = \"schemas/v1\"\n"
      "# registry = \"http://127.0.0.1:8081\"\n";
  out +=
      "\n# Every event as a JSON line too, and the last check as a text file for Prometheus's "
      "node_exporter:\n"
      "# [events]\n# jsonl = \"events.jsonl\"\n"
      "# [metrics]\n# textfile = \"holdfast.prom\"\n";
  return out;
}

}  // namespace

Result<NewWorkspace> plan_workspace(const NewWorkspaceOptions& options) {
  NewWorkspace plan;
  std::error_code error;
  plan.folder = fs::absolute(options.folder, error).lexically_normal().string();
  while (plan.folder.size() > 1 && plan.folder.back() == '/')
    plan.folder.pop_back();
  plan.config_file = (fs::path(plan.folder) / kConfigName).string();
  TRY_ASSIGN(const bool there, real_file_system().exists(plan.config_file));
  if (there)
    return Error(Code::conflict, plan.config_file + " is there already; it was left as it is",
                 "holdfast config show, or: holdfast migrate upgrade");
  const std::string folder_name = fs::path(plan.folder).filename().string();
  const std::string name = !options.name.empty() ? options.name
                           : folder_name.empty() ? "workspace"
                                                 : printable_path(folder_name);
  if (has_control_character(name))
    return Error(Code::invalid, "--name: a name has no control characters");
  const std::string catalog =
      options.catalog.empty() ? std::string(kDefaultCatalog) : options.catalog;
  TRY(sql::dialect_of(catalog));
  if (find_malformed_utf8(catalog) != std::string::npos)
    return Error(Code::invalid, "--catalog: \"" + printable_path(sql::redacted(catalog)) +
                                    "\" is not UTF-8, so it can't stand in a configuration");
  if (has_control_character(catalog))
    return Error(Code::invalid, "--catalog: a URL has no control characters");
  plan.catalog_url = sql::absolute_url(catalog, plan.folder);
  plan.source_name = source_name_of(name);
  plan.root = fs::is_directory(fs::path(plan.folder) / "data", error) ? "data" : ".";
  plan.config_text = config_text(plan, name, catalog);
  if (const auto parsed = parse_toml(plan.config_text, plan.config_file); !parsed)
    return Error(Code::invalid,
                 "the name or the URL can't stand in a configuration: " + parsed.error().message());
  return plan;
}

Status make_workspace(NewWorkspace& plan, FileSystem& files, Clock& clock) {
  TRY(create_durable_folder(files, plan.folder));
  TRY_ASSIGN(auto catalog, catalog::Catalog::open_any_version(plan.catalog_url, clock));
  TRY_ASSIGN(plan.migrations, catalog::migrate_up(catalog));
  return write_whole_file(files, plan.config_file, plan.config_text);
}

}  // namespace holdfast::app
