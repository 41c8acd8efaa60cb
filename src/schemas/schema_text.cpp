// SPDX-License-Identifier: Apache-2.0
#include "schemas/schema_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "core/canonical_json.h"
#include "core/json_scan.h"
#include "core/sha256.h"

namespace holdfast::schemas {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMostPlainDigits =
    400;  // of an integer beyond a double, written without exponent

// --- numbers

/// digits × 10^exponent, without zeros at either end; no digits: zero.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

// `token` is a JSON number. An exponent beyond 18 digits is cut to ±10^18: no such numbers are told apart.
Decimal decimal_of(std::string_view token) {
  constexpr std::int64_t kMostExponent = 1'000'000'000'000'000'000;
  Decimal out;
  out.negative = token.starts_with('-');
  std::size_t at = out.negative ? 1 : 0;
  bool after_point = false;
  for (; at < token.size() && token[at] != 'e' && token[at] != 'E'; ++at) {
    if (token[at] == '.') {
      after_point = true;
      continue;
    }
    if (after_point) --out.exponent;
    if (token[at] != '0' || !out.digits.empty()) out.digits += token[at];
  }
  if (at < token.size()) {
    std::string_view power = token.substr(at + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::int64_t value = 0;
    const auto read = std::from_chars(power.data(), power.data() + power.size(), value);
    if (read.ec != std::errc()) value = power.starts_with('-') ? -kMostExponent : kMostExponent;
    out.exponent += std::clamp(value, -kMostExponent, kMostExponent);
  }
  while (out.digits.ends_with('0')) {
    out.digits.pop_back();
    ++out.exponent;
  }
  if (out.digits.empty()) return {};
  return out;
}

struct Shortest {
  std::array<char, 64> bytes{};
  std::size_t size = 0;
  std::string_view text() const { return {bytes.data(), size}; }
};

Shortest shortest(double value) {
  Shortest out;
  const auto end = std::to_chars(out.bytes.data(), out.bytes.data() + out.bytes.size(), value,
                                 std::chars_format::scientific);
  out.size = static_cast<std::size_t>(end.ptr - out.bytes.data());
  return out;
}

double double_of(std::string_view token) {
  return std::strtod(std::string(token).c_str(), nullptr);
}

bool is_integer_token(std::string_view token) {
  return token.find_first_of(".eE") == std::string_view::npos;
}

void append_canonical_number(std::string& out, std::string_view token) {
  const Decimal exact = decimal_of(token);
  const double value = double_of(token);
  if (exact.digits.empty() || (std::isfinite(value) && decimal_of(shortest(value).text()) == exact))
    return core::append_canonical_number(out, exact.digits.empty() ? 0 : value);
  if (exact.negative) out += '-';
  out += exact.digits;
  const auto zeros = static_cast<std::size_t>(std::max<std::int64_t>(exact.exponent, 0));
  if (exact.exponent >= 0 && exact.digits.size() + zeros <= kMostPlainDigits) {
    out.append(zeros, '0');
  } else {
    out += 'e' + std::to_string(exact.exponent);
  }
}

void append_python_number(std::string& out, std::string_view token) {
  if (!is_integer_token(token)) {
    out += python_float(double_of(token));
    return;
  }
  out += token == "-0" ? "0" : token;
}

// --- strings

void append_hex(std::string& out, unsigned unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U})
    out += kDigits[unit >> shift & 0xFU];
}

// The code point at `at`, which is moved behind it; the text is UTF-8.
unsigned code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at++);
  if (lead < 0x80) return lead;
  const unsigned more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  unsigned code = lead & (0x3FU >> more);
  for (unsigned i = 0; i < more; ++i)
    code = code << 6U | (byte(at++) & 0x3FU);
  return code;
}

// How many bytes Python writes as they are.
std::size_t plain_ascii(std::string_view text) {
  const auto is_special = [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_special) -
                                  text.begin());
}

void append_python_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = plain_ascii(text.substr(at));
    out.append(text, at, plain);
    at += plain;
    if (at == text.size()) break;
    const unsigned code = code_point(text, at);
    switch (code) {
      case '"':
      case '\\':
        out += '\\';
        out += static_cast<char>(code);
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\b':
        out += "\\b";
        continue;
      default:
        break;  // by its number
    }
    if (code < 0x10000) {
      append_hex(out, code);
    } else {
      append_hex(out, 0xD800U + ((code - 0x10000U) >> 10U));
      append_hex(out, 0xDC00U + ((code - 0x10000U) & 0x3FFU));
    }
  }
  out += '"';
}

// --- the walk

/// Both texts of one value.
struct Forms {
  std::string seed;
  std::string canonical;
};

struct Member {
  std::string key;
  Forms value;
};

