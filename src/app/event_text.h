// SPDX-License-Identifier: Apache-2.0
// Events as people read them, one line each.
#pragma once
#include <string>

#include "catalog/event_log.h"

namespace holdfast::app {

/// "    12  2026-05-18T02:03:04Z  error    artifact.modified  artifact:atlas/nb-1  the bytes of nb-1.ipynb …": printable, without a
/// newline. A message stands for the fields where there is one; they are all in the JSON. 0: as wide as it is.
std::string event_line(const catalog::StoredEvent& stored, std::size_t width);
/// "recorded=12ab… observed=34cd…": the fields, values with blanks quoted.
std::string fields_line(const core::Fields& fields);

}  // namespace holdfast::app
