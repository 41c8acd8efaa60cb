// SPDX-License-Identifier: Apache-2.0
// One function for each structure of parquet.thrift. What is required there and is not there is a fault; unknown fields are skipped.
#include "parquet/footer_text.h"

#include "parquet/compact_reader.h"

namespace holdfast::parquet {
namespace {

// Memory for what a hostile footer of kMostFooterBytes can name is bounded by these; real files stay far below.
constexpr std::size_t kMostSchemaElements = 1U << 20U;
constexpr std::size_t kMostPathBytes = 64U << 20U;
constexpr std::size_t kMostNesting = 64;
constexpr std::size_t kMostKeyValues = 1U << 16U;
constexpr std::size_t kMostRowGroups = 1U << 20U;
constexpr std::size_t kMostChunks = 1U << 24U;

// A node of the schema, in depth-first order; the first one is the root.
struct SchemaElement {
  std::string_view name;
  std::optional<std::int32_t> type;
  std::int32_t type_size_bytes = 0;
  std::int32_t repetition = 0;
  std::int32_t child_count = 0;
  LogicalType logical = LogicalType::none;
  int integer_bits = 0;
  bool integer_signed = true;
};

struct Converted {
  LogicalType logical;
  bool integer_signed = true;
  int integer_bits = 0;
};

// ConvertedType of parquet.thrift, by its number.
constexpr Converted kConverted[] = {
    {LogicalType::string},
    {LogicalType::map},
    {LogicalType::map},
    {LogicalType::list},
    {LogicalType::enumeration},
    {LogicalType::decimal},
    {LogicalType::date},
    {LogicalType::time},
    {LogicalType::time},
    {LogicalType::timestamp},
    {LogicalType::timestamp},
    {LogicalType::integer, false, 8},
    {LogicalType::integer, false, 16},
    {LogicalType::integer, false, 32},
    {LogicalType::integer, false, 64},
    {LogicalType::integer, true, 8},
    {LogicalType::integer, true, 16},
    {LogicalType::integer, true, 32},
    {LogicalType::integer, true, 64},
    {LogicalType::json},
    {LogicalType::bson},
    {LogicalType::interval},
};

// The fields of the union LogicalType, by their number.
constexpr LogicalType kLogical[] = {
    LogicalType::unknown,     LogicalType::string,   LogicalType::map,       LogicalType::list,
    LogicalType::enumeration, LogicalType::decimal,  LogicalType::date,      LogicalType::time,
    LogicalType::timestamp,   LogicalType::interval, LogicalType::integer,   LogicalType::null,
    LogicalType::json,        LogicalType::bson,     LogicalType::uuid,      LogicalType::float16,
    LogicalType::variant,     LogicalType::geometry, LogicalType::geography,
};

class FooterReader {
 public:
  FooterReader(std::string_view bytes, Footer& footer) : in_(bytes), footer_(&footer) {}

  Status read() {
    in_.each_field(WireType::record,
                   [this](int id, WireType type) { return file_field(id, type); });
    if (!in_.ok())
      return Error(Code::corrupt, std::string("its footer can't be read: ") + in_.fault());
    if (unsupported_ != nullptr)
      return Error(Code::unsupported, unsupported_, "write it into one file, without encryption");
    if (!has_schema_ || !has_rows_ || !has_groups_)
      return Error(Code::corrupt,
                   "its footer can't be read: schema, row count or row groups are missing");
    return build_columns();
  }

 private:
  // A number that counts something.
  std::uint64_t count(WireType type) {
    const std::int64_t value = in_.integer(type);
    if (value < 0) in_.fail("a count is negative");
    return value < 0 ? 0 : static_cast<std::uint64_t>(value);
  }

  bool file_field(int id, WireType type) {
    switch (id) {
      case 1:
        footer_->format_version = in_.small_integer(type);
        return true;
      case 2:
        has_schema_ = true;
        schema_.clear();
        in_.each_element(type, [this](WireType element) { schema_element(element); });
        return true;
      case 3:
        has_rows_ = true;
        footer_->row_count = count(type);
        return true;
      case 4:
        has_groups_ = true;
        footer_->row_groups.clear();
        chunk_count_ = 0;
        in_.each_element(type, [this](WireType element) { row_group(element); });
        return true;
      case 5:
        footer_->key_values.clear();
        in_.each_element(type, [this](WireType element) { key_value(element); });
        return true;
      case 6:
        footer_->created_by = in_.bytes(type);
        return true;
      case 8:
        unsupported_ = "some of its columns are encrypted";
        return false;
      default:
        return false;
    }
  }

