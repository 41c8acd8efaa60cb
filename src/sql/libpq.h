// SPDX-License-Identifier: Apache-2.0
// libpq, opened when the first PostgreSQL URL is: it brings twenty libraries (Kerberos, LDAP, two of TLS) with it, and they were 2.5 of the
// 6 milliseconds that every command took to start. libpq.cpp defines its functions under their own names and passes each call on.
#pragma once
#include "base/result.h"

namespace holdfast::sql {

/// Before any function of libpq is called; any thread, any number of times. `unsupported` where it is not installed.
Status open_libpq();

}  // namespace holdfast::sql
