// SPDX-License-Identifier: Apache-2.0
// `holdfast doctor`: is everything fit for work? Exit 0 when nothing fails (warnings are allowed), else 2.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/doctor.h"
#include "app/text.h"
#include "cli/command_tree.h"
#include "cli/terminal.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string sign_of(app::Health health, bool colour) {
  const auto in = [&](const char* code, const char* sign) {
    return colour ? std::string(code) + sign + "\x1b[0m" : std::string(sign);
  };
  switch (health) {
    case app::Health::ok:
      return in("\x1b[32m", "✓");
    case app::Health::warn:
      return in("\x1b[33m", "!");
    case app::Health::fail:
      return in("\x1b[31m", "✗");
  }
  return "✗";
}

std::string text_of(const Command& command, const std::vector<app::Examined>& lines) {
  std::size_t left = 0;
  for (const app::Examined& line : lines)
    left = std::max(left, line.name.size());
  const auto width = static_cast<std::size_t>(terminal_width());
  const std::size_t indent = 2 + left + 2 + 6;
  std::string out;
  const auto append = [&](const std::string& lead, const std::string& text) {
    bool first = true;
    for (const std::string& part : app::folded(text, width > indent + 20 ? width - indent : 20)) {
      out += (first ? lead : std::string(indent, ' ')) + part + '\n';
      first = false;
    }
  };
  for (const app::Examined& line : lines) {
    append(sign_of(line.health, command.colour) + ' ' + app::padded(line.name, left + 2) +
               app::padded(app::health_name(line.health), 6),
           line.finding);
    if (!line.hint.empty()) append(std::string(indent, ' '), "hint: " + line.hint);
  }
  return out;
}

Result<Exit> doctor(const Command& command) {
  const std::vector<app::Examined> lines = app::examine(command.workspace, *command.clock);
  bool fit = true;
  for (const app::Examined& line : lines)
    fit = fit && line.health != app::Health::fail;
  if (command.output == OutputFormat::json) {
    Json list = Json::array();
    for (const app::Examined& line : lines)
      list.push_back({{"name", line.name},
                      {"health", app::health_name(line.health)},
                      {"finding", line.finding},
                      {"hint", line.hint.empty() ? Json() : Json(line.hint)}});
    TRY(command.print(Json{{"fit", fit}, {"examined", list}}.dump(2) + "\n"));
  } else {
    TRY(command.print(text_of(command, lines)));
  }
  return fit ? Exit::ok : Exit::usage;
}

}  // namespace

void add_doctor_command(CLI::App& root) {
  add_command(root, "doctor", "Examine the configuration, the catalog and this machine",
              {"holdfast doctor", "holdfast doctor --json"}, doctor);
}

}  // namespace holdfast::cli
