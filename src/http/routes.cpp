// SPDX-License-Identifier: Apache-2.0
#include "http/routes.h"

#include <algorithm>

namespace holdfast::http {
namespace {

std::string allow_of(const std::vector<Method>& methods) {
  std::string out;
  for (const Method method : methods) {
    out += std::string(method_name(method)) + ", ";
    if (method == Method::get) out += "HEAD, ";
  }
  return out + "OPTIONS";
}

Error bad(const Route& route, std::string_view why) {
  return Error(Code::invalid, "route " + std::string(method_name(route.method)) + ' ' +
                                  route.pattern + ": " + std::string(why));
}

const Route* route_of(const std::vector<Route>& routes, Method method) {
  for (const Route& route : routes)
    if (route.method == method) return &route;
  return nullptr;
}

}  // namespace

Result<RouteTable> RouteTable::make(std::vector<Route> routes) {
  RouteTable table;
  std::vector<Method> all;
  for (Route& route : routes) {
    TRY_ASSIGN(PathPattern pattern, PathPattern::parse(route.pattern));
    if (!route.handler) return bad(route, "it has no handler");
    if (route.method == Method::head || route.method == Method::options)
      return bad(route, "the server answers this method itself");
    auto entry = std::find_if(table.entries_.begin(), table.entries_.end(),
                              [&](const Entry& one) { return one.pattern.collides_with(pattern); });
    if (entry != table.entries_.end() && entry->pattern.text() != pattern.text())
      return bad(route, "the same paths fit " + entry->pattern.text());
    if (entry == table.entries_.end())
      entry = table.entries_.insert(entry, {std::move(pattern), {}, {}});
    if (route_of(entry->routes, route.method) != nullptr) return bad(route, "it is there twice");
    if (std::find(all.begin(), all.end(), route.method) == all.end()) all.push_back(route.method);
    entry->routes.push_back(std::move(route));
  }
  for (Entry& entry : table.entries_) {
    std::vector<Method> methods;
    for (const Route& route : entry.routes)
      methods.push_back(route.method);
    entry.allow = allow_of(methods);
  }
  std::sort(table.entries_.begin(), table.entries_.end(),
            [](const Entry& a, const Entry& b) { return a.pattern.before(b.pattern); });
  table.allow_all_ = allow_of(all);
  return table;
}

RouteTable::Found RouteTable::find(Method method, const Target& target) const {
  for (const Entry& entry : entries_) {
    auto parameters = entry.pattern.match(target.segments);
    if (!parameters) continue;
    return {route_of(entry.routes, method == Method::head ? Method::get : method),
            std::move(*parameters), entry.allow};
  }
  return {};
}

}  // namespace holdfast::http
