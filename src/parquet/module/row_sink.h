// SPDX-License-Identifier: Apache-2.0
// Writing rows through libparquet's column writers, with a checksum on every page.
#pragma once
#include <memory>

#include "parquet/arrow_module.h"

namespace holdfast::parquet {

Result<std::unique_ptr<RowSink>> open_row_sink(ByteSink sink, SinkOptions options);

}  // namespace holdfast::parquet
