// SPDX-License-Identifier: Apache-2.0
#include "artifacts/metadata_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/canonical_json.h"

namespace holdfast::artifacts {
namespace {

constexpr std::array<std::string_view, 3> kOwnedKeys{"file_sha256", "file_size_bytes",
                                                     "file_sha256_computed_at"};

/// A piece of the text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// The outermost object: where it closes, where its members end, and our three values.
struct ObjectMap {
  std::array<std::optional<Span>, 3> owned;
  bool owned_twice = false;
  std::size_t members_end = 0;  // one past the last member's value, or past '{'
  bool empty = true;
  bool spaced_colon = false;  // `"a": 1` in the first member
  bool spaced_comma = false;  // `, ` after the first member; of an only member: as its colon
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Walks JSON text without building anything. Every member function returns false where the text is not JSON.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool at_end() const { return at_ == text_.size(); }
  std::size_t at() const { return at_; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
  }

  bool string() {
    if (!take('"')) return false;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool value(int depth) {
    skip_space();
    switch (peek()) {
      case '{':
        return depth < kMaxMetadataDepth && object(depth);
      case '[':
        return depth < kMaxMetadataDepth && array(depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

 private:
  bool word(std::string_view name) {
    if (text_.substr(at_, name.size()) != name) return false;
    at_ += name.size();
    return true;
  }
  bool digits() {
    if (!is_digit(peek())) return false;
    while (is_digit(peek()))
      ++at_;
    return true;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }
  bool escape() {
    if (at_end()) return false;
    const char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    if (text_.size() - at_ < 4) return false;
    unsigned code = 0;
    const auto read = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
    at_ += 4;
    return read.ptr == text_.data() + at_;
  }
  bool array(int depth) {
    take('[');
    skip_space();
    if (take(']')) return true;
    do {
      if (!value(depth + 1)) return false;
      skip_space();
    } while (take(','));
    return take(']');
  }
  bool object(int depth) {
    take('{');
    skip_space();
    if (take('}')) return true;
    do {
      skip_space();
      if (!string()) return false;
      skip_space();
      if (!take(':') || !value(depth + 1)) return false;
      skip_space();
    } while (take(','));
    return take('}');
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// What a \uXXXX, \n … stands for; the scanner has seen that the escapes are whole. Lone surrogates become U+FFFD: our keys and
/// values hold none.
void append_utf8(std::string& out, unsigned code) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0U | code >> 6U);
  } else {
    if (code >= 0xD800 && code <= 0xDFFF) code = 0xFFFD;
    byte(0xE0U | code >> 12U);
    byte(0x80U | (code >> 6U & 0x3FU));
  }
  byte(0x80U | (code & 0x3FU));
}

std::string unescaped(std::string_view quoted) {
  std::string out;
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kMeant = "\b\f\n\r\t";
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] != '\\') {
      out += quoted[i];
      continue;
    }
    const char c = quoted[++i];
    if (c == 'u') {
      unsigned code = 0;
      std::from_chars(quoted.data() + i + 1, quoted.data() + i + 5, code, 16);
      append_utf8(out, code);
      i += 4;
    } else {
      const auto found = kNames.find(c);
      out += found == std::string_view::npos ? c : kMeant[found];
    }
  }
  return out;
}

void remember_member(ObjectMap& map, std::string_view text, Span key, Span value) {
  const std::string name = unescaped(key.of(text));
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    if (name != kOwnedKeys[i]) continue;
    map.owned_twice = map.owned_twice || map.owned[i].has_value();
    map.owned[i] = value;
  }
  if (map.empty) map.spaced_colon = map.spaced_comma = text[value.begin - 1] == ' ';
  map.members_end = value.end;
  map.empty = false;
}

/// The members of the outermost object; none where the text is no JSON object.
std::optional<ObjectMap> map_object(std::string_view text) {
  Scanner scan(text);
  ObjectMap map;
  scan.skip_space();
  if (!scan.take('{')) return {};
  map.members_end = scan.at();
  scan.skip_space();
  if (scan.take('}')) return scan.skip_space(), scan.at_end() ? std::optional(map) : std::nullopt;
  do {
    scan.skip_space();
    Span key{.begin = scan.at()};
    if (!scan.string()) return {};
    key.end = scan.at();
    scan.skip_space();
    if (!scan.take(':')) return {};
    scan.skip_space();
    Span value{.begin = scan.at()};
    if (!scan.value(1)) return {};
    value.end = scan.at();
    if (!map.empty) map.spaced_comma = text[key.begin - 1] == ' ';
    remember_member(map, text, key, value);
    scan.skip_space();
  } while (scan.take(','));
  if (!scan.take('}')) return {};
  scan.skip_space();
  if (!scan.at_end()) return {};
  return map;
}

bool is_json(std::string_view text) {
  Scanner scan(text);
  if (!scan.value(0)) return false;
  scan.skip_space();
  return scan.at_end();
}

std::optional<std::string> shown(std::string_view text, const std::optional<Span>& value) {
  if (!value) return {};
  const std::string_view json = value->of(text);
  if (json == "null") return {};
  return json.front() == '"' ? unescaped(json) : std::string(json);
}

std::array<std::string, 3> values_of(const NewHash& hash) {
  return {'"' + hash.sha256 + '"', std::to_string(hash.size_bytes), '"' + hash.computed_at + '"'};
}

}  // namespace

