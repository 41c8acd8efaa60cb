// SPDX-License-Identifier: Apache-2.0
// What libholdfast-arrow.so exports: one factory, and nothing else (exports.map).

#include <arrow/config.h>

#include "parquet/arrow_module.h"
#include "parquet/module/row_sink.h"
#include "parquet/module/row_source.h"

namespace holdfast::parquet {
namespace {

class Module final : public ArrowModule {
 public:
  std::string arrow_version() const override { return ::arrow::GetBuildInfo().version_string; }
  Result<std::unique_ptr<RowSource>> open_rows(const ReadableFile& file,
                                               std::vector<SourceColumn> columns) override {
    return open_row_source(file, std::move(columns));
  }
  Result<std::unique_ptr<RowSink>> create_rows(ByteSink sink, SinkOptions options) override {
    return open_row_sink(std::move(sink), std::move(options));
  }
};

}  // namespace
}  // namespace holdfast::parquet

extern "C" __attribute__((visibility("default"))) holdfast::parquet::ArrowModule*
holdfast_arrow_module(const char* version) {
  static holdfast::parquet::Module module;
  return version == holdfast::parquet::kArrowModuleVersion ? &module : nullptr;
}
