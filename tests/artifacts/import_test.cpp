// SPDX-License-Identifier: Apache-2.0
// Imports: lists as others write them, rows that are there, and bad lines that stop everything.
#include "artifacts/import.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>

#include "artifacts/backfill.h"
#include "artifacts/file_type.h"
#include "tests/artifacts/artifact_world.h"
#include "tests/support/ordinary_rights.h"

namespace holdfast::artifacts {
namespace {

using holdfast::testing::OrdinaryRights;
using testing::ArtifactWorld;
using ::testing::HasSubstr;
using testing::must;

const std::string kA(64, 'a');
const std::string kB(64, 'b');

template <class Read>
std::string refusal(const Read& read, const std::string& text) {
  const auto rows = read(text, "list");
  return rows.ok() ? "read " + std::to_string(rows->size()) + " rows" : rows.error().message();
}

TEST(ImportList, ReadsCsvWithQuotesAndLinesInFields) {
  const auto rows = must(read_csv_list(
      "\xEF\xBB\xBFtitle,file_path,sha256,size_bytes\r\n\"a, \"\"b\"\"\nc\",x/y.png,sha256:" + kA +
          ",12\r\n,z,,\n\n",
      "l"));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].title, "a, \"b\"\nc");
  EXPECT_EQ(rows[0].path, "x/y.png");
  EXPECT_EQ(rows[0].sha256, kA);
  EXPECT_EQ(rows[0].size_bytes, 12);
  EXPECT_EQ(rows[1].place, "l:4");
  EXPECT_EQ(rows[1].sha256, std::nullopt);
}

TEST(ImportList, NamesTheBadLineAndItsValue) {
  EXPECT_THAT(refusal(read_csv_list, "path,size_bytes\na,1\nb,many\n"),
              ::testing::AllOf(HasSubstr("list:3: "), HasSubstr("many")));
  EXPECT_THAT(refusal(read_csv_list, "path,siez\n"),
              ::testing::AllOf(HasSubstr("list:1: "), HasSubstr("siez")));
  EXPECT_THAT(refusal(read_csv_list, "id\n"), HasSubstr("no column \"path\""));
  EXPECT_THAT(refusal(read_csv_list, "path,id\na\n"),
              HasSubstr("list:2: 1 fields where the header has 2"));
  EXPECT_THAT(refusal(read_csv_list, "path\n\"a\nb\n"),
              HasSubstr("list:2: a quote that is not closed"));
  EXPECT_THAT(refusal(read_csv_list, "path\na\"b\n"), HasSubstr("quote in the middle"));
  EXPECT_THAT(refusal(read_csv_list, "path\n\"a\"b\n"), HasSubstr("behind a quoted field"));
  EXPECT_THAT(refusal(read_csv_list, "path\n\xff\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal(read_jsonl_list, "{\"path\":\"a\"}\n[]\n"),
              HasSubstr("list:2: not a JSON object"));
  const std::string deep =
      "{\"path\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_THAT(refusal(read_jsonl_list, "{\"path\":\"a\"}\n" + deep),
              ::testing::AllOf(HasSubstr(":2: "), HasSubstr("nested too deep")));
  EXPECT_THAT(refusal(read_jsonl_list, "{\"path\":7}\n"), HasSubstr("path: expected a string"));
  EXPECT_THAT(refusal(read_jsonl_list, R"({"path":"a","size_bytes":1.0})"),
              HasSubstr("size_bytes: expected a whole number of bytes: \"1.0\""));
  EXPECT_THAT(refusal(read_jsonl_list, "{\"path\":\"a\",\"file_sha256\":\"xyz\"}\n"),
              HasSubstr("64 hex"));
  EXPECT_THAT(refusal(read_sha256sum_list, kA + "  a\n" + kA + " a\n"), HasSubstr("list:2: "));
  EXPECT_THAT(refusal(read_sha256sum_list, "\\" + kA + "  a\\x\n"), HasSubstr("escapes nothing"));
  EXPECT_THAT(refusal(read_bagit_manifest, "abc data/a\n"), HasSubstr("64 hex"));
  EXPECT_THAT(refusal(read_dvc_file, "outs:\n- md5: x.dir\n  path: folder\n"),
              HasSubstr("is a folder"));
  EXPECT_THAT(refusal(read_dvc_file, "hello\n"), HasSubstr("outs"));
}

