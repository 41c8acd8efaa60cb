// SPDX-License-Identifier: Apache-2.0
// http_probe: the room http as a program, for tests that look at it from outside.
#pragma once
#include <string>
#include <vector>

namespace holdfast::http {

/// http_probe serve [name=value…]: prints the origin, serves until SIGTERM, prints how it ended.
int probe_server(const std::vector<std::string>& arguments);
/// http_probe client: reads one JSON object a line, prints one a line. The first opens the client, each other is a request.
int probe_client();

}  // namespace holdfast::http
