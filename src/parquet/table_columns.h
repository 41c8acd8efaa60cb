// SPDX-License-Identifier: Apache-2.0
// What the columns of a Parquet file are to us, and the text in which a file of ours repeats them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parquet/footer.h"
#include "parquet/rows.h"

namespace holdfast::parquet {

/// Key of the metadata in which table_writer.h repeats the columns (columns_text), because a footer has no checksum.
inline constexpr std::string_view kColumnsKey = "holdfast.columns";

/// Names and types of all columns, as TableReader gives them; no library is loaded. `unsupported` names the first that can't be read;
/// errors of check_repeated_columns().
Result<std::vector<Column>> table_columns(const Footer& footer, const std::string& file_name);
/// `corrupt` where the file repeats other columns than its schema has; ok where it repeats none.
Status check_repeated_columns(const Footer& footer, const std::string& file_name);
/// The column as rows give it; `unsupported` names it where its type is none of ours (a list, a date, a decimal…). int32 and narrower
/// become int64, float becomes float64.
Result<Column> column_of(const FooterColumn& column, const std::string& file_name);
/// One line a column: name, type, and "null" where it may be null; in the order of the table.
std::string columns_text(const std::vector<Column>& columns);

}  // namespace holdfast::parquet
