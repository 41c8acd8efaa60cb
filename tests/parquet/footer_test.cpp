// SPDX-License-Identifier: Apache-2.0
#include "parquet/footer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/root_folder.h"
#include "tests/parquet/compact_writer.h"
#include "tests/parquet/table_files.h"

namespace holdfast::parquet {
namespace {

using namespace testing;  // NOLINT: this room's helpers
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kFileBytes = 10'000;

std::string refusal(const std::string& bytes, std::uint64_t file_size_bytes = kFileBytes) {
  return error_of(parse_footer(bytes, file_size_bytes, "f.parquet"));
}

// In the words of tables.py.
nlohmann::json described(const Footer& footer) {
  nlohmann::json groups = nlohmann::json::array();
  for (const RowGroup& group : footer.row_groups)
    groups.push_back(group.row_count);
  nlohmann::json names = nlohmann::json::array();
  for (const FooterColumn& column : footer.columns)
    names.push_back(column.path);
  return {{"rows", footer.row_count},
          {"groups", groups},
          {"created_by", footer.created_by},
          {"columns", names}};
}

nlohmann::json described_by_pyarrow(const std::string& path) {
  auto said = nlohmann::json::parse(pyarrow_says("describe " + shell_quoted(path)));
  for (auto& column : said["columns"])
    column = column.get<std::string>().substr(0, column.get<std::string>().find(' '));
  return {{"rows", said["rows"]},
          {"groups", said["groups"]},
          {"created_by", said["created_by"]},
          {"columns", said["columns"]}};
}

TEST(Footer, SaysWhatPyarrowSaysOfItsOwnFiles) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  for (const char* options : {"--codec=snappy", "--codec=zstd --page=2.0 --version=1.0",
                              "--codec=none --no-dictionary --group=1", "--kind=nested",
                              "--kind=types", "--kind=empty"}) {
    SCOPED_TRACE(options);
    pyarrow_says("write " + path + " " + options);
    const auto footer = read_footer(path);
    ASSERT_EQ(error_of(footer), "");
    EXPECT_EQ(described(*footer), described_by_pyarrow(path));
    EXPECT_TRUE(footer->value_of("ARROW:schema").has_value());
  }
}

TEST(Footer, KnowsTypesLevelsAndNesting) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  pyarrow_says("write " + path + " --kind=nested");
  const auto footer = read_footer(path);
  ASSERT_EQ(error_of(footer), "");
  ASSERT_EQ(footer->columns.size(), 3U);
  const FooterColumn& tags = footer->columns[1];
  EXPECT_EQ(tags.path, "tags.list.element");
  EXPECT_EQ(tags.path_depth, 3);
  EXPECT_EQ(tags.max_definition_level, 3);
  EXPECT_EQ(tags.max_repetition_level, 1);
  EXPECT_EQ(tags.logical, LogicalType::string);
  EXPECT_EQ(footer->columns[2].path, "at.x");
  EXPECT_EQ(footer->columns[2].type, PhysicalType::int64);
  EXPECT_EQ(footer->index_of("at.x"), 2U);
  EXPECT_FALSE(footer->index_of("x").has_value());

  pyarrow_says("write " + path + " --kind=types");
  const auto types = read_footer(path);
  ASSERT_EQ(error_of(types), "");
  std::string text;
  for (const FooterColumn& column : types->columns)
    text += column.path + "=" + std::string(logical_type_name(column.logical)) + "/" +
            std::string(physical_type_name(column.type)) + " ";
  EXPECT_EQ(text,
            "key=string/byte_array day=date/int32 price=decimal/fixed_len_byte_array "
            "when=timestamp/int64 big=integer/int64 "
            "nothing=null/int32 half=float16/fixed_len_byte_array ");
  EXPECT_EQ(types->columns[4].integer_bits, 64);
  EXPECT_FALSE(types->columns[4].integer_signed);
  EXPECT_EQ(types->columns[6].type_size_bytes, 2);
}

TEST(Footer, ReadsAFileOfPandasAndADescriptor) {
  const std::string path = HOLDFAST_SOURCE_DIR "/tests/parquet/golden/pandas.parquet";
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto file = readable_descriptor(fd.get(), path);
  ASSERT_EQ(error_of(file), "");
  const auto footer = read_footer(**file);
  ASSERT_EQ(error_of(footer), "");
  EXPECT_EQ(described(*footer), described_by_pyarrow(path));
  EXPECT_THAT(std::string(footer->value_of("pandas").value_or("")), HasSubstr("clip_name"));
}

