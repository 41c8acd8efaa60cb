// SPDX-License-Identifier: Apache-2.0
// What a request and an answer are made of, for the client and the server alike: methods, header fields, entity tags (RFC 9110).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

enum class Method : unsigned char { get, head, post, put, patch, del, options };

/// "GET".
std::string_view method_name(Method method);
/// The method of exactly this name, if it is one of ours.
std::optional<Method> method_of(std::string_view name);
/// Whether a second request does no more than the first (RFC 9110, 9.2.2): all but POST and PATCH.
bool is_idempotent(Method method);

/// Fields in order, names as they came; a name may be there more than once.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first field of this name (any case), or nullptr.
const std::string* find_header(const Headers& headers, std::string_view name);
/// Whether two names of fields, schemes or tokens are the same in ASCII, whatever the case.
bool same_token(std::string_view a, std::string_view b);
/// Whether a name is a token and a value has no control characters: only such fields are ever sent (no header injection).
bool is_field(std::string_view name, std::string_view value);
/// The media type before its parameters, in lower case: "application/json".
std::string media_type(const Headers& headers);

/// "Not Found"; "" for statuses without a phrase.
std::string_view reason_phrase(int status);

/// A strong entity tag of these bytes: 32 digits of their SHA-256 in quotes.
std::string strong_etag(std::string_view bytes);
/// Whether the value of If-None-Match names the tag (weak comparison) or is "*".
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace holdfast::http
