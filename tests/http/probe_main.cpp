// SPDX-License-Identifier: Apache-2.0
// Chooses what http_probe is: a server or a client.
#include <cstdio>

#include "tests/http/probe.h"

int main(int argument_count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + argument_count);
  if (!words.empty() && words[0] == "serve")
    return holdfast::http::probe_server({words.begin() + 1, words.end()});
  if (!words.empty() && words[0] == "client") return holdfast::http::probe_client();
  std::fprintf(stderr, "usage: http_probe serve [name=value…] | http_probe client\n");
  return 2;
}
