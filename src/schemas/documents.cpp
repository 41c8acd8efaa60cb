// SPDX-License-Identifier: Apache-2.0
#include "schemas/documents.h"

#include <utility>

#include "base/file.h"
#include "base/root_folder.h"
#include "json_schema/document.h"
#include "json_schema/schema.h"
#include "schemas/comparison.h"

namespace holdfast::schemas {
namespace {

HeldDocument hold(const json_schema::Schema& schema, const std::string& file, FormatMode format) {
  HeldDocument out;
  out.file = file;
  auto bytes = real_file_system().read(file, kMostSchemaBytes);
  if (!bytes) {
    out.problem = Problem{ProblemKind::unreadable, bytes.error().message()};
    return out;
  }
  const auto document = json_schema::Document::parse(std::move(bytes).value());
  if (!document) {
    out.problem =
        Problem{ProblemKind::not_json, printable_path(file) + ": " + document.error().message()};
    return out;
  }
  json_schema::Budget budget(json_schema::kUsualValidationSteps);
  json_schema::ValidateOptions options;
  options.most_violations = kMostFaults;
  options.format = format;
  const auto violations = json_schema::validate(schema, document->root(), budget, options);
  if (!violations) {
    const bool is_spent = violations.error().code() == Code::cancelled;
    out.problem = Problem{is_spent ? ProblemKind::budget_exceeded : ProblemKind::invalid_schema,
                          printable_path(file) + ": " + violations.error().message()};
    return out;
  }
  for (const json_schema::Violation& violation : *violations)
    out.faults.push_back(
        {violation.instance, violation.schema, std::string(violation.keyword), violation.message});
  return out;
}

}  // namespace

Looked<std::vector<HeldDocument>> hold_documents(const Pin& schema,
                                                 const std::vector<std::string>& files,
                                                 FormatMode format) {
  const SchemaFacts facts = facts_of(schema);
  if (facts.problem) return *facts.problem;
  const auto read = json_schema::Schema::parse(schema.bytes);
  if (!read) return Problem{ProblemKind::invalid_schema, read.error().message()};
  std::vector<HeldDocument> out;
  out.reserve(files.size());
  for (const std::string& file : files)
    out.push_back(hold(*read, file, format));
  return out;
}

}  // namespace holdfast::schemas
