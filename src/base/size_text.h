// SPDX-License-Identifier: Apache-2.0
// Sizes for people.
#pragma once
#include <string>

namespace holdfast {

/// "3 B", "17.6 kB", "1.5 GB", "210 MB": powers of ten, the units that parse_rate_bytes_per_s reads.
std::string size_text(double size_bytes);

}  // namespace holdfast
