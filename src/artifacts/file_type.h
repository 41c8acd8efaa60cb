// SPDX-License-Identifier: Apache-2.0
// What kind of artifact a file is, by the extension of its name: for rows that are made from files.
#pragma once
#include <string>
#include <string_view>

namespace holdfast::artifacts {

/// "figure" for "a/b.PNG"; "file" for what no rule knows. The rules are listed by file_type_rules().
std::string file_type_of(std::string_view path);
/// For --help and docs: "notebook: ipynb; figure: png, …".
std::string file_type_rules();

}  // namespace holdfast::artifacts
