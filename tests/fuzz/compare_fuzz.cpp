// SPDX-License-Identifier: Apache-2.0
// Two schemas and a document, a line each. Whatever the bytes, verdicts or an Error; a yes is one that the document does not disprove, and a
// no has a witness that the validator confirms.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "json_schema/compare.h"
#include "json_schema/normal_form.h"

namespace {

using namespace holdfast;               // NOLINT: a program of a page
using namespace holdfast::json_schema;  // NOLINT

constexpr std::uint64_t kSteps = 20'000;

std::string cut_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

bool is_surely(const Schema& schema, Value value, bool wanted) {
  Budget budget(kUsualValidationSteps);
  const auto valid = is_valid(schema, value, budget);
  return valid && *valid == wanted;
}

void hold(const Verdict& verdict, const Schema& in, const Schema& out, Value document) {
  if (verdict.answer == Answer::yes && document)
    HOLDFAST_ASSERT(!is_surely(in, document, true) || !is_surely(out, document, false));
  if (verdict.answer != Answer::no) return;
  const auto witness = Document::parse(verdict.witness);
  HOLDFAST_ASSERT(witness.ok());
  HOLDFAST_ASSERT(is_surely(in, witness->root(), true) && is_surely(out, witness->root(), false));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  std::string_view rest(reinterpret_cast<const char*>(data), size_bytes);
  const auto old_schema = Schema::parse(cut_line(rest));
  const auto new_schema = Schema::parse(cut_line(rest));
  if (!old_schema || !new_schema) return 0;
  const auto document = Document::parse(std::string(rest));
  CompareOptions options;
  options.steps = kSteps;
  const auto found = compare(*old_schema, *new_schema, options);
  HOLDFAST_ASSERT(found.ok());
  const Value value = document ? document->root() : Value();
  hold(found->backward, *old_schema, *new_schema, value);
  hold(found->forward, *new_schema, *old_schema, value);
  const auto old_hash = contract_hash(*old_schema);
  const auto new_hash = contract_hash(*new_schema);
  if (old_hash && new_hash && *old_hash == *new_hash)
    HOLDFAST_ASSERT(found->backward.answer != Answer::no);
  return 0;
}
