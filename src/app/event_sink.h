// SPDX-License-Identifier: Apache-2.0
// The JSON-lines sink of the event log ([events] jsonl): every event, in order, at least once, one object a line
// (docs/schemas/event.schema.json).
//
// 1. Lock the sink's row in the catalog: two processes deliver one after the other, on one machine or on two.
// 2. Append the events behind its position to the file, and sync it.
// 3. Move the position, commit. A kill between 2 and 3 repeats those lines, never loses one; `seq` tells.
// What can't be delivered now stays behind the position and is delivered by the next command. A new path is a new sink: it gets
// the whole log.
#pragma once
#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::app {

/// How many events were delivered now. Errors of the file and of the catalog; what was said to be delivered is durable.
Result<std::int64_t> deliver_events(catalog::Catalog& catalog, FileSystem& files,
                                    const std::string& path);

/// How many events the sink is behind.
Result<std::int64_t> undelivered_events(catalog::Catalog& catalog, const std::string& path);

}  // namespace holdfast::app
