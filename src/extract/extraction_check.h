// SPDX-License-Identifier: Apache-2.0
// Extractions as checks of `holdfast check`: one subject each.
#pragma once
#include <memory>

#include "core/check.h"
#include "extract/extraction_config.h"

namespace holdfast::extract {

/// `config` outlives it.
std::unique_ptr<core::Check> make_extraction_check(const ExtractionConfig& config);

}  // namespace holdfast::extract
