// SPDX-License-Identifier: Apache-2.0
// Tables written and read: what pyarrow reads of ours, what we read of pyarrow's, and rows that come back as they went.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/crash_test.h"
#include "base/faulty_file_system.h"
#include "base/log.h"
#include "parquet/key_column.h"
#include "parquet/page_check.h"
#include "parquet/table_columns.h"
#include "tests/parquet/table_files.h"

namespace holdfast::parquet {
namespace {

using namespace testing;  // NOLINT: this room's helpers
using ::testing::ElementsAre;
using ::testing::HasSubstr;

nlohmann::json describe(const std::string& path) {
  return nlohmann::json::parse(pyarrow_says("describe " + shell_quoted(path)));
}

TEST(TableWriter, WritesWhatPyarrowReads) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  const Rows rows = clips(1000);
  const std::string expected = rows_text(rows.columns(), rows.batch());
  for (const auto& [compression, name] : {std::pair{Compression::none, "UNCOMPRESSED"},
                                          {Compression::snappy, "SNAPPY"},
                                          {Compression::zstd, "ZSTD"}}) {
    SCOPED_TRACE(name);
    ASSERT_EQ(error_of(write_table(real_file_system(), path, rows,
                                   {.columns = {},
                                    .compression = compression,
                                    .key_values = {{"extractor", "vmaf ü"}},
                                    .row_group_rows = 300})),
              "");
    EXPECT_EQ(pyarrow_says("verify " + path), expected);
    const auto said = describe(path);
    EXPECT_EQ(said["groups"], nlohmann::json({300, 300, 300, 100}));
    EXPECT_EQ(said["codecs"], nlohmann::json({name}));
    EXPECT_EQ(said["metadata"]["extractor"], "vmaf ü");
    EXPECT_EQ(said["metadata"]["holdfast.columns"], columns_text(rows.columns()));
    EXPECT_EQ(
        said["columns"],
        nlohmann::json({"clip_name BYTE_ARRAY STRING 0", "mos DOUBLE NONE 1", "frames INT64 NONE 1",
                        "is_hdr BOOLEAN NONE 1", "note BYTE_ARRAY STRING 1",
                        "digest BYTE_ARRAY NONE 1", "vmaf_mean DOUBLE NONE 0"}));
    EXPECT_EQ(table_text(path).value(), expected);
  }
}

TEST(TableWriter, PutsAChecksumOnEveryPageThatPyarrowHoldsItTo) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  ASSERT_EQ(
      error_of(write_table(real_file_system(), path, clips(500),
                           {.columns = {}, .compression = Compression::none, .key_values = {}})),
      "");
  const auto file = open_readable(path);
  const auto footer = read_footer(**file);
  const auto report = check_pages(**file, *footer);
  ASSERT_EQ(error_of(report), "");
  EXPECT_TRUE(report->all_checked());
  EXPECT_TRUE(report->faults.empty());
  std::string bytes = folder.read("t.parquet");
  const ColumnChunk& last = footer->row_groups[0].chunks.back();
  bytes[last.offset + last.size_bytes - 1] ^= 1;
  overwrite(path, bytes);
  EXPECT_THAT(pyarrow_says("verify " + path, 1), HasSubstr("CRC checksum verification failed"));
  EXPECT_THAT(error_of(table_text(path)), HasSubstr("corrupt: " + path));
}

TEST(TableWriter, WritesTablesWithoutRowsAndOfOneRow) {
  const TempFolder folder;
  for (const std::size_t row_count : {0U, 1U}) {
    const Rows rows = clips(row_count);
    RowBatch empty;
    empty.columns.resize(rows.columns().size());
    auto file = WholeFile::create(real_file_system(), folder.at("t"));
    auto table =
        TableWriter::create(sink_into(*file), {.columns = rows.columns(), .key_values = {}});
    ASSERT_EQ(error_of(table), "");
    EXPECT_EQ(error_of(table->write(empty)), "");
    if (row_count > 0) {
      EXPECT_EQ(error_of(table->write(rows.batch())), "");
    }
    EXPECT_EQ(table->row_count(), row_count);
    EXPECT_EQ(error_of(table->finish()), "");
    EXPECT_EQ(error_of(file->commit()), "");
    EXPECT_EQ(pyarrow_says("read " + folder.at("t")),
              row_count == 0 ? "" : rows_text(rows.columns(), rows.batch()));
    EXPECT_EQ(read_footer(folder.at("t"))->row_count, row_count);
  }
}

TEST(TableWriter, EndsARowGroupWhenItsTextsGrowLarge) {
  const TempFolder folder;
  Rows rows({{.name = "text", .type = ColumnType::binary}});
  const std::string large(1U << 20U, 'x');
  for (int i = 0; i < 10; ++i)
    rows.text(0, large);
  auto file = WholeFile::create(real_file_system(), folder.at("t"));
  auto table = TableWriter::create(sink_into(*file), {.columns = rows.columns(), .key_values = {}});
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(error_of(table->write(rows.batch())), "");
  ASSERT_EQ(error_of(table->finish()), "");
  ASSERT_EQ(error_of(file->commit()), "");
  EXPECT_EQ(describe(folder.at("t"))["groups"], nlohmann::json({70, 30}));
}

