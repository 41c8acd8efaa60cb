// SPDX-License-Identifier: Apache-2.0
// Documents held against a schema: for `schemas validate`, and the samples of `schemas contract`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "schemas/comparison_options.h"
#include "schemas/pins.h"
#include "schemas/problem.h"

namespace holdfast::schemas {

/// One way in which a document breaks a schema.
struct Fault {
  std::string instance;  // JSON Pointer into the document; "" is all of it
  std::string schema;    // JSON Pointer into the schema
  std::string keyword;
  std::string message;
};

struct HeldDocument {
  std::string file;
  std::optional<Problem> problem;  // it could not be read, or not be held against the schema
  std::vector<Fault> faults;       // at most kMostFaults
  bool is_valid() const { return !problem && faults.empty(); }
};

inline constexpr std::size_t kMostFaults = 20;

/// Reads the schema once and holds each file against it. The problem of the whole is the schema's.
Looked<std::vector<HeldDocument>> hold_documents(const Pin& schema,
                                                 const std::vector<std::string>& files,
                                                 FormatMode format);

}  // namespace holdfast::schemas