TEST(ImportList, RefusesTwoValuesForOneColumn) {
  EXPECT_THAT(refusal(read_csv_list, "path,path\na,b\n"),
              HasSubstr("list:1: \"path\" is given twice"));
  EXPECT_THAT(refusal(read_csv_list, "path,id,file_path\na,b,c\n"),
              HasSubstr("list:1: \"path\" is given twice: \"file_path\""));
  for (const char* twice : {R"({"path":"a","path":"b"})", R"({"path":"a","id":null,"path":"a"})",
                            R"({"path":"a","sha256":null,"file_sha256":null})"})
    EXPECT_THAT(refusal(read_jsonl_list, std::string("{\"path\":\"x\"}\n") + twice),
                ::testing::AllOf(HasSubstr("list:2: "), HasSubstr("is given twice")));
}

TEST(ImportList, ReadsWhatSha256sumPrints) {
  testing::TempFolder folder;
  folder.write("plain", "plain");
  folder.write("with\nnewline\\and", "odd");
  for (const char* flags : {"", "--tag", "-b"}) {
    const std::string command =
        "cd '" + folder.path() + "' && sha256sum " + flags +
        " plain 'with\nnewline\\and' > /tmp/holdfast-sums-$$ && mv /tmp/holdfast-sums-$$ ../sums-" +
        std::filesystem::path(folder.path()).filename().string();
    ASSERT_EQ(std::system(command.c_str()), 0);
    const std::string sums =
        folder.path() + "/../sums-" + std::filesystem::path(folder.path()).filename().string();
    const auto rows =
        must(read_sha256sum_list(must(real_file_system().read(sums, 1 << 20)), "sums"));
    ASSERT_EQ(rows.size(), 2U) << flags;
    EXPECT_EQ(rows[0].path, "plain");
    EXPECT_EQ(rows[0].sha256, core::to_hex(core::sha256("plain")));
    EXPECT_EQ(rows[1].path, "with\nnewline\\and") << flags;
    std::filesystem::remove(sums);
  }
}

TEST(ImportList, ReadsBagsAndDvcFiles) {
  const auto bag =
      must(read_bagit_manifest(kA + "  data/100%25 a%0Ab\n" + kB + " *data/c d\n", "m"));
  ASSERT_EQ(bag.size(), 2U);
  EXPECT_EQ(bag[0].path, "data/100% a\nb");
  EXPECT_EQ(bag[1].path, "data/c d");
  const auto dvc =
      must(read_dvc_file("# made by dvc\nouts:\n- md5: 0123\n  size: 14\n  hash: md5\n  path: "
                         "'model.pt'\n- path: b.csv\nmeta:\n  path: no\n",
                         "m.dvc"));
  ASSERT_EQ(dvc.size(), 2U);
  EXPECT_EQ(dvc[0].path, "model.pt");
  EXPECT_EQ(dvc[0].size_bytes, 14);
  EXPECT_EQ(dvc[0].md5, "0123");
  EXPECT_EQ(dvc[1].path, "b.csv");
}

TEST(FileType, IsToldByTheExtension) {
  EXPECT_EQ(file_type_of("a/b.IPYNB"), "notebook");
  EXPECT_EQ(file_type_of("a.tar.gz"), "dataset");
  EXPECT_EQ(file_type_of("weights.safetensors"), "model");
  for (const char* name : {"README", ".png", "a.", "a.p ng", "a. ", "dir.png/x"})
    EXPECT_EQ(file_type_of(name), "file") << name;
}

class AnyImport : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!testing::backend_is_there(GetParam())) GTEST_SKIP() << "no PostgreSQL here";
    world_ = std::make_unique<ArtifactWorld>(GetParam());
    options_.actor = "tester";
  }
  Result<ImportReport> try_import(ImportForm form, const std::string& from) {
    options_.form = form;
    options_.from = from;
    const auto roots = must(Roots::open(world_->config().roots));
    auto table = must(ArtifactTable::open(world_->config(), world_->catalog()));
    return import_rows(table, world_->catalog(), roots, options_);
  }
  ImportReport import(ImportForm form, const std::string& from) {
    return must(try_import(form, from));
  }
  std::string list(const std::string& text) {
    world_->folder().write("list", text);
    return world_->folder().at("list");
  }
  std::int64_t row_count() { return world_->number("select count(*) from artifacts"); }

  std::unique_ptr<ArtifactWorld> world_;
  ImportOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Backends, AnyImport, ::testing::Values("sqlite", "postgres"));

