// SPDX-License-Identifier: Apache-2.0
// Schemas: a schema on the first line, a value behind it. Whatever the bytes, a verdict or an Error; validity and the list of violations
// say the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "json_schema/validator.h"

namespace {

using namespace holdfast;               // NOLINT: a program of a page
using namespace holdfast::json_schema;  // NOLINT

constexpr std::uint64_t kSteps = 20'000;

void hold(const Schema& schema, Value value, FormatMode format) {
  const ValidateOptions options{format, 5};
  Budget budget(kSteps);
  const auto valid = is_valid(schema, value, budget, options);
  Budget other(kSteps);
  const auto violations = validate(schema, value, other, options);
  if (valid && violations) HOLDFAST_ASSERT(*valid == violations->empty());
  for (const auto& error : {valid ? Code::invalid : valid.error().code(),
                            violations ? Code::invalid : violations.error().code()})
    HOLDFAST_ASSERT(error == Code::invalid || error == Code::cancelled ||
                    error == Code::unsupported);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const auto schema = Schema::parse(std::string(text.substr(0, end)));
  if (!schema) {
    HOLDFAST_ASSERT(!schema.error().message().empty());
    return 0;
  }
  for (NodeId id = 0; id < schema->node_count(); ++id) {
    const NodeId found = schema->find_node(schema->pointer(id));
    HOLDFAST_ASSERT(found == id || schema->pointer(id).find('#') != std::string::npos);
  }
  const auto value = Document::parse(std::string(text.substr(std::min(end + 1, text.size()))));
  if (!value) return 0;
  hold(*schema, value->root(), FormatMode::annotation);
  hold(*schema, value->root(), FormatMode::assertion);
  return 0;
}
