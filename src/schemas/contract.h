// SPDX-License-Identifier: Apache-2.0
// Contract tests (source 001, tests/contracts): sample documents are valid against the pins that they belong to, and a model that extends
// a pinned schema only adds optional fields, so that whoever knows the pinned schema alone can read what the model writes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "schemas/comparison.h"
#include "schemas/documents.h"
#include "schemas/pins.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

enum class Against : unsigned char {
  pins,
  published,  // what the registry has of them now: before they are fetched
};

struct ContractOptions {
  Against against = Against::pins;
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;           // none: the system's
  std::string samples;              // a folder; empty: none
  std::vector<std::string> extend;  // files with the schemas of extended models
  std::string of;  // the pin that they extend; empty: that of the file's name, or of its title
};

struct SampleResult {
  std::string schema;
  HeldDocument document;
};

struct ExtensionResult {
  std::string file;
  std::string schema;                    // the pin; empty where none fits
  std::optional<Problem> problem;        // it could not be compared
  std::optional<Comparison> comparison;  // from the pin to the extension
  /// Whatever is valid for the extension is valid for the pin.
  Answer is_within = Answer::unknown;
  std::string witness;  // JSON, where it is not: valid for the extension alone
  bool passes() const {
    return !problem && is_within == Answer::yes && comparison &&
           comparison->change <= ChangeClass::safe;
  }
};

struct ContractRun {
  std::vector<SampleResult> samples;
  std::vector<std::string> samples_without_pin;  // files that belong to no pin: said, and a failure
  std::vector<std::string> critical_missing;     // critical schemas without a pin
  std::vector<ExtensionResult> extensions;
  /// What was held and does not pass.
  std::int64_t failed() const;
  /// What could not be held: unreadable, behind a link, no schema.
  std::int64_t undecided() const;
  std::int64_t total() const;
};

/// A sample belongs to the pin whose name its file's name begins with (the longest such), or that its folder has.
/// `not_found`, `invalid` where there are no pins or no samples in the folder; `unavailable` where the registry can't be asked. A schema that it
/// does not give as it should is no pass: what belongs to it is not decided.
Result<ContractRun> run_contract(const SchemasConfig& config, const ContractOptions& options);

}  // namespace holdfast::schemas
