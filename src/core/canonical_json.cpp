// SPDX-License-Identifier: Apache-2.0
// RFC 8785 in one pass over the text: a SAX reader writes each value as it comes; an object whose keys did not come in order is
// put in order when it closes. Refused: a document tree (twice the memory), and a parser of our own (nlohmann's names the place
// of an error, keeps the digits of integers that no machine type holds, and does not recurse).
#include "core/canonical_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "core/json_depth.h"
#include "core/plain_text.h"

namespace holdfast::core {
namespace {

constexpr std::size_t kShownTextLimit = 60;     // bytes of a key or number quoted in an error
constexpr std::size_t kShownReasonLimit = 200;  // bytes of the reader's own words

std::string shown(std::string_view text) {
  std::string out;
  append_canonical_string(out, text.substr(0, kShownTextLimit));
  if (text.size() > kShownTextLimit) out.insert(out.size() - 1, "…");
  return out;
}

// Turns nlohmann's byte count into a line and a column (bytes, from 1).
std::string place_of_byte(std::string_view json, std::size_t bytes_read) {
  const std::string_view before = json.substr(0, bytes_read == 0 ? 0 : bytes_read - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t last = before.rfind('\n');
  const std::size_t column =
      last == std::string_view::npos ? before.size() + 1 : before.size() - last;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error …" → "syntax error …".
std::string reason_of(std::string_view what) {
  if (const auto bracket = what.find("] "); bracket != std::string_view::npos) {
    what.remove_prefix(bracket + 2);
  }
  if (what.starts_with("parse error")) {
    if (const auto colon = what.find(": "); colon != std::string_view::npos) {
      what.remove_prefix(colon + 2);
    }
  }
  std::string out;
  for (const char c : what.substr(0, kShownReasonLimit))
    out += is_utf8({&c, 1}) ? c : '?';  // it may quote half a character
  return out;
}

// Holds the canonical text so far and, for each container that is open, where it began and its members.
class CanonicalWriter final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit CanonicalWriter(std::string_view json) : json_(json) { out_.reserve(json.size()); }
  std::string take() { return std::move(out_); }
  const std::string& error() const { return error_; }

  bool null() override { return scalar("null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return integer(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return integer(std::to_string(value)); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == std::string::npos) return integer(text);
    begin_value();
    append_canonical_number(out_, value);
    return true;
  }
  bool string(string_t& value) override {
    begin_value();
    append_canonical_string(out_, value);
    return true;
  }
  bool binary(binary_t& /*value*/) override { return refuse("binary values are not JSON"); }
  bool start_object(std::size_t /*count*/) override { return open('{', true); }
  bool start_array(std::size_t /*count*/) override { return open('[', false); }

  bool key(string_t& value) override {
    Frame& frame = open_.back();
    if (!frame.members.empty()) {
      frame.members.back().end = out_.size();
      if (!canonical_key_less(frame.members.back().key, value)) frame.in_order = false;
      out_ += ',';
    }
    const std::size_t begin = out_.size();
    append_canonical_string(out_, value);
    out_ += ':';
    frame.members.push_back({std::move(value), begin, begin});
    return true;
  }

  bool end_object() override {
    Frame frame = std::move(open_.back());
    if (!frame.members.empty()) frame.members.back().end = out_.size();
    if (!frame.in_order && !put_in_order(frame)) return false;
    open_.pop_back();
    out_ += '}';
    return true;
  }

  bool end_array() override {
    open_.pop_back();
    out_ += ']';
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) override {
    error_ = "not JSON at " + place_of_byte(json_, position) + ": " + reason_of(error.what());
    return false;
  }

 private:
  struct Member {
    std::string key;
    std::size_t begin, end;  // of "key":value in out_
  };
  struct Frame {
    bool is_object = false;
    bool in_order = true;
    std::size_t element_count = 0;  // of an array
    std::vector<Member> members;    // of an object
  };

  bool refuse(const std::string& reason) {
    error_ = reason + " (at " + pointer() + ')';
    return false;
  }

  // JSON Pointer (RFC 6901) of the value being read.
  std::string pointer() const {
    std::string at;
    for (const Frame& frame : open_) {
      if (frame.is_object && frame.members.empty()) break;
      if (!frame.is_object && frame.element_count == 0) break;
      at += '/';
      if (frame.is_object) {
        for (const char c : frame.members.back().key) {
          at += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        }
      } else {
        at += std::to_string(frame.element_count - 1);
      }
    }
    return at.empty() ? "the root" : shown(at);
  }

  void begin_value() {
    if (open_.empty() || open_.back().is_object) return;
    if (open_.back().element_count++ > 0) out_ += ',';
  }

  bool scalar(std::string_view text) {
    begin_value();
    out_ += text;
    return true;
  }

  // RFC 8785 would round what a double cannot hold; we say so instead. Digits that come back the same are no loss, and
  // canonical text stays canonical when it is read again (1e20 is written as an integer).
  bool integer(const std::string& digits) {
    begin_value();
    std::string canonical;
    double value = 0;
    const char* const end = digits.data() + digits.size();
    std::from_chars(digits.data(), end, value);
    append_canonical_number(canonical, value);
    if (canonical != digits) {
      return refuse("the integer " + shown(digits) + " is beyond 2^53 and would be rounded to " +
                    canonical);
    }
    out_ += canonical;
    return true;
  }

  bool open(char bracket, bool is_object) {
    begin_value();
    if (open_.size() >= kJsonDepthLimit) {
      return refuse("nested deeper than " + std::to_string(kJsonDepthLimit) + " levels");
    }
    out_ += bracket;
    open_.emplace_back();
    open_.back().is_object = is_object;
    return true;
  }

  // Rewrites the members of the object that ends here in the order of their keys.
  bool put_in_order(Frame& frame) {
    auto& members = frame.members;
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return canonical_key_less(a.key, b.key); });
    const auto twin =
        std::adjacent_find(members.begin(), members.end(),
                           [](const Member& a, const Member& b) { return a.key == b.key; });
    if (twin != members.end()) {
      const std::string key = shown(twin->key);
      open_.back().members.clear();
      return refuse("the key " + key + " stands twice in one object");
    }
    std::string sorted;
    std::size_t begin = out_.size();
    for (const Member& member : members) {
      if (!sorted.empty()) sorted += ',';
      sorted.append(out_, member.begin, member.end - member.begin);
      begin = std::min(begin, member.begin);
    }
    out_.replace(begin, std::string::npos, sorted);
    return true;
  }

  std::string_view json_;
  std::string out_;
  std::string error_;
  std::vector<Frame> open_;
};

}  // namespace

Result<std::string> canonicalize(std::string_view json) {
  // nlohmann skips a byte order mark and takes a NUL for the end of the text: both are no JSON (RFC 8259, sections 2 and 8.1).
  if (json.starts_with("\xEF\xBB\xBF")) {
    return Error(Code::invalid, "not JSON at line 1, column 1: it begins with a byte order mark");
  }
  if (const auto nul = json.find('\0'); nul != std::string_view::npos) {
    return Error(Code::invalid, "not JSON at " + place_of_byte(json, nul + 1) + ": a NUL byte");
  }
  CanonicalWriter writer(json);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &writer)) {
    return Error(Code::invalid, writer.error());
  }
  return writer.take();
}

