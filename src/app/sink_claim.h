// SPDX-License-Identifier: Apache-2.0
// SinkClaim: one process at a time serves a sink, on one machine or on several (catalog/claims.h), and nobody's transaction is open
// while a server is waited for. Also the statements of whoever serves one.
#pragma once
#include <array>
#include <chrono>
#include <string>

#include "app/event_sink.h"
#include "base/cancel.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::app {

/// Makes the statements of app/event_outbox.sql known to the connection, once.
Status know_outbox_statements(sql::Connection& connection);

class SinkClaim {
 public:
  SinkClaim(catalog::Catalog& catalog, const SinkPlace& place);

  /// False: another process has it, and kept it for the two seconds that we wait.
  Result<bool> take(const Cancel* cancel);
  /// Once what was given to the sink is done: kMostGroupTime and one request fit into a lease. `conflict`: another process has taken the
  /// sink over (this one stood still for longer than a lease), and nothing more may be given to it.
  Status renew();
  Status release();
  /// Releases it once the work is done. What became of the work comes first: a release that fails is told only where the work did not.
  template <class T>
  Result<T> release_after(Result<T> done) {
    const Status released = release();
    if (done) TRY(released);
    return done;
  }

 private:
  catalog::Catalog& catalog_;
  std::array<std::string, 1> key_;
  std::string shown_;
  std::string owner_;
};

}  // namespace holdfast::app