/// One pass over the bytes; recursion is bounded by kMostDepth.
class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : bytes_(bytes), scan_(bytes, core::JsonNumbers::python, 1) {}

  Looked<SchemaText> read() {
    Forms forms;
    scan_.skip_space();
    const char first = scan_.peek();
    const bool fits = value(forms, 0);
    scan_.skip_space();
    if (!fits || problem_) return problem_ ? *problem_ : fail(ProblemKind::not_json, "is no JSON");
    if (!scan_.at_end()) return fail(ProblemKind::not_json, "has something behind its JSON");
    if (first != '{' && first != 't' && first != 'f')
      return Problem{ProblemKind::not_schema,
                     "is JSON and no schema: neither an object nor true or false"};
    out_.seed = std::move(forms.seed);
    out_.canonical = std::move(forms.canonical);
    return std::move(out_);
  }

 private:
  Problem fail(ProblemKind kind, const std::string& what) const {
    const std::string_view before = bytes_.substr(0, scan_.at());
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n');
    const std::size_t column =
        start == std::string_view::npos ? before.size() + 1 : before.size() - start;
    return {kind, what + " at line " + std::to_string(line) + ", column " + std::to_string(column)};
  }
  bool refuse(ProblemKind kind, const std::string& what) {
    if (!problem_) problem_ = fail(kind, what);
    return false;
  }

  bool value(Forms& forms, int depth) {
    scan_.skip_space();
    switch (scan_.peek()) {
      case '{':
        return object(forms, depth);
      case '[':
        return array(forms, depth);
      case '"': {
        std::string text;
        if (!string(text)) return false;
        append_python_string(forms.seed, text);
        core::append_canonical_string(forms.canonical, text);
        return true;
      }
      default:
        return scalar(forms);
    }
  }

  bool scalar(Forms& forms) {
    const std::size_t begin = scan_.at();
    if (!scan_.value()) return refuse(ProblemKind::not_json, "is no JSON");
    const std::string_view token = bytes_.substr(begin, scan_.at() - begin);
    if (token == "true" || token == "false" || token == "null") {
      forms.seed += token;
      forms.canonical += token;
      return true;
    }
    if (token.find_first_of("NI") != std::string_view::npos)
      return refuse(ProblemKind::not_finite, "has " + std::string(token) + ", which is no JSON,");
    append_python_number(forms.seed, token);
    append_canonical_number(forms.canonical, token);
    return true;
  }

  bool string(std::string& text) {
    const std::size_t begin = scan_.at();
    if (!scan_.string()) return refuse(ProblemKind::not_json, "is no JSON");
    const std::string_view quoted = bytes_.substr(begin, scan_.at() - begin);
    if (core::has_lone_surrogate(quoted))
      return refuse(ProblemKind::lone_surrogate, "has half of a surrogate pair, which is no text,");
    text = core::json_unescaped(quoted);
    return true;
  }

  bool array(Forms& forms, int depth) {
    if (depth >= kMostDepth) return too_deep();
    scan_.take('[');
    forms.seed += '[';
    forms.canonical += '[';
    scan_.skip_space();
    for (bool first = true; !scan_.take(']'); first = false) {
      if (!first) {
        if (!scan_.take(',')) return refuse(ProblemKind::not_json, "is no JSON");
        forms.seed += ", ";
        forms.canonical += ',';
      }
      if (!value(forms, depth + 1)) return false;
      scan_.skip_space();
    }
    forms.seed += ']';
    forms.canonical += ']';
    return true;
  }

  bool object(Forms& forms, int depth) {
    if (depth >= kMostDepth) return too_deep();
    scan_.take('{');
    std::vector<Member> members;
    scan_.skip_space();
    while (!scan_.take('}')) {
      if (!members.empty() && !scan_.take(',')) return refuse(ProblemKind::not_json, "is no JSON");
      scan_.skip_space();
      members.emplace_back();
      if (!string(members.back().key)) return false;
      scan_.skip_space();
      if (!scan_.take(':')) return refuse(ProblemKind::not_json, "is no JSON");
      scan_.skip_space();
      const std::size_t begin = scan_.at();
      if (!value(members.back().value, depth + 1)) return false;
      if (depth == 0) note(members.back().key, bytes_.substr(begin, scan_.at() - begin));
      scan_.skip_space();
    }
    return write(forms, members, depth);
  }

  bool write(Forms& forms, std::vector<Member>& members, int depth) {
    const auto less = [](const Member& a, const Member& b) { return a.key < b.key; };
    std::sort(members.begin(), members.end(), less);  // of UTF-8: the order of code points
    const auto twin =
        std::adjacent_find(members.begin(), members.end(),
                           [](const Member& a, const Member& b) { return a.key == b.key; });
    if (twin != members.end())
      return refuse(ProblemKind::duplicate_key,
                    "has the key \"" + twin->key + "\" twice in the object that ends");
    forms.seed += '{';
    for (const Member& member : members) {
      if (&member != members.data()) forms.seed += ", ";
      append_python_string(forms.seed, member.key);
      forms.seed += ": ";
      forms.seed += member.value.seed;
    }
    forms.seed += '}';
    const auto comes_before = [](const Member& a, const Member& b) {
      return core::canonical_key_less(a.key, b.key);
    };
    if (!std::is_sorted(members.begin(), members.end(), comes_before))
      std::sort(members.begin(), members.end(), comes_before);
    forms.canonical += '{';
    bool first = true;
    for (const Member& member : members) {
      if (depth == 0 && is_stamp(member.key)) continue;
      if (!first) forms.canonical += ',';
      first = false;
      core::append_canonical_string(forms.canonical, member.key);
      forms.canonical += ':';
      forms.canonical += member.value.canonical;
    }
    forms.canonical += '}';
    return true;
  }

  bool too_deep() {
    return refuse(ProblemKind::too_deep,
                  "is nested deeper than " + std::to_string(kMostDepth) + " levels");
  }

  static bool is_stamp(std::string_view key) {
    return key == "$core_version" || key == "$schema_id" || key == "$track";
  }

  // A member of the top level.
  void note(std::string_view key, std::string_view token) {
    if (!token.starts_with('"')) return;
    if (key == "$core_version") out_.stamps.core_version = core::json_unescaped(token);
    if (key == "$schema_id") out_.stamps.schema_id = core::json_unescaped(token);
    if (key == "$track") out_.stamps.track = core::json_unescaped(token);
    if (key == "$schema") out_.dialect = core::json_unescaped(token);
  }

  std::string_view bytes_;
  core::JsonScan scan_;
  SchemaText out_;
  std::optional<Problem> problem_;
};

}  // namespace

