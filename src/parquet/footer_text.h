// SPDX-License-Identifier: Apache-2.0
// The words of a footer: FileMetaData of parquet.thrift, as far as Footer keeps it. Only footer.cpp calls it; that checks what is read.
#pragma once
#include <string_view>

#include "base/result.h"
#include "parquet/footer.h"

namespace holdfast::parquet {

/// Fills schema, row groups and metadata. `corrupt` when the bytes are no footer, `unsupported` when columns are encrypted or in other
/// files; without the file's name.
Status read_footer_text(std::string_view bytes, Footer& footer);

}  // namespace holdfast::parquet
