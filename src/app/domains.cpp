// SPDX-License-Identifier: Apache-2.0
#include "app/domains.h"

#include <array>

namespace holdfast::app {
namespace {

constexpr std::array<std::string_view, 2> kLaterDomains = {"features", "tables"};

}  // namespace

std::span<const Domain> domains() {
  static const std::array kAll = {artifacts_domain(), extract_domain(), schemas_domain()};
  return kAll;
}

std::vector<std::string> domain_names() {
  std::vector<std::string> names;
  for (const Domain& domain : domains())
    names.emplace_back(domain.name);
  return names;
}

const Domain* find_domain(std::string_view name) {
  for (const Domain& domain : domains())
    if (domain.name == name) return &domain;
  return nullptr;
}

std::span<const std::string_view> later_domains() {
  return kLaterDomains;
}

const core::Rule* find_rule(std::string_view id) {
  for (const Domain& domain : domains())
    if (const core::Rule* rule = core::find_rule(domain.rules(), id)) return rule;
  return nullptr;
}

}  // namespace holdfast::app