TEST(Footer, RefusesWhatIsNoParquetFile) {
  const TempFolder folder;
  const auto refused = [&](const std::string& bytes) {
    folder.write("f", bytes);
    return error_of(read_footer(folder.at("f")));
  };
  const std::string footer_bytes = simple_footer();
  std::string length(4, '\0');
  length[0] = static_cast<char>(footer_bytes.size());
  const std::string good = "PAR1" + std::string(100, 'x') + footer_bytes + length + "PAR1";
  EXPECT_EQ(refused(good), "");
  EXPECT_THAT(refused(""), HasSubstr("it is empty"));
  EXPECT_THAT(refused("PAR1"), HasSubstr("was cut short"));
  EXPECT_THAT(refused("PAR1PAR1"), HasSubstr("was cut short"));
  EXPECT_THAT(refused("clip_name,mos\n"), HasSubstr("no Parquet file"));
  EXPECT_THAT(refused(good.substr(0, good.size() - 1)), HasSubstr("was cut short"));
  EXPECT_THAT(refused(good.substr(1)), HasSubstr("no Parquet file"));
  EXPECT_THAT(refused(good + "\n"), HasSubstr("was cut short"));
  EXPECT_THAT(refused("PARE" + good.substr(4, good.size() - 8) + "PARE"),
              HasSubstr("unsupported: " + folder.at("f") + ": its footer is encrypted"));
  EXPECT_THAT(refused("PAR1" + good.substr(5)), HasSubstr("bytes are missing"));
  EXPECT_THAT(refused("PAR1\xff\xff\xff\xffPAR1"),
              HasSubstr("promise a footer of 4294967295 bytes"));
  EXPECT_THAT(refused(std::string("PAR1\1\0\0\0PAR1", 12)),
              HasSubstr("promise a footer of 1 bytes"));
  EXPECT_THAT(refused(std::string("PAR1\0\0\0\0PAR1", 12)), HasSubstr("it ends early"));
  EXPECT_EQ(read_footer(folder.at("none")).error().code(), Code::not_found);
  EXPECT_EQ(read_footer(folder.path()).error().code(), Code::io);
}

TEST(Footer, RefusesAFileWithBytesCutOutOfItsMiddle) {
  const TempFolder folder;
  pyarrow_says("write " + folder.at("t"));
  const std::string bytes = folder.read("t");
  folder.write("cut", bytes.substr(0, 1000) + bytes.substr(3000));
  const auto footer = read_footer(folder.at("cut"));
  EXPECT_THAT(error_of(footer), HasSubstr("bytes are missing"));
  EXPECT_THAT(footer.error().hint(), HasSubstr("restore the file"));
}

