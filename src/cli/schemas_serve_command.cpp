// SPDX-License-Identifier: Apache-2.0
// `holdfast schemas serve`: a schema registry on the workspace's catalog.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "base/root_folder.h"
#include "cli/schemas_commands.h"
#include "service/registry.h"

namespace holdfast::cli {
namespace {

constexpr const char* kTokenVariable = "HOLDFAST_REGISTRY_TOKEN";

struct ServeWords {
  std::string listen = "127.0.0.1:8081";
  std::string token_variable = kTokenVariable;
  std::string certificate;
  std::string key;
  std::string sync_folder;
  std::string track = "v1";
  std::string profile = "confluent-lenient";
  std::string compatibility = "BACKWARD";
  std::int64_t body_bytes = std::int64_t{1} << 20U;
  int jobs = 4;
};

/// "127.0.0.1:8081", "[::1]:0".
Status read_listen(const std::string& text, http::ServerOptions& options) {
  const std::size_t colon = text.rfind(':');
  const auto wrong = [&] {
    return Error(Code::invalid, "--listen " + text + " is no address with a port",
                 "127.0.0.1:8081, [::1]:8081, or port 0: the system chooses");
  };
  if (colon == std::string::npos || colon == 0) return wrong();
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  else if (address.find(':') != std::string::npos)
    return wrong();
  const char* begin = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(begin, end, options.port);
  if (begin == end || read.ec != std::errc() || read.ptr != end) return wrong();
  options.address = address == "localhost" ? "127.0.0.1" : address;
  return {};
}

/// The token is nowhere but in the environment: arguments can be seen by every user of the machine.
Result<std::string> read_token(const ServeWords& words) {
  const char* token = std::getenv(words.token_variable.c_str());
  if (token != nullptr) return std::string(token);
  if (words.token_variable != kTokenVariable)
    return Error(Code::invalid, "--token-env: the variable " + words.token_variable + " is not set",
                 "export " + words.token_variable + "=…");
  return std::string();
}

Result<service::RegistryOptions> options_of(const ServeWords& words,
                                            const app::Workspace& workspace) {
  service::RegistryOptions out;
  TRY(read_listen(words.listen, out.server));
  TRY_ASSIGN(out.token, read_token(words));
  out.catalog_url = workspace.catalog_url;
  out.actor = workspace.actor;
  if (!words.sync_folder.empty()) {
    out.sync_folder = std::filesystem::absolute(words.sync_folder).lexically_normal().string();
    std::error_code ignored;
    if (!std::filesystem::is_directory(out.sync_folder, ignored))
      return Error(Code::invalid,
                   "--sync-folder: " + printable_path(out.sync_folder) + " is no folder",
                   "make it, or name another");
  }
  out.default_track = words.track;
  out.profile = schemas::parse_profile(words.profile).value_or(schemas::Profile::confluent_lenient);
  out.level = schemas::parse_compatibility(words.compatibility)
                  .value_or(schemas::CompatibilityLevel::backward);
  out.server.certificate_file = words.certificate;
  out.server.key_file = words.key;
  out.server.limits.body_bytes = static_cast<std::size_t>(words.body_bytes);
  out.server.pool_threads = words.jobs;
  out.server.costly_threads = std::max(1, words.jobs / 2);
  return out;
}

Result<Exit> serve(const Command& command, const ServeWords& words) {
  TRY_ASSIGN(auto open, command.open());
  open.catalog.reset();  // the registry has connections of its own
  TRY_ASSIGN(auto options, options_of(words, *open.workspace));
  const bool can_write = !options.token.empty();
  TRY_ASSIGN(auto registry,
             service::RegistryServer::start(std::move(options), *command.clock, command.cancel));
  TRY(command.print(registry.origin() + '\n'));
  if (!can_write)
    command.say("nobody may publish: no token is configured (" + words.token_variable + ")");
  command.say("docs: " + registry.origin() + "/docs; stop it with SIGINT or SIGTERM");
  TRY(registry.wait());
  return Exit::ok;
}

}  // namespace

void add_schemas_serve(CLI::App& group) {
  const auto words = std::make_shared<ServeWords>();
  CLI::App* command = add_command(
      group, "serve", "A schema registry over HTTP on the catalog; prints its address",
      {"holdfast schemas serve  # 127.0.0.1:8081, nobody may publish",
       ("HOLDFAST_REGISTRY_TOKEN=$(openssl rand -hex 32) holdfast schemas serve --listen "
        "127.0.0.1:0"),
       "holdfast schemas serve --sync-folder schemas  # POST /admin/sync publishes what is in it",
       ("holdfast schemas serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem "
        "--token-env REGISTRY_TOKEN"),
       "holdfast schemas serve --log-level info  # with a line for each request"},
      [words](const Command& with) { return serve(with, *words); });
  command->add_option("--listen", words->listen, "Address and port; port 0: the system chooses")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command
      ->add_option("--token-env", words->token_variable,
                   "The variable of the environment that holds the token for writing")
      ->type_name("NAME")
      ->capture_default_str();
  command->add_option("--tls-cert", words->certificate, "Certificate chain (PEM): TLS only")
      ->type_name("FILE");
  command->add_option("--tls-key", words->key, "The certificate's key (PEM)")->type_name("FILE");
  command
      ->add_option("--sync-folder", words->sync_folder,
                   "The folder below which POST /admin/sync may read")
      ->type_name("FOLDER");
  command
      ->add_option("--default-track", words->track,
                   "The track whose names are Confluent's subjects without a context")
      ->type_name("TRACK")
      ->capture_default_str();
  command->add_option("--profile", words->profile, "How Confluent's API compares (docs/schemas.md)")
      ->type_name("PROFILE")
      ->check(CLI::IsMember(schemas::profile_names()))
      ->capture_default_str();
  command
      ->add_option("--compatibility", words->compatibility,
                   "What new versions must keep where PUT /config said nothing")
      ->type_name("LEVEL")
      ->check(CLI::IsMember(schemas::level_names()))
      ->capture_default_str();
  command->add_option("--max-body", words->body_bytes, "The largest body of a request, in bytes")
      ->type_name("BYTES")
      ->check(CLI::Range(std::int64_t{1024}, std::int64_t{16} << 20U))
      ->capture_default_str();
  command
      ->add_option("--jobs", words->jobs,
                   "Requests answered at once; comparisons have half as many threads of their own")
      ->type_name("N")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
}

}  // namespace holdfast::cli
