// SPDX-License-Identifier: Apache-2.0
// `holdfast doctor`: is this workspace, its catalog and this machine fit for work? Each line is ok, warn or fail, with a hint.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "app/workspace.h"
#include "base/clock.h"

namespace holdfast::app {

enum class Health : unsigned char { ok, warn, fail };
std::string_view health_name(Health health);

struct Examined {
  std::string name;  // "catalog.version"
  Health health = Health::ok;
  std::string finding;  // what was seen
  std::string hint;     // when not ok
};

/// The lines, as they are found.
class Examination {
 public:
  void ok(std::string name, std::string finding);
  void warn(std::string name, std::string finding, std::string hint);
  /// The error's message and hint, printable.
  void fail(std::string name, const Error& error);
  std::vector<Examined> take() { return std::move(lines_); }

 private:
  std::vector<Examined> lines_;
};

/// Looks at everything; what can't be looked at because something before it failed is left out.
std::vector<Examined> examine(const WorkspaceOptions& options, Clock& clock);

}  // namespace holdfast::app