TEST_P(AnyImport, MakesARowForEveryFileOnce) {
  world_->write("figures/a.png", "a");
  world_->write("n.ipynb", "n");
  world_->write(".holdfast/own", "o");
  world_->write("tmp/x.tmp", "x");
  world_->config().ignore = {"*.tmp"};
  options_.dry_run = true;
  EXPECT_EQ(import(ImportForm::folder, world_->folder().at("data")).imported, 2);
  EXPECT_EQ(row_count(), 0);
  options_.dry_run = false;
  const auto report = import(ImportForm::folder, world_->folder().at("data"));
  EXPECT_EQ(report.imported, 2);
  EXPECT_EQ(report.ignored, 2);
  EXPECT_EQ(report.by_type.at("figure"), 1);
  EXPECT_EQ(world_->ask("select artifact_type || '|' || file_path || '|' || title from artifacts "
                        "where id = 'figures/a.png'"),
            "figure|figures/a.png|a.png");
  EXPECT_EQ(world_->metadata("n.ipynb"), "{}");
  const auto again = import(ImportForm::folder, world_->folder().at("data"));
  EXPECT_EQ(again.imported, 0);
  EXPECT_EQ(again.existing, 2);
  EXPECT_EQ(row_count(), 2);
  EXPECT_EQ(world_->number("select count(*) from event where name = 'artifact.imported'"), 1);
}

TEST_P(AnyImport, TakesAFolderBelowARoot) {
  world_->write("a/x", "x");
  world_->write("ab/y", "y");
  EXPECT_EQ(import(ImportForm::folder, world_->folder().at("data/a")).imported, 1);
  EXPECT_EQ(world_->ask("select id from artifacts"), "a/x");
  EXPECT_FALSE(try_import(ImportForm::folder, world_->folder().path()).ok())
      << "it lies below no root";
  EXPECT_FALSE(try_import(ImportForm::folder, world_->folder().at("data/none")).ok());
}

TEST_P(AnyImport, RecordsClaimsThatABackfillCompares) {
  world_->write("right", "right");
  world_->write("wrong", "wrong");
  const auto report = import(ImportForm::sha256sum, list(core::to_hex(core::sha256("right")) +
                                                         "  ./right\n" + kA + "  wrong\n"));
  EXPECT_EQ(report.imported, 2);
  EXPECT_THAT(world_->metadata("right"), ::testing::Not(HasSubstr("computed_at")));
  BackfillOptions options;
  options.batch.clock = &world_->clock();
  const auto end = must(backfill(world_->config(), world_->catalog(), options));
  EXPECT_EQ(end.summary.total.unchanged, 1);
  EXPECT_EQ(end.summary.total.drifted, 1);
}

TEST_P(AnyImport, CountsThePathsOfAListThatAreInNoRoot) {
  world_->write("here", "here");
  const auto report =
      import(ImportForm::sha256sum, list(kA + "  here\n" + kA + "  data/here\n" + kA + "  x\n"));
  EXPECT_EQ(report.imported, 3);
  EXPECT_EQ(report.claims, 3);
  EXPECT_EQ(report.looked_for, 3);
  EXPECT_EQ(report.absent, 2);
  EXPECT_EQ(report.first_absent, "data/here");
  EXPECT_EQ(import(ImportForm::folder, world_->folder().at("data")).looked_for, 0);
}

TEST_P(AnyImport, ImportsNothingOfAListWithABadLine) {
  for (const char* text : {"path\na\n../b\n", "path\na\n/etc/passwd\n", "path,sha256\na,\nb,zz\n",
                           "path,id\na,same\nb,same\n", "path\n.\n"}) {
    const auto report = try_import(ImportForm::csv, list(text));
    ASSERT_FALSE(report.ok()) << text;
    EXPECT_EQ(report.error().code(), Code::invalid);
    EXPECT_THAT(report.error().message(), ::testing::ContainsRegex("list:[0-9]+: ")) << text;
    EXPECT_EQ(row_count(), 0);
  }
}

