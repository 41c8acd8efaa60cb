// SPDX-License-Identifier: Apache-2.0
// The formats of JSON Schema Validation 2020-12, 7.3, that are told apart here: date-time, date, time, email, hostname, ipv4, ipv6, uri,
// uri-reference, uuid, regex, json-pointer.
#pragma once
#include <optional>
#include <string_view>

namespace holdfast::json_schema {

/// Whether a string has a format; nothing where the format is not known. Linear in the string's length.
std::optional<bool> has_format(std::string_view format, std::string_view text);

}  // namespace holdfast::json_schema
