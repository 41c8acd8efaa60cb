// SPDX-License-Identifier: Apache-2.0
// The terminal: how wide it is and whether colour is welcome.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::cli {

/// Columns of standard output: COLUMNS, else the terminal's, else 100; never under 40.
int terminal_width();
/// For lists that programs cut into columns as well: as wide as they are where nobody looks at them on a terminal.
std::size_t list_width();
/// Standard output is a terminal: long lines may be cut; a pipe or a file gets them whole.
bool stdout_is_terminal();
/// Colour is welcome on standard output: it is a terminal, NO_COLOR is unset or empty, TERM is not
/// "dumb".
bool colour_welcome();
/// The reader of standard output is gone (EPIPE): the process ends by SIGPIPE once its work is
/// done.
void note_closed_stdout();
bool stdout_was_closed();
/// Lines at most as wide as the terminal that standard output is, broken between words and continued below their text; a pipe or
/// a file gets them whole.
std::string fitted(const std::string& lines);
/// Talk on standard error: takes the progress line away, and folds long lines where it is a terminal.
void write_to_stderr(const std::string& lines);
/// Columns of standard error.
int progress_width();
/// Standard error is a terminal: a line that overwrites itself makes sense.
bool stderr_is_terminal();

}  // namespace holdfast::cli
