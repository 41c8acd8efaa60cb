// SPDX-License-Identifier: Apache-2.0
#include "app/workspace.h"

#include <algorithm>
#include <array>

#include <pwd.h>
#include <unistd.h>

#include "app/config_file.h"
#include "app/domains.h"
#include "app/guarded_files.h"
#include "app/text.h"
#include "base/ascii.h"
#include "base/assert.h"
#include "base/canonical_path.h"
#include "base/nearest.h"
#include "base/root_folder.h"
#include "base/secret_name.h"
#include "http/url.h"
#include "sql/connection.h"

namespace holdfast::app {
namespace {

std::string user_at_host() {
  std::string user;
  if (const passwd* entry = ::getpwuid(::geteuid()); entry != nullptr) user = entry->pw_name;
  if (user.empty()) user = "uid-" + std::to_string(::geteuid());
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0 || host.front() == '\0') return user;
  return printable_path(user + '@' + host.data());
}

std::string name_of_folder(const std::string& folder) {
  const std::string name = folder.substr(folder.rfind('/') + 1);
  return name.empty() ? "workspace" : printable_path(name);
}

Status read_fixed_sections(TomlTable& root, Workspace& workspace) {
  TRY_ASSIGN(auto own, root.table("workspace"));
  workspace.name = name_of_folder(workspace.folder);
  std::string catalog(kDefaultCatalog);
  workspace.actor = user_at_host();
  if (own) {
    TRY_ASSIGN(workspace.name, own->string_or("name", workspace.name));
    TRY_ASSIGN(catalog, own->string_or("catalog", catalog));
    TRY_ASSIGN(workspace.actor, own->string_or("actor", workspace.actor));
    if (workspace.name.empty()) return own->invalid("name", "a workspace needs a name");
    if (workspace.actor.empty()) return own->invalid("actor", "who acts can't be empty");
    TRY(own->require_utf8("name", workspace.name));
    TRY(own->require_utf8("actor", workspace.actor));
    if (const auto dialect = sql::dialect_of(catalog); !dialect)
      return own->invalid("catalog", dialect.error().message() + "; " + dialect.error().hint());
  }
  workspace.catalog_url = sql::absolute_url(catalog, workspace.folder);
  TRY_ASSIGN(workspace.events, read_events_config(root, workspace.folder));
  workspace.events.sender.workspace = workspace.name;
  TRY_ASSIGN(auto metrics, root.table("metrics"));
  if (metrics) {
    TRY_ASSIGN(const auto textfile, metrics->string("textfile"));
    if (textfile && !textfile->empty())
      workspace.metrics_textfile = absolute_file_path(*textfile, workspace.folder);
  }
  return {};
}

Status refuse_later_domains(const TomlTable& root) {
  for (const std::string_view name : later_domains()) {
    if (!root.has(name)) continue;
    return Error(Code::unsupported,
                 root.place_of(name) + ": this holdfast has no domain \"" + std::string(name) +
                     "\"; it has: " + listed(domain_names()),
                 "take the section out, or use a holdfast that has the domain");
  }
  return {};
}

// It stands in subjects ("schema:NAME/ID", so no slash), variables, commands and paths of reports.
Status check_section_name(const std::string& name, const TomlTable& table) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (!name.empty() && name.size() <= kMaxSectionNameBytes &&
      name.find_first_not_of(kLetters) == std::string::npos)
    return {};
  return Error(Code::invalid,
               table.place_of("") + ": [" + printable_path(table.path()) +
                   "]: the name of a section must be 1 to 64 letters, digits, '-', '_' and '.'");
}

// A key that is read and not among the domain's could be set by no variable.
void assert_keys_are_listed(const Domain& domain, const TomlTable& table) {
  const auto is_listed = [&](const std::string& asked) {
    return std::ranges::any_of(domain.keys(), [&](std::string_view key) {
      return key == asked || key.starts_with(asked + '.');
    });
  };
  HOLDFAST_ASSERT(std::ranges::all_of(table.asked_keys(), is_listed));
}

Status read_sections(ConfigFile& config, const Domain& domain, Workspace& workspace) {
  TRY_ASSIGN(auto sections, config.root.tables(domain.name));
  for (auto& [name, table] : sections) {
    TRY(check_section_name(name, table));
    TRY(domain.read(workspace, name, table));
    assert_keys_are_listed(domain, table);
    ++workspace.section_count;
  }
  return {};
}

