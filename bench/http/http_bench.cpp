// SPDX-License-Identifier: Apache-2.0
// A server with one body of 1.6 KB, answered directly and by the pool; bench/http/run.py asks for it. Ends by SIGTERM.
#include <cstdio>

#include "base/cancel.h"
#include "http/server.h"

using namespace holdfast;
using namespace holdfast::http;

int main() {
  watch_signals();
  const std::string body(1600, 'x');
  const Handler handler = [&body](const Call&) -> Result<Reply> {
    Reply reply;
    reply.body = body;
    return reply;
  };
  ServerOptions options;
  options.limits.requests_per_connection = std::size_t{1} << 30U;
  auto server = Server::start(
      options, {{Method::get, "/direct", handler, Runs::direct}, {Method::get, "/pooled", handler}},
      &process_cancel());
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return 1;
  }
  std::printf("%d\n", server->port());
  std::fflush(stdout);
  return server->wait().ok() ? 0 : 1;
}
