// SPDX-License-Identifier: Apache-2.0
// The table of a server's routes: which handler a method and a path lead to, and which methods a path has.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/server.h"

namespace holdfast::http {

/// Immutable once made; any thread.
class RouteTable {
 public:
  /// `invalid`: a pattern that is none, a route without a handler, HEAD or OPTIONS (they are answered from the others), two routes of one method
  /// that the same paths fit.
  static Result<RouteTable> make(std::vector<Route> routes);

  struct Found {
    const Route* route = nullptr;  // none: the path has other methods
    Pairs parameters;
    std::string allow;  // "GET, HEAD, OPTIONS"; empty: no route has this path
  };
  /// HEAD is looked up as GET.
  Found find(Method method, const Target& target) const;
  /// Of all routes, for "OPTIONS *".
  const std::string& allow_all() const { return allow_all_; }

 private:
  struct Entry {
    PathPattern pattern;
    std::vector<Route> routes;  // one for each method
    std::string allow;
  };
  std::vector<Entry> entries_;  // the more literal first
  std::string allow_all_;
};

}  // namespace holdfast::http
