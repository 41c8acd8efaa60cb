// SPDX-License-Identifier: Apache-2.0
// Findings as the catalog stores them: a JSON array of objects with the members of core::Finding.
// Domains use it for their own tables in the catalog.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "core/finding.h"

namespace holdfast::catalog {

/// `invalid` where a witness is no canonical JSON.
Result<std::string> findings_to_json(const std::vector<core::Finding>& findings);
/// `corrupt` on anything that findings_to_json() does not write.
Result<std::vector<core::Finding>> findings_from_json(const std::string& json);

}  // namespace holdfast::catalog