Result<Workspace> read_workspace(ConfigFile& config) {
  Workspace workspace;
  workspace.folder = config.folder;
  workspace.config_file = config.path;
  TRY(refuse_later_domains(config.root));
  TRY(read_fixed_sections(config.root, workspace));
  workspace.own_files.push_back(workspace.config_file);
  for (const auto& file : {workspace.events.jsonl, workspace.metrics_textfile})
    if (file) workspace.own_files.push_back(*file);
  for (const Domain& domain : domains())
    TRY(read_sections(config, domain, workspace));
  TRY(config.root.finish());
  for (const Domain& domain : domains())
    if (domain.all_read != nullptr) domain.all_read(workspace);
  TRY(check_configured_outputs(workspace));
  return workspace;
}

// "${NAME}" and nothing else: a secret that is somewhere else.
bool is_variable(std::string_view shown) {
  return shown.starts_with("\"${") && shown.find('}') == shown.size() - 2;
}

// A query may hold a token, which is no matter of databases, and a user without a password may be one.
std::string redacted_address(const std::string& text) {
  const auto url = http::parse_url(text);
  if (url && !(url->query.empty() && url->user.empty() && url->password.empty()))
    return '"' + http::redacted(*url) + '"';
  const std::string scheme = ascii_lowered(text.substr(0, text.find("://")));
  const bool is_http = scheme == "http" || scheme == "https";
  return !url && is_http ? http::redacted_url(text) : '"' + sql::redacted(text) + '"';
}

// Each text of an array for itself: a command may name a server.
std::string redacted_texts(const std::string& shown) {
  std::string out;
  for (std::size_t begin = 0; begin < shown.size();) {
    std::size_t end = begin + 1;
    if (shown[begin] == '"') {
      while (end < shown.size() && shown[end] != '"')
        end += shown[end] == '\\' ? 2 : 1;
      ++end;
    }
    const std::string part = shown.substr(begin, end - begin);
    out += part.find("://") == std::string::npos
               ? part
               : redacted_address(part.substr(1, part.size() - 2));
    begin = end;
  }
  return out;
}

// A password written into the file, not taken from a variable, is not shown either.
std::string without_secrets(std::string_view key, const std::string& shown) {
  const std::string_view name = key.substr(key.rfind('.') + 1);
  if (names_secret(name) && shown != R"("")" && !is_variable(shown)) return R"("***")";
  if (shown.starts_with('[')) return redacted_texts(shown);
  if (key == "events.webhook" && shown.size() > 2 && !is_variable(shown))
    return http::redacted_path(shown.substr(1, shown.size() - 2));
  const bool is_text = shown.size() > 2 && shown.front() == '"';
  if (is_text && key.ends_with(".registry") &&
      (shown.find("://") == std::string::npos || shown.starts_with("\"git:")))
    return '"' + schemas::shown_place(shown.substr(1, shown.size() - 2)) + '"';
  const bool is_database = key.ends_with(".catalog") || key.ends_with(".source");
  const bool may_be_url = is_database || shown.find("://") != std::string::npos;
  if (!may_be_url || shown.size() < 2 || shown.front() != '"') return shown;
  return redacted_address(shown.substr(1, shown.size() - 2));
}

// "assets" where there is "artifacts.assets", which no count of letters would find.
std::string check_meant_by(const std::string& name, const std::vector<std::string>& names) {
  const auto whole = std::ranges::find_if(
      names, [&](const std::string& each) { return each.ends_with('.' + name); });
  if (whole == names.end()) return did_you_mean(name, names);
  return "; did you mean \"" + *whole + "\"?";
}

/// How the sections of a domain are called.
struct SectionWords {
  std::string section;  // "artifacts"
  std::string thing;    // "artifacts source"
};

/// The section of that name; with no name the only one.
template <class Config>
Result<const Config*> section_of(const std::vector<Config>& sections,
                                 std::optional<std::string_view> name, const SectionWords& words,
                                 const std::string& config_file) {
  std::vector<std::string> names;
  for (const Config& section : sections) {
    if (name && section.name == *name) return &section;
    names.push_back(section.name);
  }
  if (names.empty())
    return Error(
        Code::invalid, config_file + " has no [" + words.section + ".NAME] section",
        "add one; docs/configuration.md has its keys, holdfast init --dry-run a whole file");
  if (name)
    return Error(
        Code::invalid,
        "no " + words.thing + " \"" + std::string(*name) + "\"" + did_you_mean(*name, names),
        "there are: " + listed(names));
  if (names.size() > 1)
    return Error(Code::invalid, "which " + words.thing + "? There are: " + listed(names),
                 "name one of them");
  return sections.data();
}

}  // namespace