  void schema_element(WireType type) {
    if (schema_.size() == kMostSchemaElements) return in_.fail("its schema is too large");
    SchemaElement element;
    std::optional<std::int32_t> converted;
    in_.each_field(type, [&](int id, WireType field) {
      switch (id) {
        case 1:
          element.type = in_.small_integer(field);
          return true;
        case 2:
          element.type_size_bytes = in_.small_integer(field);
          return true;
        case 3:
          element.repetition = in_.small_integer(field);
          return true;
        case 4:
          element.name = in_.bytes(field);
          return true;
        case 5:
          element.child_count = in_.small_integer(field);
          return true;
        case 6:
          converted = in_.small_integer(field);
          return true;
        case 10:
          in_.each_field(field,
                         [&](int kind, WireType inner) { return logical(element, kind, inner); });
          return true;
        default:
          return false;
      }
    });
    if (element.logical == LogicalType::none && converted) take_converted(element, *converted);
    schema_.push_back(element);
  }

  bool logical(SchemaElement& element, int kind, WireType type) {
    const auto number = static_cast<std::size_t>(kind);
    element.logical = number < std::size(kLogical) ? kLogical[number] : LogicalType::unknown;
    if (element.logical != LogicalType::integer) return false;
    in_.each_field(type, [&](int id, WireType field) {
      if (id == 1) {
        element.integer_bits = in_.small_integer(field);
      } else if (id == 2) {
        element.integer_signed = in_.flag(field);
      }
      return id == 1 || id == 2;
    });
    return true;
  }

  static void take_converted(SchemaElement& element, std::int32_t number) {
    const bool known = number >= 0 && static_cast<std::size_t>(number) < std::size(kConverted);
    const Converted meant = known ? kConverted[number] : Converted{LogicalType::unknown};
    element.logical = meant.logical;
    element.integer_bits = meant.integer_bits;
    element.integer_signed = meant.integer_signed;
  }

  void row_group(WireType type) {
    if (footer_->row_groups.size() == kMostRowGroups) return in_.fail("it has too many row groups");
    RowGroup& group = footer_->row_groups.emplace_back();
    bool has_chunks = false;
    bool has_rows = false;
    in_.each_field(type, [&](int id, WireType field) {
      if (id == 1) {
        has_chunks = true;
        group.chunks.clear();
        in_.each_element(field, [&](WireType element) { column_chunk(element, group); });
      } else if (id == 3) {
        has_rows = true;
        group.row_count = count(field);
      }
      return id == 1 || id == 3;
    });
    if (!has_chunks || !has_rows) in_.fail("a row group has no columns or no row count");
  }

  void column_chunk(WireType type, RowGroup& group) {
    if (++chunk_count_ > kMostChunks) return in_.fail("it has too many column chunks");
    ColumnChunk chunk;
    bool has_text = false;
    in_.each_field(type, [&](int id, WireType field) {
      switch (id) {
        case 1:
          if (!in_.bytes(field).empty()) unsupported_ = "some of its columns are in other files";
          return true;
        case 3:
          has_text = true;
          chunk_text(field, chunk, group.chunks.size());
          return true;
        case 8:
        case 9:
          unsupported_ = "some of its columns are encrypted";
          return false;
        default:
          return false;
      }
    });
    if (!has_text && unsupported_ == nullptr) in_.fail("a column chunk is not described");
    group.chunks.push_back(chunk);
  }

  // ColumnMetaData.
  void chunk_text(WireType type, ColumnChunk& chunk, std::size_t column) {
    std::optional<std::uint64_t> pages, dictionary;
    unsigned seen = 0;  // bit per required field
    in_.each_field(type, [&](int id, WireType field) {
      switch (id) {
        case 1:
          types_seen(in_.small_integer(field), column);
          break;
        case 4:
          chunk.codec = in_.small_integer(field);
          break;
        case 5:
          chunk.value_count = count(field);
          break;
        case 6:
          chunk.uncompressed_size_bytes = count(field);
          break;
        case 7:
          chunk.size_bytes = count(field);
          break;
        case 9:
          pages = count(field);
          break;
        case 11:
          dictionary = count(field);
          return true;
        default:
          return false;
      }
      seen |= 1U << static_cast<unsigned>(id);
      return true;
    });
    constexpr unsigned kRequired = 1U << 1U | 1U << 4U | 1U << 5U | 1U << 6U | 1U << 7U | 1U << 9U;
    if (seen != kRequired) return in_.fail("a column chunk is described in part only");
    // Some writers say 0 where there is no dictionary, and 0 for the pages where there is nothing else.
    const bool begins_with_dictionary =
        dictionary && *dictionary > 0 && (*dictionary < *pages || *pages == 0);
    chunk.offset = begins_with_dictionary ? *dictionary : *pages;
  }

  // The schema may stand behind the row groups, so types are held against it at the end.
  void types_seen(std::int32_t type, std::size_t column) {
    if (column < chunk_types_.size()) {
      if (chunk_types_[column] != type) in_.fail("a column has two types");
    } else if (column == chunk_types_.size()) {
      chunk_types_.push_back(type);
    }
  }

