// SPDX-License-Identifier: Apache-2.0
// Matching in time linear in text times program, whatever the pattern: all threads of the automaton go over the text side by side
// (Pike's simulation). Counted characters are queues of the positions where a count began. A look-ahead or look-behind becomes one bit for
// each position, found by a pass of its own: look-behinds forward, look-aheads (whose steps are reversed) backward.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "json_schema/pattern_program.h"

namespace holdfast::json_schema {

/// How many steps a match may take: beyond that, a text of megabytes meets a pattern of thousands of steps.
constexpr std::uint64_t kMostSimulationSteps = 200'000'000;

/// Whether the program (compiled with LookAhead::reversed) matches anywhere in the text; nothing where kMostSimulationSteps did not suffice.
/// Thread-safe.
std::optional<bool> simulate(const Program& program, std::u32string_view text);

}  // namespace holdfast::json_schema
