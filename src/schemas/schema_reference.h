// SPDX-License-Identifier: Apache-2.0
// One schema as a command line names it:
//
//   schemas/v1/telemetry.FeedbackEvent.json          a file
//   registry:telemetry.FeedbackEvent[@VERSION]       of the registry; the latest where no version is named
//   pin:telemetry.FeedbackEvent                      of the folder of pins
//   git:REVISION:PATH                                a file in a revision, by the git program
#pragma once
#include <functional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "schemas/pins.h"
#include "schemas/schemas_config.h"

namespace holdfast::schemas {

struct ReferenceContext {
  const SchemasConfig* config = nullptr;  // of registry: and pin:; none: they are `invalid`
  std::string folder = ".";               // that paths and git are relative to
  const Cancel* cancel = nullptr;
  Clock* clock = nullptr;
};

struct NamedSchema {
  std::string shown;    // as it was named
  std::string version;  // empty where nobody says
  Pin schema;           // without a problem
};

/// `not_found`, `unavailable`, `invalid`: each names what was asked for and what is wrong with it.
Result<NamedSchema> load_schema(const std::string& reference, const ReferenceContext& context);

/// Every version of `registry:NAME` that the registry lists, from the oldest to the newest, each `shown` as registry:NAME@VERSION. One that
/// can't be had ends it, and so does an Error of `see`. `invalid` for any other reference.
Status each_version(const std::string& reference, const ReferenceContext& context,
                    const std::function<Status(NamedSchema)>& see);

/// Whether a reference needs the configuration; and whether it needs a registry in it.
bool needs_config(const std::string& reference);
bool needs_registry(const std::string& reference);

}  // namespace holdfast::schemas
