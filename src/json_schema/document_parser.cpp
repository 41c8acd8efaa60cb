// SPDX-License-Identifier: Apache-2.0
// Reads JSON text into a document: one pass, strings without escapes stay where they are. Recursion is bounded by kJsonDepthLimit.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory_resource>
#include <optional>
#include <utility>

#include "core/canonical_json.h"
#include "core/plain_text.h"
#include "json_schema/document.h"
#include "json_schema/document_store.h"
#include "json_schema/pattern_utf8.h"

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kPlainIntegerDigits = 18;  // surely fit 64 bits
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<std::uint32_t> hex_value(char c) {
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A') + 10;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(DocumentStore& store)
      : store_(store), begin_(store.text.data()), at_(begin_), end_(begin_ + store.text.size()) {}

  /// The root, or false with an error.
  bool document(ValueNode& root) {
    skip_space();
    if (!value(root, 0)) return false;
    skip_space();
    return at_ == end_ || fail("expected the end of the text behind the value");
  }
  Error error() const { return *error_; }

 private:
  char peek() const { return at_ != end_ ? *at_ : '\0'; }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
      ++at_;
  }

  bool fail(std::string_view what) { return fail_at(at_, what); }

  bool fail_at(const char* place, std::string_view what) {
    const auto offset = static_cast<std::size_t>(place - begin_);
    const std::string_view before(begin_, offset);
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    error_.emplace(Code::invalid, "line " + std::to_string(line) + ", column " +
                                      std::to_string(offset - line_begin + 1) + " (byte " +
                                      std::to_string(offset) + "): " + std::string(what));
    return false;
  }

  bool value(ValueNode& made, std::size_t depth) {
    switch (peek()) {
      case '{':
        return object(made, depth + 1);
      case '[':
        return array(made, depth + 1);
      case '"': {
        std::string_view text;
        if (!string(text)) return false;
        made = store_.string_node(text);
        return true;
      }
      case 't':
        made = constant_node(ValueKind::boolean, true);
        return word("true");
      case 'f':
        made = constant_node(ValueKind::boolean, false);
        return word("false");
      case 'n':
        made = constant_node(ValueKind::null, false);
        return word("null");
      default:
        return number(made);
    }
  }

  bool word(std::string_view name) {
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, name.size()) != name)
      return fail("expected a value of JSON");
    at_ += name.size();
    return true;
  }

  bool number(ValueNode& made) {
    const char* from = at_;
    if (peek() == '-') ++at_;
    const char* digits = at_;
    std::uint64_t coefficient = 0;
    for (; at_ != end_ && is_digit(*at_); ++at_)
      coefficient = coefficient * 10 + static_cast<std::uint64_t>(*at_ - '0');
    const auto count = static_cast<std::size_t>(at_ - digits);
    if (count == 0) return fail_at(from, "expected a value of JSON");
    const char next = peek();
    const bool is_plain =
        next != '.' && next != 'e' && next != 'E' && (*digits != '0' || count == 1);
    if (is_plain && count <= kPlainIntegerDigits) {
      made = store_.number_node(Number::of(coefficient, 0, *from == '-'));
      return true;
    }
    while (at_ != end_ && (is_digit(*at_) || std::strchr("+-.eE", *at_) != nullptr) && *at_ != '\0')
      ++at_;
    const auto parsed = Number::parse({from, static_cast<std::size_t>(at_ - from)});
    if (!parsed) return fail_at(from, parsed.error().message());
    made = store_.number_node(*parsed);
    return true;
  }

  bool string(std::string_view& text) {
    const char* from = ++at_;
    skip_plain_text();
    if (peek() == '"' && at_ != end_) {
      text = {from, static_cast<std::size_t>(at_ - from)};
      ++at_;
      return true;
    }
    return string_with_escapes(from, text);
  }

  void skip_plain_text() { at_ += core::plain_size({at_, static_cast<std::size_t>(end_ - at_)}); }

  bool string_with_escapes(const char* from, std::string_view& text) {
    scratch_.assign(from, at_);
    while (at_ != end_ && *at_ != '"') {
      if (*at_ != '\\') return fail("a control character in a string has to be escaped");
      if (!escape()) return false;
      const char* plain = at_;
      skip_plain_text();
      scratch_.append(plain, at_);
    }
    if (at_ == end_) return fail("the text ends inside of a string");
    ++at_;
    text = {store_.keep(scratch_), scratch_.size()};
    return true;
  }

  bool escape() {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kBytes = "\"\\/\b\f\n\r\t";
    const char* from = at_++;
    const std::size_t found = at_ != end_ ? kNames.find(*at_) : std::string_view::npos;
    if (found != std::string_view::npos) {
      scratch_ += kBytes[found];
      ++at_;
      return true;
    }
    const auto unit = code_unit();
    if (!unit) return fail_at(from, "no escape of JSON");
    if (*unit < 0xD800 || *unit > 0xDFFF) {
      append_utf8(scratch_, *unit);
      return true;
    }
    const bool is_pair = *unit < 0xDC00 && end_ - at_ >= 2 && at_[0] == '\\';
    if (is_pair) ++at_;
    const auto low = is_pair ? code_unit() : std::nullopt;
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return fail_at(from, "a lone surrogate is no text");
    append_utf8(scratch_, 0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00));
    return true;
  }

  std::optional<std::uint32_t> code_unit() {  // u and four digits
    if (end_ - at_ < 5 || *at_ != 'u') return std::nullopt;
    std::uint32_t unit = 0;
    for (int i = 1; i <= 4; ++i) {
      const auto digit = hex_value(at_[i]);
      if (!digit) return std::nullopt;
      unit = unit * 16 + *digit;
    }
    at_ += 5;
    return unit;
  }

  bool enter(std::size_t depth) {
    if (depth > core::kJsonDepthLimit)
      return fail("nested deeper than " + std::to_string(core::kJsonDepthLimit));
    ++at_;
    skip_space();
    return true;
  }

  /// Behind an element: whether another one follows, or the end was taken.
  bool more(char end, bool& is_more) {
    skip_space();
    is_more = peek() == ',';
    if (!is_more && peek() != end)
      return fail(end == ']' ? "expected , or ] in an array" : "expected , or } in an object");
    ++at_;
    if (is_more) skip_space();
    return true;
  }

  bool array(ValueNode& made, std::size_t depth) {
    if (!enter(depth)) return false;
    const std::size_t first = values_.size();
    bool is_more = peek() != ']';
    if (!is_more) ++at_;
    while (is_more) {
      ValueNode element;
      if (!value(element, depth)) return false;
      values_.push_back(element);
      if (!more(']', is_more)) return false;
    }
    made = store_.array_node(std::span<const ValueNode>(values_).subspan(first));
    values_.resize(first);
    return true;
  }

  bool object(ValueNode& made, std::size_t depth) {
    const char* from = at_;
    if (!enter(depth)) return false;
    const std::size_t first = members_.size();
    bool is_more = peek() != '}';
    if (!is_more) ++at_;
    while (is_more) {
      if (!member(depth) || !more('}', is_more)) return false;
    }
    const auto object = store_.object_node(std::span<const MemberNode>(members_).subspan(first));
    if (object.repeated != nullptr)
      return fail_at(from, "the object that begins here has the key \"" +
                               std::string(object.repeated->name().substr(0, 100)) + "\" twice");
    made = object.node;
    members_.resize(first);
    return true;
  }

  bool member(std::size_t depth) {
    if (peek() != '"') return fail("expected the key of a member");
    std::string_view key;
    if (!string(key)) return false;
    skip_space();
    if (peek() != ':') return fail("expected : behind a key");
    ++at_;
    skip_space();
    MemberNode made;
    made.key = key.data();
    made.key_size = static_cast<std::uint32_t>(key.size());
    made.key_hash = hash_of_text(key);
    if (!value(made.value, depth)) return false;
    members_.push_back(made);
    return true;
  }

  DocumentStore& store_;
  const char* begin_;
  const char* at_;
  const char* end_;
  std::array<std::byte, 2048> first_block_;
  std::pmr::monotonic_buffer_resource arena_{first_block_.data(), first_block_.size()};
  std::pmr::vector<ValueNode> values_{&arena_};  // of the arrays and objects that are open
  std::pmr::vector<MemberNode> members_{&arena_};
  std::string scratch_;
  std::optional<Error> error_;
};

/// What makes a text unfit before it is read.
Status check_bytes(std::string_view text) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max())
    return Error(Code::invalid,
                 "a document of " + std::to_string(text.size()) + " bytes is larger than 4 GiB");
  if (text.starts_with(kByteOrderMark))
    return Error(Code::invalid, "byte 0: a byte order mark before the value");
  if (core::is_utf8(text)) return {};
  std::u32string code_points;
  const auto wrong = decode_utf8(text, code_points);
  return Error(Code::invalid, "byte " + std::to_string(wrong.value_or(0)) + ": not UTF-8");
}

}  // namespace

Result<Document> Document::parse(std::string text) {
  TRY(check_bytes(text));
  auto store = std::make_shared_for_overwrite<DocumentStore>();
  store->text = std::move(text);
  Parser parser(*store);
  auto* root = store->make<ValueNode>(1);
  if (!parser.document(*root)) return parser.error();
  return Document(std::move(store), Value(root));
}

}  // namespace holdfast::json_schema
