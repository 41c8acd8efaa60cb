// SPDX-License-Identifier: Apache-2.0
#include "schemas/comparison_options.h"

namespace holdfast::schemas {

std::string_view format_mode_name(FormatMode format) {
  return format == FormatMode::assertion ? "assertion" : "annotation";
}

std::optional<FormatMode> parse_format_mode(std::string_view name) {
  for (const FormatMode each : {FormatMode::annotation, FormatMode::assertion})
    if (format_mode_name(each) == name) return each;
  return {};
}

std::string_view defaults_name(Defaults defaults) {
  return defaults == Defaults::fill ? "fill" : "ignore";
}

std::optional<Defaults> parse_defaults(std::string_view name) {
  for (const Defaults each : {Defaults::ignore, Defaults::fill})
    if (defaults_name(each) == name) return each;
  return {};
}

}  // namespace holdfast::schemas
