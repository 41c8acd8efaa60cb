// SPDX-License-Identifier: Apache-2.0
// A program that does one thing with this room, to be looked at and timed from outside.
//
//   parquet_program footer FILE
//   parquet_program keys FILE COLUMN
//   parquet_program pages FILE
#include <cstdio>
#include <string>

#include "parquet/footer.h"
#include "parquet/key_column.h"
#include "parquet/page_check.h"

namespace {

using namespace holdfast;           // NOLINT: a program of a page
using namespace holdfast::parquet;  // NOLINT

using Number = unsigned long long;

Status show_footer(const std::string& path) {
  TRY_ASSIGN(const Footer footer, read_footer(path));
  std::printf("rows %llu, row groups %zu, columns %zu, footer %llu bytes\n",
              Number{footer.row_count}, footer.row_groups.size(), footer.columns.size(),
              Number{footer.footer_size_bytes});
  return {};
}

Status show_keys(const std::string& path, const std::string& column) {
  TRY_ASSIGN(const auto file, open_readable(path));
  Number null_count = 0;
  Number byte_count = 0;
  TRY_ASSIGN(const std::uint64_t row_count,
             visit_keys(*file, column, [&](const KeyBatch& batch) -> Status {
               for (std::size_t i = 0; i < batch.keys.size(); ++i) {
                 null_count += batch.is_null(i) ? 1 : 0;
                 byte_count += batch.keys[i].size();
               }
               return {};
             }));
  std::printf("rows %llu, null %llu, bytes %llu\n", Number{row_count}, null_count, byte_count);
  return {};
}

Status show_pages(const std::string& path) {
  TRY_ASSIGN(const auto file, open_readable(path));
  TRY_ASSIGN(const Footer footer, read_footer(*file));
  TRY_ASSIGN(const PageReport report, check_pages(*file, footer));
  std::printf("pages %llu, checked %llu, bytes %llu, faults %zu\n", Number{report.page_count},
              Number{report.checked_count}, Number{report.byte_count}, report.faults.size());
  for (const PageFault& fault : report.faults)
    std::printf("row group %zu, column %s, page %llu, byte %llu: %s\n", fault.row_group,
                fault.column.c_str(), Number{fault.page}, Number{fault.offset}, fault.what.c_str());
  return {};
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::string verb = argument_count > 2 ? arguments[1] : "";
  Status done =
      Error(Code::invalid, "usage: parquet_program footer FILE | keys FILE COLUMN | pages FILE");
  if (verb == "footer") done = show_footer(arguments[2]);
  if (verb == "keys" && argument_count > 3) done = show_keys(arguments[2], arguments[3]);
  if (verb == "pages") done = show_pages(arguments[2]);
  if (done) return 0;
  std::fprintf(stderr, "%s\nhint: %s\n", done.error().message().c_str(),
               done.error().hint().c_str());
  return 1;
}
