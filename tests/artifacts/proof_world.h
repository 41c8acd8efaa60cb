// SPDX-License-Identifier: Apache-2.0
// Files whose rows record their hash, and accidents that happen to them. The hashes come from
// coreutils' sha256sum.
#pragma once
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artifacts/judge.h"
#include "artifacts/scrub.h"
#include "artifacts/verify.h"
#include "catalog/incidents.h"
#include "tests/artifacts/artifact_world.h"
#include "tests/support/second_program.h"

namespace holdfast::artifacts::testing {

class ProofWorld : public ArtifactWorld {
 public:
  explicit ProofWorld(const std::string& backend) : ArtifactWorld(backend) {}

  std::string file(const std::string& path) const { return folder().at("data/" + path); }

  /// What sha256sum says of a file.
  std::string sha256sum(const std::string& path) const {
    const auto ended = holdfast::testing::run_program("sha256sum < " +
                                                      holdfast::testing::shell_quoted(file(path)));
    EXPECT_EQ(ended.exit_code, 0);
    return ended.output.substr(0, 64);
  }

  /// A file and the row that records its hash and size.
  void keep(const std::string& id, const std::string& path, const std::string& bytes,
            const std::string& type = "figure") {
    write(path, bytes);
    add_row(id, path, record(sha256sum(path), bytes.size()), type);
  }
  static std::string record(const std::string& sha256, std::size_t size_bytes) {
    return R"({"file_sha256": ")" + sha256 + R"(", "file_size_bytes": )" +
           std::to_string(size_bytes) + "}";
  }

  /// Changes one bit in place and puts the modification time back: ctime moves, nothing else.
  void flip_a_bit(const std::string& path) const {
    struct stat before{};
    ASSERT_EQ(::stat(file(path).c_str(), &before), 0);
    const int fd = ::open(file(path).c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(fd, 0);
    char byte = 0;
    ASSERT_EQ(::pread(fd, &byte, 1, 0), 1);
    byte = static_cast<char>(byte ^ 1);
    ASSERT_EQ(::pwrite(fd, &byte, 1, 0), 1);
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::futimens(fd, times), 0);
    ::close(fd);
    struct stat after{};
    ASSERT_EQ(::stat(file(path).c_str(), &after), 0);
    ASSERT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    ASSERT_EQ(before.st_ino, after.st_ino);
  }

  /// As real rot below the file system would leave it: the proof's change time is the one of now.
  void pretend_ctime_did_not_move(const std::string& id, const std::string& path) {
    struct stat now{};
    ASSERT_EQ(::stat(file(path).c_str(), &now), 0);
    sql("update artifact_proof set ctime_ns = " +
        std::to_string(now.st_ctim.tv_sec * 1'000'000'000 + now.st_ctim.tv_nsec) +
        " where artifact_id = " + quoted(id));
  }

  VerifyEnd verify_full() { return must(verify(config(), catalog(), options(), gather())); }
  VerifyEnd verify_quick() {
    VerifyOptions quick = options();
    quick.depth = core::Depth::quick;
    return must(verify(config(), catalog(), quick, gather()));
  }
  VerifyEnd verify_with(const VerifyOptions& with) {
    return must(verify(config(), catalog(), with, gather()));
  }
  VerifyOptions options() {
    VerifyOptions out;
    out.actor = "tester";
    out.clock = &clock();
    out.jobs = 2;
    return out;
  }
  ScrubEnd scrub_with(const ScrubOptions& with) {
    return must(scrub(config(), catalog(), with, gather()));
  }
  ScrubOptions scrub_options(std::chrono::nanoseconds every_byte_within) {
    ScrubOptions out;
    out.terms.every_byte_within = every_byte_within;
    out.actor = "tester";
    out.clock = &clock();
    out.jobs = 1;
    return out;
  }

  /// "id rule" of each finding of the last pass, in order; ids of rows it read, in order.
  std::vector<std::string> findings;
  std::vector<std::string> read_ids;
  std::vector<core::SubjectReport> reports;

  std::vector<catalog::Incident> incidents() {
    return must(catalog::list_incidents(catalog(), {}));
  }

 private:
  JudgedSink gather() {
    findings.clear();
    read_ids.clear();
    reports.clear();
    return [this](std::span<const Judged> judged) -> Status {
      for (const Judged& each : judged) {
        read_ids.push_back(each.row.id);
        reports.push_back(each.report);
        for (const core::Finding& finding : each.report.findings)
          findings.push_back(each.row.id + ' ' + finding.rule);
      }
      return {};
    };
  }
};

/// Every test of the suite on both databases.
class ProofTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!backend_is_there(GetParam())) GTEST_SKIP() << "no HOLDFAST_TEST_POSTGRES_URL";
    world_ = std::make_unique<ProofWorld>(GetParam());
  }
  ProofWorld& world() { return *world_; }

 private:
  std::unique_ptr<ProofWorld> world_;
};

#define HOLDFAST_PROOFS_ON_BOTH(Suite)                      \
  INSTANTIATE_TEST_SUITE_P(                                 \
      Both, Suite, ::testing::Values("sqlite", "postgres"), \
      [](const ::testing::TestParamInfo<std::string>& backend) { return backend.param; })

}  // namespace holdfast::artifacts::testing
