// SPDX-License-Identifier: Apache-2.0
// Speed of the comparison of schemas: one thread, parsing included, both directions with their witnesses and all changes. FILE has two lines
// a pair, the old schema and the new one.
//
//   schemas_bench pairs FILE [--seconds 2] [--no-changes]   pairs a second of CPU time, over all of them
//   schemas_bench worker FILE                               does what lines of its standard input say, as bench/schemas/worker.py tells
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json_schema/compare.h"
#include "json_schema/schema.h"

namespace {

using namespace holdfast;               // NOLINT: a program of a page
using namespace holdfast::json_schema;  // NOLINT
using Pair = std::pair<std::string, std::string>;

struct Counts {
  std::uint64_t pairs = 0;
  std::uint64_t errors = 0;
  std::uint64_t yes = 0;
  std::uint64_t no = 0;
  std::uint64_t unknown = 0;
  void take(Answer answer) {
    yes += answer == Answer::yes ? 1 : 0;
    no += answer == Answer::no ? 1 : 0;
    unknown += answer == Answer::unknown ? 1 : 0;
  }
};

// CPU time of this one thread, so that a busy machine does not count.
double now() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}
double seconds_since(double start) {
  return now() - start;
}

void compare_once(const Pair& pair, const CompareOptions& options, Counts& counts) {
  ++counts.pairs;
  const auto old_schema = Schema::parse(pair.first);
  const auto new_schema = Schema::parse(pair.second);
  if (!old_schema || !new_schema) {
    ++counts.errors;
    return;
  }
  const auto comparison = compare(*old_schema, *new_schema, options);
  if (!comparison) {
    ++counts.errors;
    return;
  }
  counts.take(comparison->backward.answer);
  counts.take(comparison->forward.answer);
}

std::vector<Pair> read_pairs(const char* path) {
  std::vector<Pair> pairs;
  std::ifstream file(path);
  for (Pair pair; std::getline(file, pair.first) && std::getline(file, pair.second);)
    pairs.push_back(pair);
  return pairs;
}

int run_pairs(const char* path, double seconds, const CompareOptions& options) {
  const std::vector<Pair> pairs = read_pairs(path);
  if (pairs.empty()) {
    std::fprintf(stderr, "no pairs in %s\n", path);
    return 2;
  }
  std::size_t bytes = 0;
  for (const Pair& pair : pairs)
    bytes += pair.first.size() + pair.second.size();
  Counts warm;
  double slowest = 0;
  std::size_t slowest_at = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double start = now();
    compare_once(pairs[i], options, warm);
    if (seconds_since(start) <= slowest) continue;
    slowest = seconds_since(start);
    slowest_at = i;
  }
  Counts counts;
  const double start = now();
  while (seconds_since(start) < seconds)
    for (const Pair& pair : pairs)
      compare_once(pair, options, counts);
  const double took = seconds_since(start);
  std::printf(
      "{\"pairs\":%zu,\"bytes_per_pair\":%zu,\"pairs_per_s\":%.0f,\"errors\":%llu,\"yes\":%llu,"
      "\"no\":%llu,\"unknown\":%llu,"
      "\"slowest_ms\":%.3f,\"slowest_line\":%zu}\n",
      pairs.size(), bytes / pairs.size(), static_cast<double>(counts.pairs) / took,
      static_cast<unsigned long long>(warm.errors), static_cast<unsigned long long>(warm.yes),
      static_cast<unsigned long long>(warm.no), static_cast<unsigned long long>(warm.unknown),
      slowest * 1000, slowest_at + 1);
  return 0;
}

std::string answer_of(const Pair& pair) {
  const auto old_schema = Schema::parse(pair.first);
  if (!old_schema) return "error " + old_schema.error().message();
  const auto new_schema = Schema::parse(pair.second);
  if (!new_schema) return "error " + new_schema.error().message();
  const auto comparison = compare(*old_schema, *new_schema, {});
  if (!comparison) return "error " + comparison.error().message();
  const Answer answer = comparison->backward.answer;
  return answer == Answer::yes ? "yes" : answer == Answer::no ? "no" : "unknown";
}

void time_pairs(const std::vector<Pair>& pairs, std::istream& words) {
  double seconds = 0;
  words >> seconds;
  std::vector<std::size_t> chosen;
  for (std::size_t index = 0; words >> index;)
    chosen.push_back(index);
  Counts counts;
  std::size_t passes = 0;
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> took{};
  do {
    for (const std::size_t index : chosen)
      compare_once(pairs.at(index), {}, counts);
    ++passes;
    took = std::chrono::steady_clock::now() - start;
  } while (took.count() < seconds);
  std::printf("%zu %.6f\n", passes, took.count());
}

int run_worker(const char* path) {
  const std::vector<Pair> pairs = read_pairs(path);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string what;
    std::size_t index = 0;
    words >> what;
    if (what == "time")
      time_pairs(pairs, words);
    else if (what == "ask" && words >> index)
      std::printf("%s\n", answer_of(pairs.at(index)).c_str());
    else
      return 2;
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  CompareOptions options;
  double seconds = 2;
  for (int i = 3; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--no-changes") options.most_changes = 0;
    if (word == "--seconds" && i + 1 < count) seconds = std::strtod(words[i + 1], nullptr);
  }
  if (count >= 3 && std::string_view(words[1]) == "pairs")
    return run_pairs(words[2], seconds, options);
  if (count == 3 && std::string_view(words[1]) == "worker") return run_worker(words[2]);
  std::fputs("schemas_bench pairs FILE [--seconds N] [--no-changes] | worker FILE\n", stderr);
  return 2;
}
