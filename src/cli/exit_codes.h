// SPDX-License-Identifier: Apache-2.0
// What each exit code means: one table for the man page, docs/commands.md and `holdfast explain`.
#pragma once
#include <span>
#include <string_view>

#include "cli/command.h"

namespace holdfast::cli {

struct ExitMeaning {
  int code;                  // as a shell shows it: 128 + the signal where one ended the process
  std::string_view name;     // "incomplete"
  std::string_view summary;  // one line, without a dot
  std::string_view help;     // what to do
};
std::span<const ExitMeaning> exit_meanings();

}  // namespace holdfast::cli
