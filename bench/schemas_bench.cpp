// SPDX-License-Identifier: Apache-2.0
// Speed of the comparison of schemas: CPU time of one thread, parsing included.
//
//   schemas_bench pairs FILE [--seconds 2] [--no-changes]   FILE has a line of JSON [old, new] for each pair; pairs a second over all of them
//   schemas_bench recursion COUNT                           COUNT mutually recursive types in oneOf, one of them narrowed; milliseconds
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json_schema/compare.h"
#include "json_schema/document.h"
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
  for (std::string line; std::getline(file, line);) {
    const auto document = Document::parse(line);
    if (!document || document->root().size() != 2) continue;
    pairs.emplace_back(json_text(document->root().at(0)), json_text(document->root().at(1)));
  }
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

std::string family(int count, bool is_narrowed) {
  std::string one_of;
  for (int i = 0; i < count; ++i)
    one_of += std::string(i == 0 ? "" : ",") + "{\"$ref\":\"#/$defs/T" + std::to_string(i) + "\"}";
  std::string text = R"({"oneOf":[)" + one_of + "],\"$defs\":{";
  for (int i = 0; i < count; ++i) {
    const std::string id = is_narrowed && i == count - 1 ? R"({"type":"integer","minimum":0})"
                                                         : R"({"type":"integer"})";
    text += std::string(i == 0 ? "" : ",") + "\"T" + std::to_string(i) +
            R"(":{"type":"object","properties":{"id":)" + id + R"(,"kind":{"const":"t)" +
            std::to_string(i) + R"("},"a":{"oneOf":[)" + one_of + R"(]},"b":{"oneOf":[)" + one_of +
            R"(]}},"required":["id","kind"]})";
  }
  return text + "}}";
}

int run_recursion(int count, const CompareOptions& options) {
  const Pair pair{family(count, false), family(count, true)};
  for (int round = 0; round < 3; ++round) {
    Counts counts;
    const double start = now();
    compare_once(pair, options, counts);
    std::printf(
        "{\"types\":%d,\"ms\":%.2f,\"errors\":%llu,\"yes\":%llu,\"no\":%llu,\"unknown\":%llu}\n",
        count, seconds_since(start) * 1000, static_cast<unsigned long long>(counts.errors),
        static_cast<unsigned long long>(counts.yes), static_cast<unsigned long long>(counts.no),
        static_cast<unsigned long long>(counts.unknown));
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
  int types = 0;
  if (count >= 3 && std::string_view(words[1]) == "recursion" &&
      std::from_chars(words[2], words[2] + std::string_view(words[2]).size(), types).ec ==
          std::errc{})
    return run_recursion(types, options);
  std::fputs("schemas_bench pairs FILE [--seconds N] [--no-changes] | recursion COUNT\n", stderr);
  return 2;
}