TEST(TableWriter, RefusesWhatDoesNotFitAndGoesOn) {
  const TempFolder folder;
  const auto refused = [&](std::vector<Column> columns,
                           std::vector<std::pair<std::string, std::string>> key_values = {}) {
    const auto table =
        TableWriter::create([](std::string_view) { return Status(); },
                            {.columns = std::move(columns), .key_values = std::move(key_values)});
    return error_of(table);
  };
  EXPECT_THAT(refused({}), HasSubstr("needs a column"));
  EXPECT_THAT(refused({{.name = ""}}), HasSubstr("empty"));
  EXPECT_THAT(refused({{.name = "a"}, {.name = "a"}}), HasSubstr("two columns are named a"));
  EXPECT_THAT(refused({{.name = "a"}}, {{"k", "\xff"}}), HasSubstr("no UTF-8"));

  auto file = WholeFile::create(real_file_system(), folder.at("t"));
  auto table = TableWriter::create(
      sink_into(*file), {.columns = {{.name = "key", .nullable = Nullable::no}}, .key_values = {}});
  ASSERT_EQ(error_of(table), "");
  const std::vector<Column> columns = {{.name = "key", .nullable = Nullable::no}};
  EXPECT_THAT(error_of(table->write(Rows(columns).text(0, "a").null(0).batch())),
              HasSubstr("column key, row 1: null"));
  EXPECT_THAT(error_of(table->write(Rows(columns).text(0, "\xff").batch())),
              HasSubstr("row 0: a string that is no UTF-8"));
  EXPECT_THAT(error_of(table->write({.row_count = 1, .columns = {}})),
              HasSubstr("a batch of 0 columns"));
  EXPECT_THAT(error_of(table->write({.row_count = 1, .columns = {ColumnValues{}}})),
              HasSubstr("expected 1 values of type string"));
  EXPECT_EQ(error_of(table->write(Rows(columns).text(0, "a").batch())), "");
  EXPECT_EQ(error_of(table->finish()), "");
  EXPECT_EQ(error_of(file->commit()), "");
  EXPECT_EQ(pyarrow_says("read " + folder.at("t")), "s61\n");
}

TEST(TableWriter, WritesNoFooterUnderRowsThatAreGivenUp) {
  std::string bytes;
  {
    auto table = TableWriter::create(
        [&](std::string_view more) {
          bytes += more;
          return Status();
        },
        {.columns = clips(0).columns(), .key_values = {}, .row_group_rows = 10});
    ASSERT_EQ(error_of(table->write(clips(25).batch())), "");
  }
  EXPECT_EQ(bytes.substr(0, 4), "PAR1");
  EXPECT_EQ(bytes.find("PAR1", 4), std::string::npos);
}

TEST(TableWriter, TellsTheSinksOwnErrorFromThenOn) {
  for (const std::size_t room : {0U, 3U, 2000U, 6000U}) {
    std::size_t taken = 0;
    auto table = TableWriter::create(
        [&](std::string_view more) -> Status {
          taken += more.size();
          if (taken > room) return Error(Code::io, "the disk is full", "make room");
          return {};
        },
        {.columns = clips(0).columns(),
         .compression = Compression::none,
         .key_values = {},
         .row_group_rows = 50});
    Status done = table ? table->write(clips(200).batch()) : Status(table.error());
    if (done) done = table->finish();
    ASSERT_FALSE(done.ok()) << room;
    EXPECT_EQ(error_of(done), "io: the disk is full");
    EXPECT_EQ(done.error().hint(), "make room");
    if (table) {
      EXPECT_EQ(error_of(table->write(clips(1).batch())), "io: the disk is full");
    }
  }
}

TEST(TableWriter, ReplacesAFileWholeOrNotAtAllAtEveryPowerCut) {
  set_log_level(LogLevel::error);
  const Rows before = clips(3);
  const Rows after = clips(7);
  bool promised = false;
  const CrashTest test{.prepare = [&](FileSystem& files) -> Status {
                         promised = false;
                         TRY(create_durable_folder(files, "w"));
                         return write_table(files, "w/t", before);
                       },
                       .work = [&](FileSystem& files) -> Status {
                         TRY(write_table(files, "w/t", after));
                         promised = true;
                         return {};
                       },
                       .check = [&](FileSystem& files) -> Status {
                         TRY_ASSIGN(auto file, readable_in(files, "w/t"));
                         TRY_ASSIGN(TableReader reader, TableReader::open(std::move(file)));
                         TRY_ASSIGN(const std::string rows, rest_text(reader));
                         if (rows == rows_text(after.columns(), after.batch())) return {};
                         if (!promised && rows == rows_text(before.columns(), before.batch()))
                           return {};
                         return Error(Code::corrupt, "neither the old rows nor the new ones");
                       }};
  const CrashReport cut = cut_power_everywhere(test);
  EXPECT_TRUE(cut.holds()) << cut.text();
  EXPECT_GT(cut.state_count, 5U);
  const CrashReport failed = fail_everywhere(test);
  EXPECT_TRUE(failed.holds()) << failed.text();
  set_log_level(LogLevel::warning);
}