TEST(Footer, RefusesChunksThatLieOutsideOrOverlap) {
  EXPECT_EQ(refusal(simple_footer()), "");
  const std::uint64_t data_end = kFileBytes - 8 - simple_footer().size();
  EXPECT_EQ(refusal(simple_footer({.size_bytes = static_cast<std::int64_t>(data_end) - 4,
                                   .uncompressed_size_bytes = 1 << 20,
                                   .codec = 6}),
                    kFileBytes + 4),
            "");  // its footer is a few bytes longer than the other
  EXPECT_THAT(refusal(simple_footer({.offset = 3})), HasSubstr("column k of row group 0"));
  EXPECT_THAT(refusal(simple_footer({.offset = 9'990})), HasSubstr("bytes are missing"));
  EXPECT_THAT(refusal(simple_footer({.size_bytes = 9'990, .uncompressed_size_bytes = 9'990})),
              HasSubstr("bytes are missing"));
  EXPECT_THAT(
      refusal(simple_footer({.size_bytes = INT64_MAX, .uncompressed_size_bytes = INT64_MAX})),
      HasSubstr("bytes are missing"));
  EXPECT_THAT(refusal(simple_footer({.offset = INT64_MAX})), HasSubstr("bytes are missing"));
  EXPECT_THAT(refusal(simple_footer({.size_bytes = -1})), HasSubstr("a count is negative"));
  EXPECT_THAT(refusal(simple_footer({.offset = -1})), HasSubstr("a count is negative"));
  EXPECT_THAT(refusal(simple_footer({.size_bytes = 99})), HasSubstr("two sizes"));
  EXPECT_EQ(refusal(simple_footer({.size_bytes = 99, .codec = 1})), "");
  const auto two = [](std::int64_t second_offset) {
    return made_footer(6, {made_node("schema", 1), made_leaf("k")},
                       {made_group(3, {made_chunk({.offset = second_offset})}),
                        made_group(3, {made_chunk({})})})
        .stop()
        .bytes;
  };
  EXPECT_EQ(refusal(two(104)), "");
  EXPECT_THAT(
      refusal(two(103)),
      HasSubstr("the same bytes to column k of row group 1 and to column k of row group 0"));
}

TEST(Footer, RefusesRowsThatDoNotAddUp) {
  EXPECT_THAT(refusal(simple_footer({}, 4)),
              HasSubstr("promises 4 rows, and its row groups have 3"));
  EXPECT_THAT(refusal(simple_footer({.value_count = 2})),
              HasSubstr("promises 3 rows and 2 values for column k"));
  EXPECT_THAT(refusal(simple_footer({}, -3)), HasSubstr("a count is negative"));
  const CompactWriter huge = made_group(INT64_MAX, {made_chunk({.value_count = INT64_MAX})});
  EXPECT_THAT(
      refusal(made_footer(3, {made_node("schema", 1), made_leaf("k")}, {huge, huge}).stop().bytes),
      HasSubstr("absurd"));
}

TEST(Footer, RefusesSchemasThatAreNoTree) {
  const auto schema = [](const std::vector<CompactWriter>& nodes) {
    return refusal(made_footer(0, nodes, {}).stop().bytes);
  };
  EXPECT_EQ(schema({made_node("schema", 0)}), "");
  EXPECT_EQ(schema({made_node("schema", 1), made_leaf("a")}), "");
  for (const auto& nodes : std::vector<std::vector<CompactWriter>>{
           {},
           {made_leaf("a")},
           {made_node("schema", -1)},
           {made_node("schema", 2), made_leaf("a")},
           {made_node("schema", 1), made_leaf("a"), made_leaf("b")},
           {made_node("schema", 1), made_node("empty", 0)},
           {made_node("schema", 1), made_node("g", 1)},
           {made_node("schema", 1), made_leaf("a", 8)},
           {made_node("schema", 1), made_leaf("a", -1)},
           {made_node("schema", 1), made_leaf("a", 6, 3)}})
    EXPECT_THAT(schema(nodes), HasSubstr("the schema is no tree of columns"));
  const std::vector<CompactWriter> deep(100, made_node("g", 1));
  EXPECT_THAT(schema(deep), HasSubstr("no tree"));
}

TEST(Footer, RefusesEncryptedColumnsAndOtherFiles) {
  const std::vector<CompactWriter> schema = {made_node("schema", 1), made_leaf("k")};
  CompactWriter elsewhere = made_chunk({});
  elsewhere.text(1, "part-1.parquet");
  EXPECT_THAT(refusal(made_footer(3, schema, {made_group(3, {elsewhere})}).stop().bytes),
              HasSubstr("unsupported: f.parquet: some of its columns are in other files"));
  CompactWriter secret = made_chunk({});
  secret.text(9, "secret");
  EXPECT_THAT(refusal(made_footer(3, schema, {made_group(3, {secret})}).stop().bytes),
              HasSubstr("some of its columns are encrypted"));
  CompactWriter signed_footer = made_footer(3, schema, {made_group(3, {made_chunk({})})});
  signed_footer.record(8, CompactWriter().record(1, CompactWriter()));
  EXPECT_THAT(refusal(signed_footer.stop().bytes), HasSubstr("encrypted"));
}

TEST(Footer, RefusesWhatIsMissingOrOfAnotherType) {
  const std::vector<CompactWriter> schema = {made_node("schema", 1), made_leaf("k")};
  EXPECT_THAT(refusal(CompactWriter().integer(3, 0).stop().bytes), HasSubstr("are missing"));
  EXPECT_THAT(
      refusal(
          made_footer(3, schema, {made_group(3, {CompactWriter().integer(2, 4)})}).stop().bytes),
      HasSubstr("not described"));
  EXPECT_THAT(refusal(made_footer(3, schema, {CompactWriter().integer(3, 3)}).stop().bytes),
              HasSubstr("no columns or no row count"));
  EXPECT_THAT(refusal(made_footer(3, schema, {made_group(3, {})}).stop().bytes),
              HasSubstr("has 0 columns, and the schema 1"));
  EXPECT_THAT(refusal(simple_footer({.type = 2})), HasSubstr("differ in the type of column k"));
  EXPECT_THAT(refusal(CompactWriter().text(3, "3").stop().bytes), HasSubstr("another type"));
  EXPECT_THAT(refusal(CompactWriter().field(2, WireType::record).stop().stop().bytes),
              HasSubstr("another type"));
}

TEST(Footer, EndsAtEveryByteWithoutHarm) {
  const std::string whole = simple_footer();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(refusal(whole.substr(0, size)), "") << size;
}

TEST(CompactReader, BoundsDepthCountsAndLengths) {
  const std::string nested(1000, '\x19');  // a list of one list of one list…
  CompactReader deep(nested);
  deep.skip(WireType::list);
  EXPECT_STREQ(deep.fault(), "values are nested too deep");
  CompactReader many("\xf8\xff\xff\xff\xff\x0f");
  many.skip(WireType::list);
  EXPECT_STREQ(many.fault(), CompactReader::kEndsEarly);
  CompactReader long_text("\xff\xff\xff\xff\xff\xff\xff\xff\x7f");
  EXPECT_EQ(long_text.bytes(WireType::bytes), "");
  EXPECT_STREQ(long_text.fault(), CompactReader::kEndsEarly);
  const std::string ones(20, '\xff');
  CompactReader endless(ones);
  EXPECT_EQ(endless.integer(WireType::int64), 0);
  EXPECT_STREQ(endless.fault(), "an integer is too long");
  CompactReader map(
      "\x02\x88\x01"
      "a\x01"
      "b\x01"
      "c\x01"
      "d");
  map.skip(WireType::map);
  EXPECT_TRUE(map.ok());
  EXPECT_EQ(map.offset(), 10U);
}

}  // namespace
}  // namespace holdfast::parquet
