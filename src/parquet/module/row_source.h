// SPDX-License-Identifier: Apache-2.0
// Reading rows through libparquet's column readers: values as they are stored, without Arrow's arrays in between.
#pragma once
#include <memory>
#include <vector>

#include "parquet/arrow_module.h"

namespace holdfast::parquet {

Result<std::unique_ptr<RowSource>> open_row_source(const ReadableFile& file,
                                                   std::vector<SourceColumn> columns);

}  // namespace holdfast::parquet
