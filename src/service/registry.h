// SPDX-License-Identifier: Apache-2.0
// A schema registry over HTTP on the workspace's catalog: the plain API of source 001, and a subset of Confluent's (docs/registry.md).
// What is answered is in plain_read.cpp, plain_write.cpp, confluent_read.cpp and confluent_write.cpp; this starts and stops it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/server.h"
#include "schemas/comparison.h"
#include "schemas/published_levels.h"
#include "service/answer_cache.h"
#include "service/bearer_token.h"
#include "service/endpoint.h"
#include "service/published_catalog.h"

namespace holdfast::service {

struct RegistryOptions {
  std::string catalog_url;
  std::string actor;
  std::string token;                 // empty: nobody may write
  std::string sync_folder;           // absolute; empty: POST /admin/sync is off
  std::string default_track = "v1";  // whose names are Confluent's subjects without a context
  schemas::CompatibilityLevel level = schemas::CompatibilityLevel::backward;  // where none was set
  schemas::Profile profile = schemas::Profile::confluent_lenient;
  http::ServerOptions server;
};

/// What every handler has. Lives as long as the server.
struct RegistryState {
  RegistryOptions options;
  std::unique_ptr<PublishedCatalog> catalog;
  BearerToken token;
  AnswerCache answers{std::size_t{64} << 20U};
  std::vector<Endpoint> endpoints;
};

/// The endpoints of each part; `state` outlives them.
std::vector<Endpoint> plain_reading(RegistryState& state);
std::vector<Endpoint> plain_writing(RegistryState& state);
std::vector<Endpoint> confluent_reading(RegistryState& state);
std::vector<Endpoint> confluent_writing(RegistryState& state);

class RegistryServer {
 public:
  /// Listens on return. Errors of Catalog::open and http::Server::start; `invalid` for a token that is none, and for an address that is not
  /// this machine's own while there is no token. A request of `cancel` stops it.
  static Result<RegistryServer> start(RegistryOptions options, Clock& clock,
                                      const Cancel* cancel = nullptr);
  std::string origin() const { return server_->origin(); }
  void stop() { server_->stop(); }
  /// Until it has stopped (http::Server::wait).
  Status wait() { return server_->wait(); }

 private:
  RegistryServer(std::unique_ptr<RegistryState> state, std::unique_ptr<http::Server> server)
      : state_(std::move(state)), server_(std::move(server)) {}
  std::unique_ptr<RegistryState> state_;
  std::unique_ptr<http::Server> server_;  // first to go
};

}  // namespace holdfast::service