TEST_P(AnyImport, NeverChangesARowThatIsThere) {
  world_->add_row("a", "a", "{\"file_sha256\":\"" + kA + "\",\"keep\":1}");
  world_->add_row("other_id", "b");
  const auto before = world_->metadata("a");
  const auto report = import(ImportForm::csv,
                             list("id,path,sha256\na,a," + kB + "\nb,b,\nother_id,c,\nnew,new,\n"));
  EXPECT_EQ(report.imported, 1);
  EXPECT_EQ(report.existing, 1);
  ASSERT_EQ(report.conflict_count, 2);
  EXPECT_EQ(world_->metadata("a"), before);
  EXPECT_EQ(world_->ask("select file_path from artifacts where id = 'other_id'"), "b");
}

TEST_P(AnyImport, PutsAPrefixBeforeThePathsOfAList) {
  options_.prefix = "deep/er";
  EXPECT_EQ(
      import(ImportForm::jsonl,
             list("{\"path\":\"./"
                  "x.csv\",\"type\":\"t\",\"id\":\"X\",\"title\":\"T\",\"file_size_bytes\":3}\n"))
          .imported,
      1);
  EXPECT_EQ(
      world_->ask(
          "select id || '|' || artifact_type || '|' || title || '|' || file_path from artifacts"),
      "X|t|T|deep/er/x.csv");
  EXPECT_THAT(world_->metadata("X"), HasSubstr("file_size_bytes"));
}

TEST_P(AnyImport, TakesBagsAndDvcFilesWhereTheyLie) {
  world_->write("bag/bagit.txt", "BagIt-Version: 1.0\n");
  EXPECT_EQ(try_import(ImportForm::bagit, world_->folder().at("data/bag")).error().code(),
            Code::unsupported);
  world_->write("bag/manifest-sha256.txt", kA + " data/x\n");
  EXPECT_EQ(import(ImportForm::bagit, world_->folder().at("data/bag")).imported, 1);
  EXPECT_EQ(world_->ask("select file_path from artifacts"), "bag/data/x");
  world_->write("models/m.pt.dvc", "outs:\n- md5: 0123\n  path: m.pt\n");
  EXPECT_EQ(import(ImportForm::dvc, world_->folder().at("data/models/m.pt.dvc")).imported, 1);
  EXPECT_THAT(world_->metadata("models/m.pt"), HasSubstr("dvc_md5"));
}

TEST_P(AnyImport, RefusesAFolderThatNobodyCanLookAt) {
  const auto refused =
      try_import(ImportForm::folder, world_->folder().at("data/" + std::string(300, 'a')));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::io);
  EXPECT_THAT(refused.error().message(), HasSubstr("File name too long"));
}

TEST_P(AnyImport, SaysThatTheFolderItselfCannotBeListed) {
  world_->write("secret/a", "a");
  world_->write("secret2/a", "a");
  for (const char* folder : {"data/secret", "data/secret2"})
    std::filesystem::permissions(world_->folder().at(folder), std::filesystem::perms::none);
  ImportReport report;
  {
    const OrdinaryRights rights;
    report = import(ImportForm::folder, world_->folder().at("data/secret"));
  }
  for (const char* folder : {"data/secret", "data/secret2"})
    std::filesystem::permissions(world_->folder().at(folder), std::filesystem::perms::owner_all);
  ASSERT_EQ(report.refused_count, 1);
  EXPECT_THAT(report.refused[0], HasSubstr("secret: the folder can't be listed"));
  EXPECT_EQ(row_count(), 0);
}

TEST_P(AnyImport, RefusesAFileWhoseNameNoRowCanRecord) {
  world_->write("caf\xe9", "x");
  world_->write("fine", "x");
  const auto report = import(ImportForm::folder, world_->folder().at("data"));
  EXPECT_EQ(report.imported, 1);
  ASSERT_EQ(report.refused_count, 1);
  EXPECT_THAT(report.refused[0], HasSubstr("caf%E9"));
}

}  // namespace
}  // namespace holdfast::artifacts
