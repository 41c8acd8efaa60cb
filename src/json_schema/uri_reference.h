// SPDX-License-Identifier: Apache-2.0
// URIs as far as schemas need them: RFC 3986, 5.2, resolves a reference against a base; nothing is fetched.
#pragma once
#include <string>
#include <string_view>

namespace holdfast::json_schema {

/// A reference at its first #. Without one the fragment is empty, as after a # with nothing behind.
struct SplitUri {
  std::string_view resource;
  std::string_view fragment;
};
SplitUri split_fragment(std::string_view uri);

/// The target of a reference without its fragment. A base that is empty or relative works as far as paths go.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// %41 becomes A; what is no escape stays.
std::string percent_decoded_leniently(std::string_view text);

}  // namespace holdfast::json_schema
