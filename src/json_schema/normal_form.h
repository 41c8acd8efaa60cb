// SPDX-License-Identifier: Apache-2.0
// The normal form of a schema: what is left of its text when everything that says nothing of documents is gone. Schemas with equal contract
// hashes mean the same, given the same further documents; those with different ones may still.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "json_schema/document.h"
#include "json_schema/schema.h"

namespace holdfast::json_schema {

struct NormalFormOptions {
  /// Keys that are taken out wherever a schema stands; one that ends with * stands for all that begin so.
  std::vector<std::string> removed = {"$core_version", "$schema_id", "$track",    "title",
                                      "description",   "$comment",   "examples",  "default",
                                      "deprecated",    "readOnly",   "writeOnly", "x-*"};
};

/// The form as canonical JSON: {"schema": …, "definitions": […]}, and "dialect" where something in it would say another thing in another
/// dialect: which one a schema is of that declares none may hang on what is not in the form. Annotations and stamps are removed; required,
/// enum, type, allOf, anyOf and oneOf are sorted; numbers are in one form; what a reference within the document leads to is a definition
/// numbered in the order it is met, whatever it was called, and definitions that nothing refers to are gone. Other references stay as they
/// are, and then definitions, too. `unsupported`: the references lead too deep into each other.
Result<std::string> normal_form(const Schema& schema, const NormalFormOptions& options = {});

/// The SHA-256 of the normal form, 64 hex digits.
Result<std::string> contract_hash(const Schema& schema, const NormalFormOptions& options = {});

}  // namespace holdfast::json_schema