TEST(TableReader, ReadsWhatPyarrowWrites) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  for (const char* options :
       {"", "--codec=zstd", "--codec=none", "--no-dictionary",
        "--codec=none --no-dictionary --no-checksum", "--texts=large_string", "--texts=binary",
        "--texts=dictionary", "--page=2.0 --codec=zstd", "--page=2.0 --no-dictionary",
        "--group=1 --rows=50", "--group=100000 --rows=30000", "--codec=gzip --page-size=100",
        "--version=1.0", "--rows=0", "--rows=1"}) {
    SCOPED_TRACE(options);
    pyarrow_says("write " + path + " " + options);
    const auto rows = table_text(path);
    ASSERT_EQ(error_of(rows), "");
    EXPECT_EQ(*rows, pyarrow_says("read " + path));
  }
}

TEST(TableReader, ReadsAFileOfPandas) {
  const std::string path = HOLDFAST_SOURCE_DIR "/tests/parquet/golden/pandas.parquet";
  EXPECT_EQ(table_text(path).value(), pyarrow_says("read " + path));
  EXPECT_EQ(columns_text(table_columns(*read_footer(path), "pandas").value()),
            "clip_name string null\nmos float64 null\nwidth int64 null\nheight int64 null\nfps "
            "float64 null\nis_hdr boolean null\n"
            "motion_fps_weight float64 null\nvmaf_mean float64 null\nvmaf_std float64 null\n");
}

TEST(TableReader, ReadsTheColumnsThatAreAskedForInTheirOrder) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  pyarrow_says("write " + path + " --rows=2000");
  auto reader = TableReader::open(open_readable(path).value(), {"fps", "large", "clip_name"});
  ASSERT_EQ(error_of(reader), "");
  EXPECT_EQ(rest_text(*reader).value(), pyarrow_says("read " + path + " fps large clip_name"));
  EXPECT_EQ(error_of(TableReader::open(open_readable(path).value(), {"fps", "bitrate"})),
            "not_found: " + path + ": has no column bitrate");
}

TEST(TableReader, NamesTheColumnWhoseTypeItDoesNotKnow) {
  const TempFolder folder;
  const std::string path = folder.at("t.parquet");
  pyarrow_says("write " + path + " --kind=nested");
  EXPECT_THAT(error_of(table_text(path)),
              HasSubstr("unsupported: " + path +
                        ": column tags.list.element is of type nested repeated string"));
  pyarrow_says("write " + path + " --kind=types");
  for (const char* column : {"day", "price", "when", "big", "nothing", "half"})
    EXPECT_THAT(error_of(TableReader::open(open_readable(path).value(), {"key", column})),
                HasSubstr(std::string("column ") + column + " is of type"))
        << column;
  EXPECT_EQ(error_of(TableReader::open(open_readable(path).value(), {"key"})), "");
}

TEST(TableReader, RefusesAFileOfOursWhoseSchemaIsNotTheOneItWasWrittenWith) {
  const TempFolder folder;
  ASSERT_EQ(error_of(write_table(real_file_system(), folder.at("t"), clips(5))), "");
  std::string bytes = folder.read("t");
  const std::string repeated = "mos float64 null";
  bytes.replace(bytes.find(repeated), repeated.size(), "mos float64 NULL");
  overwrite(folder.at("t"), bytes);
  EXPECT_THAT(error_of(table_text(folder.at("t"))),
              HasSubstr("its schema differs from the columns it was written with"));
  EXPECT_THAT(error_of(visit_keys(*open_readable(folder.at("t")).value(), "clip_name",
                                  [](const KeyBatch&) { return Status(); })),
              HasSubstr("its schema differs"));
}

TEST(TableReader, TellsAReadErrorOfTheFileFromDamage) {
  class Failing final : public ReadableFile {
   public:
    Failing(std::unique_ptr<ReadableFile> file, std::uint64_t until)
        : file_(std::move(file)), until_(until) {}
    const std::string& name() const override { return file_->name(); }
    std::uint64_t size_bytes() const override { return file_->size_bytes(); }
    Status read_at(std::uint64_t offset, std::span<char> into) const override {
      if (offset >= 4 && offset < until_ && !into.empty())
        return Error(Code::io, "read: the disk is broken", "replace it");
      return file_->read_at(offset, into);
    }

   private:
    std::unique_ptr<ReadableFile> file_;
    std::uint64_t until_;
  };
  const TempFolder folder;
  pyarrow_says("write " + folder.at("t") +
               " --rows=100000 --group=100000 --codec=none --no-dictionary");
  auto reader = TableReader::open(
      std::make_unique<Failing>(open_readable(folder.at("t")).value(), 2U << 20U));
  const auto rows = reader ? rest_text(*reader) : Result<std::string>(reader.error());
  EXPECT_EQ(error_of(rows), "io: read: the disk is broken");
}

}  // namespace
}  // namespace holdfast::parquet
