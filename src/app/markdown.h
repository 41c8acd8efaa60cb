// SPDX-License-Identifier: Apache-2.0
// Foreign text inside Markdown: nothing in it may become markup, break a table row or open a link.
#pragma once
#include <string>
#include <string_view>

namespace holdfast::app {

/// Printable, with every character that Markdown or HTML could read as markup escaped.
std::string markdown_text(std::string_view foreign);
/// A code span that holds any text, also in a table cell.
std::string markdown_code(std::string_view foreign);

}  // namespace holdfast::app