Result<Workspace> Workspace::load(const WorkspaceOptions& options) {
  TRY_ASSIGN(ConfigFile config, open_config(options));
  return read_workspace(config);
}

Result<const artifacts::SourceConfig*> Workspace::artifact_source(
    std::optional<std::string_view> source_name) const {
  return section_of(artifacts, source_name, {"artifacts", "artifacts source"}, config_file);
}

Result<const extract::ExtractionConfig*> Workspace::extraction(
    std::optional<std::string_view> extraction_name) const {
  return section_of(extractions, extraction_name, {"extract", "extraction"}, config_file);
}

Result<const schemas::SchemasConfig*> Workspace::schema_pins(
    std::optional<std::string_view> section_name) const {
  return section_of(schemas, section_name, {"schemas", "set of pins"}, config_file);
}

Result<std::vector<ConfigValue>> explain_config(const WorkspaceOptions& options) {
  TRY_ASSIGN(ConfigFile config, open_config(options));
  TRY_ASSIGN(const Workspace workspace, read_workspace(config));
  std::vector<ConfigValue> values;
  if (!config.root.has("workspace")) {  // their defaults hold all the same
    const std::string origin(toml_origin_name(TomlOrigin::built_in));
    values.push_back({"workspace.name", toml_quoted(workspace.name), origin});
    values.push_back({"workspace.catalog", toml_quoted(kDefaultCatalog), origin});
    values.push_back({"workspace.actor", toml_quoted(workspace.actor), origin});
  }
  for (const TomlSetting& setting : config.root.settings()) {
    std::string origin(toml_origin_name(setting.origin));
    if (!setting.place.empty()) origin += ' ' + setting.place;
    values.push_back(
        {setting.path, without_secrets(setting.path, setting.shown), std::move(origin)});
  }
  return values;
}

Result<std::vector<ConfiguredCheck>> make_checks(const Workspace& workspace,
                                                 catalog::Catalog& catalog,
                                                 const std::vector<std::string>& domains_wanted) {
  std::vector<ConfiguredCheck> checks;
  for (const Domain& domain : domains())
    domain.add_checks(workspace, catalog, checks);
  for (const std::string& name : domains_wanted) {
    const auto is_named = [&](const ConfiguredCheck& each) { return each.check->name() == name; };
    if (find_domain(name) != nullptr || std::ranges::any_of(checks, is_named)) continue;
    std::vector<std::string> names = domain_names();
    for (const ConfiguredCheck& each : checks)
      names.push_back(each.check->name());
    const bool later = std::ranges::find(later_domains(), name) != later_domains().end();
    return Error(later ? Code::unsupported : Code::invalid,
                 "no domain \"" + printable_path(name) + "\"" + check_meant_by(name, names),
                 "there are: " + listed(names));
  }
  const auto is_wanted = [&](std::string_view name) {
    return std::ranges::find(domains_wanted, name) != domains_wanted.end();
  };
  if (!domains_wanted.empty())
    std::erase_if(checks, [&](const ConfiguredCheck& each) {
      return !is_wanted(each.check->domain()) && !is_wanted(each.check->name());
    });
  return checks;
}

std::vector<std::string> gaps_of_named(const std::vector<std::string>& domains_wanted,
                                       const std::vector<ConfiguredCheck>& checks) {
  std::vector<std::string> gaps;
  for (const Domain& domain : domains()) {
    if (std::ranges::find(domains_wanted, domain.name) == domains_wanted.end()) continue;
    const auto is_of_it = [&](const ConfiguredCheck& each) {
      return each.check->domain() == domain.name;
    };
    const std::string name(domain.name);
    if (std::ranges::none_of(checks, is_of_it))
      gaps.push_back(name + ": " + std::string(kConfigName) + " has no [" + name + ".*] section");
  }
  return gaps;
}

}  // namespace holdfast::app
