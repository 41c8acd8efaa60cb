// SPDX-License-Identifier: Apache-2.0
// libhiredis, opened when the first server is talked to: few commands ever do, and none is to start slower for it (decision 0140).
// hiredis.cpp defines the functions that this room uses under their own names and passes each call on.
#pragma once
#include "base/result.h"

namespace holdfast::redis {

/// Before any function of libhiredis is called; any thread, any number of times. `unsupported` where it is not installed.
Status open_hiredis();

}  // namespace holdfast::redis