  void key_value(WireType type) {
    if (footer_->key_values.size() == kMostKeyValues)
      return in_.fail("it has too many key-value pairs");
    auto& pair = footer_->key_values.emplace_back();
    in_.each_field(type, [&](int id, WireType field) {
      if (id == 1) {
        pair.first = in_.bytes(field);
      } else if (id == 2) {
        pair.second = in_.bytes(field);
      }
      return id == 1 || id == 2;
    });
  }

  // The leaves, out of the nodes in depth-first order.
  Status build_columns() {
    struct Open {  // a group whose children follow
      std::int32_t children_left;
      std::size_t path_size;
      int definition_level, repetition_level;
    };
    if (schema_.empty() || schema_[0].type || schema_[0].child_count < 0) return wrong_schema();
    std::vector<Open> open = {{.children_left = schema_[0].child_count,
                               .path_size = 0,
                               .definition_level = 0,
                               .repetition_level = 0}};
    std::string path;
    std::size_t path_bytes = 0;
    for (std::size_t i = 1; i < schema_.size(); ++i) {
      while (!open.empty() && open.back().children_left == 0)
        open.pop_back();
      if (open.empty()) return wrong_schema();
      --open.back().children_left;
      const SchemaElement& element = schema_[i];
      if (element.repetition < 0 || element.repetition > 2) return wrong_schema();
      path.resize(open.back().path_size);
      if (!path.empty()) path += '.';
      path += element.name;
      path_bytes += path.size();
      if (path_bytes > kMostPathBytes)
        return Error(Code::unsupported, "the names of its columns are too long");
      const Open next{
          .children_left = element.child_count,
          .path_size = path.size(),
          .definition_level = open.back().definition_level + (element.repetition != 0 ? 1 : 0),
          .repetition_level = open.back().repetition_level + (element.repetition == 2 ? 1 : 0)};
      if (element.type) {
        TRY(add_column(element, path));
        footer_->columns.back().path_depth = static_cast<int>(open.size());
        footer_->columns.back().max_definition_level = next.definition_level;
        footer_->columns.back().max_repetition_level = next.repetition_level;
      } else {
        if (element.child_count <= 0 || open.size() == kMostNesting) return wrong_schema();
        open.push_back(next);
      }
    }
    for (const Open& group : open)
      if (group.children_left != 0) return wrong_schema();
    return check_types();
  }

  Status add_column(const SchemaElement& element, const std::string& path) {
    if (element.child_count != 0 || *element.type < 0 || *element.type > 7) return wrong_schema();
    if (element.type_size_bytes < 0) return wrong_schema();
    FooterColumn& column = footer_->columns.emplace_back();
    column.path = path;
    column.type = static_cast<PhysicalType>(*element.type);
    column.type_size_bytes = element.type_size_bytes;
    column.repetition = static_cast<Repetition>(element.repetition);
    column.logical = element.logical;
    column.integer_bits = element.integer_bits;
    column.integer_signed = element.integer_signed;
    return {};
  }

  Status check_types() const {
    for (std::size_t i = 0; i < chunk_types_.size() && i < footer_->columns.size(); ++i)
      if (chunk_types_[i] != static_cast<std::int32_t>(footer_->columns[i].type))
        return Error(Code::corrupt, "its schema and its row groups differ in the type of column " +
                                        printable_path(footer_->columns[i].path));
    return {};
  }

  static Error wrong_schema() {
    return {Code::corrupt, "its footer can't be read: the schema is no tree of columns"};
  }

  CompactReader in_;
  Footer* footer_;
  std::vector<SchemaElement> schema_;
  std::vector<std::int32_t> chunk_types_;
  std::size_t chunk_count_ = 0;
  bool has_schema_ = false;
  bool has_rows_ = false;
  bool has_groups_ = false;
  const char* unsupported_ = nullptr;
};

}  // namespace

std::string_view physical_type_name(PhysicalType type) {
  switch (type) {
    case PhysicalType::boolean:
      return "boolean";
    case PhysicalType::int32:
      return "int32";
    case PhysicalType::int64:
      return "int64";
    case PhysicalType::int96:
      return "int96";
    case PhysicalType::float32:
      return "float";
    case PhysicalType::float64:
      return "double";
    case PhysicalType::byte_array:
      return "byte_array";
    case PhysicalType::fixed_byte_array:
      return "fixed_len_byte_array";
  }
  return "unknown";
}

std::string_view logical_type_name(LogicalType type) {
  constexpr std::string_view kNames[] = {"none",    "string",  "map",      "list",      "enum",
                                         "decimal", "date",    "time",     "timestamp", "interval",
                                         "integer", "null",    "json",     "bson",      "uuid",
                                         "float16", "variant", "geometry", "geography", "unknown"};
  return kNames[static_cast<std::size_t>(type)];
}

Status read_footer_text(std::string_view bytes, Footer& footer) {
  return FooterReader(bytes, footer).read();
}

}  // namespace holdfast::parquet