std::string_view damage_of(MetadataKind kind) {
  switch (kind) {
    case MetadataKind::object:
    case MetadataKind::null:
      return {};
    case MetadataKind::other:
      return "metadata is no JSON object";
    case MetadataKind::invalid:
      return "metadata is no JSON (RFC 8259, in UTF-8)";
    case MetadataKind::ambiguous:
      return "metadata has a key of Holdfast's twice";
  }
  return {};
}

MetadataReading read_metadata(const std::optional<std::string>& text) {
  MetadataReading reading;
  if (!text) return reading;
  reading.kind = MetadataKind::invalid;
  if (!core::is_utf8(*text)) return reading;
  const auto map = map_object(*text);
  if (!map) {
    if (is_json(*text)) reading.kind = MetadataKind::other;
    return reading;
  }
  if (map->owned_twice) {
    reading.kind = MetadataKind::ambiguous;
    return reading;
  }
  reading.kind = MetadataKind::object;
  reading.recorded = {.sha256 = shown(*text, map->owned[0]),
                      .size_bytes = shown(*text, map->owned[1]),
                      .computed_at = shown(*text, map->owned[2])};
  std::string json;
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    if (!map->owned[i]) continue;
    json += json.empty() ? "{\"" : ", \"";
    json += kOwnedKeys[i];
    json += "\": ";
    json += map->owned[i]->of(*text);
  }
  if (!json.empty()) reading.owned_json = json + '}';
  return reading;
}

std::string owned_json(const NewHash& hash) {
  const auto values = values_of(hash);
  std::string json;
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    json += i == 0 ? "{\"" : ", \"";
    json += kOwnedKeys[i];
    json += "\": ";
    json += values[i];
  }
  return json + '}';
}

Result<std::string> with_hash(const std::optional<std::string>& text, const NewHash& hash) {
  if (!text) return owned_json(hash);
  const auto map = core::is_utf8(*text) ? map_object(*text) : std::nullopt;
  if (!map || map->owned_twice)
    return Error(Code::invalid, "metadata is no JSON object that could take a hash");
  const auto values = values_of(hash);
  std::string added;
  bool first = map->empty;
  for (std::size_t i = 0; i < kOwnedKeys.size(); ++i) {
    if (map->owned[i]) continue;
    if (!first) added += map->spaced_comma || map->empty ? ", " : ",";
    first = false;
    added += '"';
    added += kOwnedKeys[i];
    added += map->spaced_colon || map->empty ? "\": " : "\":";
    added += values[i];
  }
  // From the back to the front, so that the places found stay right.
  std::string out = *text;
  out.insert(map->members_end, added);
  std::array<std::size_t, 3> order{0, 1, 2};
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return map->owned[a].value_or(Span{}).begin > map->owned[b].value_or(Span{}).begin;
  });
  for (const std::size_t i : order) {
    if (map->owned[i])
      out.replace(map->owned[i]->begin, map->owned[i]->end - map->owned[i]->begin, values[i]);
  }
  return out;
}

}  // namespace holdfast::artifacts
