// SPDX-License-Identifier: Apache-2.0
#include "service/registry.h"

#include <iterator>
#include <utility>

#include "service/endpoint_documents.h"

namespace holdfast::service {
namespace {

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

void add(std::vector<Endpoint>& to, std::vector<Endpoint> some) {
  to.insert(to.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
}

}  // namespace

Result<RegistryServer> RegistryServer::start(RegistryOptions options, Clock& clock,
                                             const Cancel* cancel) {
  if (!is_loopback(options.server.address) && options.token.empty())
    return Error(Code::invalid,
                 "listen on " + options.server.address +
                     ": others than this machine can reach that, and no token is configured",
                 "set a token (--token-env NAME), or listen on 127.0.0.1");
  TRY(schemas::check_track(options.default_track));
  auto state = std::make_unique<RegistryState>();
  if (!options.token.empty()) {
    TRY_ASSIGN(state->token, BearerToken::make(options.token));
    options.token.clear();
  }
  TRY_ASSIGN(state->catalog, PublishedCatalog::open(options.catalog_url, clock));
  http::ServerOptions server_options = options.server;
  state->options = std::move(options);
  add(state->endpoints, plain_reading(*state));
  add(state->endpoints, plain_writing(*state));
  add(state->endpoints, confluent_reading(*state));
  add(state->endpoints, confluent_writing(*state));
  add(state->endpoints, document_endpoints(state->endpoints));
  std::vector<http::Route> routes;
  for (const Endpoint& endpoint : state->endpoints)
    routes.push_back(route_of(endpoint, state->token));
  TRY_ASSIGN(auto server,
             http::Server::start(std::move(server_options), std::move(routes), cancel));
  return RegistryServer(std::move(state), std::make_unique<http::Server>(std::move(server)));
}

}  // namespace holdfast::service
