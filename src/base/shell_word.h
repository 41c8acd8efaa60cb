// SPDX-License-Identifier: Apache-2.0
// A word of a command line that people copy from a hint into their shell.
#pragma once
#include <string>
#include <string_view>

namespace holdfast {

/// `text` as one word for a POSIX shell: as it is where that is safe, else in quotes ('it'\\''s'). Control bytes are written in the
/// $'\\n' form, which bash, zsh and ksh read, so that a hint never moves a terminal's cursor.
std::string shell_word(std::string_view text);

}  // namespace holdfast
