// SPDX-License-Identifier: Apache-2.0
// Holds durable logic against every power cut and every failing operation: for tests, over
// base/faulty_file_system.h.
//
//   CrashTest test{.prepare = …, .work = …, .check = …};
//   const CrashReport report = cut_power_everywhere(test);
//   EXPECT_TRUE(report.holds()) << report.text();
//
// For each operation N of the work: a fresh file system, prepare, work with a power cut at N, and
// then, for each state that the disk may be in, check() on a file system that has just that.
// `prepare` sets back what the test itself remembers (what was promised so far); `check` compares
// it with what is there, and may repair and go on working, as a restarted program would.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/faulty_file_system.h"

namespace holdfast {

struct CrashTest {
  std::function<Status(FileSystem&)> prepare;  // durable when it returns; may be empty
  std::function<Status(FileSystem&)> work;     // ends by an error when something fails
  std::function<Status(FileSystem&)>
      check;  // the message of its error is the invariant that is broken
};

struct CrashRules {
  std::size_t sector_bytes = 512;
  std::uint64_t max_states =
      1000;  // of one power cut; above it a sample of as many, drawn with `seed`
  std::uint64_t max_operations = 2000;  // of the work; above it the report is a failure
  std::uint64_t seed = 20'260'518;
};

struct CrashReport {
  std::uint64_t operation_count = 0;
  std::uint64_t run_count = 0;
  std::uint64_t state_count = 0;
  std::uint64_t sampled_count = 0;  // power cuts with more states than were looked at
  std::uint64_t seed = 0;
  std::uint64_t broken_count = 0;
  std::vector<std::string>
      broken;  // the first few, with the operations and the tree that was found
  /// Something was looked at and nothing was broken.
  bool holds() const { return broken_count == 0 && state_count > 0; }
  /// For people: the counts, the seed, what broke.
  std::string text() const;
};

/// Power cuts at every operation, and after the last.
CrashReport cut_power_everywhere(const CrashTest& test, const CrashRules& rules = {});

/// Every kind of fault at every operation; check() then sees what a program sees that goes on (also
/// after kill -9), and every state after a power cut at the end. The work must fail or have done
/// everything: that is for check() to hold.
CrashReport fail_everywhere(const CrashTest& test, const CrashRules& rules = {});

/// Calls `visit` with every different state after a power cut now, or with a sample. Returns how
/// many; `sampled` is set if not all.
std::uint64_t for_each_crash_state(const FaultyFileSystem& files, const CrashRules& rules,
                                   bool& sampled,
                                   const std::function<void(FaultyFileSystem&)>& visit);

}  // namespace holdfast
