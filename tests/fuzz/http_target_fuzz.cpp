// SPDX-License-Identifier: Apache-2.0
// URLs, request targets, route patterns and the values of header fields, from whoever sends them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/percent.h"
#include "http/http_date.h"
#include "http/message.h"
#include "http/routes.h"
#include "http/target.h"
#include "http/url.h"

namespace {

using namespace holdfast::http;

void require(bool condition) {
  if (!condition) std::abort();
}

bool has(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

// What was read is read again from what is sent, and has nothing in it that would end a line.
void check_url(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return;
  const std::string sent = without_credentials(*url);
  require(is_field("x", sent) && !has(sent, " ") && !has(url->host, "/") && !has(url->host, "@"));
  require(url->path.starts_with('/') && !has(url->path + '/', "/../") &&
          !has(url->path + '/', "/./"));
  const auto again = parse_url(sent);
  require(again && without_credentials(*again) == sent && same_origin(*again, *url));
}

void check_secret(std::string_view text) {
  const std::string secret = "zQ7secretQ7z";
  if (has(std::string(text), secret)) return;
  for (const std::string& one : {"http://u:" + secret + "@" + std::string(text),
                                 "http://h/?token=" + secret + "&" + std::string(text)}) {
    const auto url = parse_url(one);
    if (!url) require(!has(url.error().message(), secret));
    // A password that ends early ("u:1/zQ7secretQ7z") is a path by the standard; one that was read as such is hidden.
    if (url && has(url->password, secret)) require(!has(redacted(*url), secret));
  }
}

void check_reference(std::string_view text) {
  const auto base = parse_url("http://base:8081/api/v1");
  if (const auto below = joined(*base, text)) {
    require(same_origin(*below, *base));
    require(below->path == "/api/v1" || below->path.starts_with("/api/v1/"));
  }
  if (const auto to = resolved(*base, text)) require(to->user.empty() && to->password.empty());
}

void check_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return;
  for (const std::string& segment : target->segments) {
    require(segment != "." && segment != ".." &&
            segment.find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos);
    if (!segment.empty()) require(*holdfast::percent_decoded(encoded_segment(segment)) == segment);
  }
  const auto empty = std::find(target->segments.begin(), target->segments.end(), "");
  require(empty == target->segments.end() || empty + 1 == target->segments.end());
}

void check_fields(std::string_view text) {
  const std::string tag = strong_etag("a");
  etag_matches(text, tag);
  media_type({{"content-type", std::string(text)}});
  if (const auto wait = parse_retry_after(text, {784'111'777'000'000'000}))
    require(wait->count() >= 0);
  if (const auto date = parse_http_date(text))
    require(parse_http_date(format_http_date(*date)).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check_url(text);
  check_secret(text);
  check_reference(text);
  check_target(text);
  check_fields(text);
  if (const auto pattern = PathPattern::parse(text)) {
    require(pattern->collides_with(*pattern) && !pattern->before(*pattern));
    if (const auto target = parse_target(text);
        target && text.find_first_of("{}%?") == std::string_view::npos)
      require(pattern->match(target->segments).has_value());
  }
  return 0;
}