// ECMA-262, Number::toString, from the shortest round-trip digits that std::to_chars yields.
void append_canonical_number(std::string& out, double value) {
  HOLDFAST_ASSERT(std::isfinite(value));
  if (value == 0) {  // also -0
    out += '0';
    return;
  }
  if (value < 0) {
    out += '-';
    value = -value;
  }
  char text[32];  // d[.ddd]e[+-]XX
  const char* const end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* const e = std::find<const char*>(text, end, 'e');
  char digits[20];
  std::size_t count = 0;
  for (const char* p = text; p < e; ++p) {
    if (*p != '.') digits[count++] = *p;
  }
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  const int point = exponent + 1;  // value = 0.d1d2… * 10^point
  const auto places = static_cast<std::size_t>(std::max(point, 0));
  if (point >= 1 && point <= 21) {
    out.append(digits, std::min(count, places));
    if (places >= count) {
      out.append(places - count, '0');
    } else {
      out += '.';
      out.append(digits + places, count - places);
    }
  } else if (point > -6 && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out.append(digits, count);
  } else {
    out += digits[0];
    if (count > 1) {
      out += '.';
      out.append(digits + 1, count - 1);
    }
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  }
}

void append_canonical_string(std::string& out, std::string_view utf8) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (;;) {
    const std::size_t plain = plain_size(utf8);
    out.append(utf8, 0, plain);
    if (plain == utf8.size()) break;
    const auto c = static_cast<unsigned char>(utf8[plain]);
    utf8.remove_prefix(plain + 1);
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += static_cast<char>(c);
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out += '"';
}

// The two orders differ only where U+10000… (lead bytes F0 to F4, surrogates in UTF-16) meets U+E000 to U+FFFF (EE, EF).
bool canonical_key_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto left = static_cast<unsigned char>(*x);
  const auto right = static_cast<unsigned char>(*y);
  if (left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0)) return left >= 0xF0;
  return left < right;
}

bool is_json_too_deep(std::string_view json) {
  JsonDepth depth;
  return std::ranges::any_of(json, [&](char c) {
    depth.read(c);
    return depth.open_count() > kJsonDepthLimit;
  });
}

bool is_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

}  // namespace holdfast::core