std::string python_float(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  constexpr int kMostPlain = 16;   // digits before the point; CPython's repr, format_float_short
  constexpr int kLeastPlain = -4;  // power of ten of the first digit
  const Shortest shown = shortest(value);
  const std::string_view text = shown.text();
  const std::size_t e = text.find('e');
  std::string digits;
  for (const char c : text.substr(0, e))
    if (c >= '0' && c <= '9') digits += c;
  int power = 0;
  std::string_view power_text = text.substr(e + 1);
  if (power_text.starts_with('+')) power_text.remove_prefix(1);
  std::from_chars(power_text.data(), power_text.data() + power_text.size(), power);
  std::string out = text.starts_with('-') ? "-" : "";
  if (power < kLeastPlain || power >= kMostPlain) {
    out += digits.substr(0, 1);
    if (digits.size() > 1) out += '.' + digits.substr(1);
    const int size = std::abs(power);
    out += power < 0 ? "e-" : "e+";
    return out + (size < 10 ? "0" : "") + std::to_string(size);
  }
  if (power < 0)
    return out + "0." + std::string(static_cast<std::size_t>(-power - 1), '0') + digits;
  const auto before = static_cast<std::size_t>(power) + 1;
  if (digits.size() <= before)
    return out + digits + std::string(before - digits.size(), '0') + ".0";
  return out + digits.substr(0, before) + '.' + digits.substr(before);
}

Looked<SchemaText> read_schema_text(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark))
    return Problem{ProblemKind::byte_order_mark, "begins with a byte-order mark, which is no JSON"};
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Problem{ProblemKind::empty, "is empty"};
  if (bytes.size() > kMostSchemaBytes)
    return Problem{ProblemKind::too_large, "is larger than 16 MiB"};
  if (!core::is_utf8(bytes)) return Problem{ProblemKind::not_utf8, "is no UTF-8"};
  return Reader(bytes).read();
}

SchemaHashes hashes_of(std::string_view bytes, const SchemaText& text) {
  const auto hex = [](std::string_view of) {
    core::Sha256 hash;
    hash.update(of);
    return core::to_hex(hash.finish());
  };
  return {hex(bytes), hex(text.seed), hex(text.canonical)};
}

std::string indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  bool is_escaped = false;
  bool is_fresh = false;  // behind an opening bracket
  const auto new_line = [&] { out += '\n' + std::string(2 * depth, ' '); };
  for (const char c : json) {
    if (in_string) {
      out += c;
      if (!is_escaped && c == '"') in_string = false;
      is_escaped = !is_escaped && c == '\\';
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    const bool closes = c == '}' || c == ']';
    if (closes) {
      if (depth > 0) --depth;
      if (!is_fresh) new_line();
      is_fresh = false;
      out += c;
      continue;
    }
    if (is_fresh) new_line();
    is_fresh = false;
    out += c;
    if (c == '{' || c == '[') {
      ++depth;
      is_fresh = true;
    }
    if (c == ',') new_line();
    if (c == ':') out += ' ';
    in_string = c == '"';
  }
  return out + '\n';
}

}  // namespace holdfast::schemas
