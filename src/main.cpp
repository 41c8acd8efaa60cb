// SPDX-License-Identifier: Apache-2.0
// The one binary: everything it does is in src/cli.
#include "cli/cli.h"

int main(int argc, char** argv) {
  return holdfast::cli::run(argc, argv);
}
