// SPDX-License-Identifier: Apache-2.0
#include "schemas/schema_reference.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/root_folder.h"
#include "base/shell_word.h"
#include "schemas/file_tree.h"
#include "schemas/registry.h"

namespace holdfast::schemas {
namespace {

constexpr std::string_view kRegistry = "registry:";
constexpr std::string_view kPin = "pin:";
constexpr std::size_t kMostVersions = 10'000;

Result<NamedSchema> named(const std::string& reference, std::string bytes, std::string version) {
  const std::string name = schema_name_of(name_of(reference));
  NamedSchema out{reference, std::move(version),
                  pin_of(name, reference, std::move(bytes), printable_path(reference))};
  if (out.schema.problem) return Error(Code::invalid, sentence_of(*out.schema.problem));
  if (out.version.empty()) out.version = out.schema.text.stamps.core_version.value_or("");
  return out;
}

Error unconfigured(const std::string& reference) {
  return {Code::invalid, "\"" + reference + "\" needs a registry, and nothing configures one",
          "--registry-url URL, or [schemas.NAME] in holdfast.toml"};
}

struct PublishedName {
  std::string name;
  std::optional<std::string> version;
};

PublishedName published_name(const std::string& reference) {
  PublishedName out{reference.substr(kRegistry.size()), {}};
  if (const std::size_t at = out.name.rfind('@'); at != std::string::npos) {
    out.version = out.name.substr(at + 1);
    out.name.resize(at);
  }
  out.name = schema_name_of(out.name);
  return out;
}

Result<std::unique_ptr<Registry>> registry_of(const ReferenceContext& context) {
  Clock& clock = context.clock != nullptr ? *context.clock : system_clock();
  return open_registry(context.config->registry,
                       {context.config->workspace_folder, context.cancel, &clock,
                        clock.monotonic() + context.config->registry.run_timeout});
}

Result<NamedSchema> of_registry(const std::string& reference, const ReferenceContext& context) {
  if (context.config == nullptr) return unconfigured(reference);
  const PublishedName asked = published_name(reference);
  TRY_ASSIGN(auto registry, registry_of(context));
  auto remote = registry->get(context.config->track, asked.name, asked.version);
  if (!remote) return error_of_registry(remote.problem()).with(reference);
  return named(reference, std::move(remote->content), remote->version);
}

/// The command that makes the pin. A bad address is told first: the command names it again.
Result<std::string> command_that_pins(const std::string& name, const ReferenceContext& context) {
  const bool has_registry = !context.config->registry.address.empty();
  if (has_registry) TRY(registry_of(context));
  return context.config->fetch_command() + (has_registry ? "" : " --registry-url URL") +
         " --schemas " + shell_word(name);
}

Result<NamedSchema> of_pin(const std::string& reference, const ReferenceContext& context) {
  if (context.config == nullptr) return unconfigured(reference);
  if (context.config->fixtures.empty())
    return Error(Code::invalid, "\"" + reference + "\" needs a folder of pins, and none is named",
                 "--schema-dir FOLDER, or [schemas.NAME] in holdfast.toml");
  const std::string name = schema_name_of(reference.substr(kPin.size()));
  auto pins = read_pins(context.config->fixtures);
  const Pin* pin = pins ? pins->find(name) : nullptr;
  if (pin == nullptr) {
    TRY_ASSIGN(const std::string command, command_that_pins(name, context));
    if (!pins) return error_of(pins.problem()).hinted(command);
    Status pinned = require_pinned(context.config->fixtures, name);
    if (!pinned) return std::move(pinned).error().hinted(command);
    return Error(Code::not_found, "the pin is gone: " + reference, command + " brings it back");
  }
  if (pin->problem && pin->bytes.empty()) return error_of(*pin->problem);
  return named(reference, pin->bytes, pins->version_of(*pin));
}

Result<NamedSchema> of_git(const std::string& reference, GitPlace place,
                           const ReferenceContext& context) {
  const std::string file = name_of(place.path);
  place.path = place.path.find('/') == std::string::npos ? "" : folder_of(place.path);
  auto tree = git_tree(std::move(place), context.cancel);
  auto bytes = tree->read(file);
  if (!bytes) return error_of(bytes.problem()).with(reference);
  return named(reference, std::move(*bytes), "");
}

}  // namespace

Status each_version(const std::string& reference, const ReferenceContext& context,
                    const std::function<Status(NamedSchema)>& see) {
  const bool is_published = reference.starts_with(kRegistry);
  if (!is_published || published_name(reference).version)
    return Error(Code::invalid, "\"" + reference + "\" is one version, and all are asked for",
                 "registry:NAME, without @VERSION");
  if (context.config == nullptr) return unconfigured(reference);
  const std::string name = published_name(reference).name;
  const std::string& track = context.config->track;
  TRY_ASSIGN(auto registry, registry_of(context));
  const auto versions = registry->versions(track, name);
  if (!versions) return error_of_registry(versions.problem()).with(reference);
  if (versions->empty())
    return Error(Code::unavailable, reference + ": the registry lists no version of it");
  if (versions->size() > kMostVersions)
    return Error(Code::invalid, reference + " has " + std::to_string(versions->size()) +
                                    " versions, and no more than " + std::to_string(kMostVersions) +
                                    " are compared");
  for (const SchemaVersion& each : *versions) {
    if (context.cancel != nullptr && context.cancel->requested())
      return Error(Code::cancelled, "stopped before " + reference + '@' + each.version);
    const auto version =
        each.version.empty() ? std::nullopt : std::optional<std::string>(each.version);
    const std::string exact = version ? reference + '@' + *version : reference;
    auto remote = registry->get(track, name, version);
    if (!remote) return error_of_registry(remote.problem()).with(exact);
    TRY_ASSIGN(NamedSchema found, named(exact, std::move(remote->content), remote->version));
    TRY(see(std::move(found)));
  }
  return {};
}

bool needs_config(const std::string& reference) {
  return needs_registry(reference) || reference.starts_with(kPin);
}

bool needs_registry(const std::string& reference) {
  return reference.starts_with(kRegistry);
}

Result<NamedSchema> load_schema(const std::string& reference, const ReferenceContext& context) {
  if (reference.starts_with(kRegistry)) return of_registry(reference, context);
  if (reference.starts_with(kPin)) return of_pin(reference, context);
  TRY_ASSIGN(auto place, parse_git_place(reference, context.folder));
  if (place) return of_git(reference, *std::move(place), context);
  const std::filesystem::path asked(reference);
  const std::string path =
      (asked.is_absolute() ? asked : std::filesystem::path(context.folder) / asked).string();
  TRY_ASSIGN(std::string bytes, real_file_system().read(path, kMostSchemaBytes));
  return named(reference, std::move(bytes), "");
}

}  // namespace holdfast::schemas
