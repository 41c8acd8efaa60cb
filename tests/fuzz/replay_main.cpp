// SPDX-License-Identifier: Apache-2.0
// The plain main of a fuzz target where libFuzzer is not there: replays files and folders of a corpus, then may mutate them.
//
//   <name>_fuzz CORPUS…                        every file once: what `ctest -L fuzz` runs
//   <name>_fuzz --seconds 60 --seed 7 CORPUS…  then changed copies of them for a minute; the seed is printed
//
// A crash leaves the input in ./crash-input; put it into the corpus as a file named after what it shows.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes);

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kMostInputBytes = 1U << 16U;
constexpr int kMostChanges = 8;

Bytes read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<Bytes> read_corpus(const std::vector<std::string>& paths) {
  std::vector<Bytes> corpus;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      corpus.push_back(read(path));
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
      if (entry.is_regular_file()) corpus.push_back(read(entry.path()));
  }
  return corpus;
}

std::size_t below(std::mt19937_64& random, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

// One small change: a flipped bit, another byte, a hole, a doubled stretch, or the tail of another input.
void change(Bytes& bytes, const Bytes& other, std::mt19937_64& random) {
  if (bytes.empty()) {
    bytes = other;
    return;
  }
  const std::size_t at = below(random, bytes.size());
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto length = static_cast<std::ptrdiff_t>(1 + below(random, bytes.size() - at));
  switch (below(random, 5)) {
    case 0:
      bytes[at] ^= static_cast<std::uint8_t>(1U << below(random, 8));
      break;
    case 1:
      bytes[at] = static_cast<std::uint8_t>(below(random, 256));
      break;
    case 2:
      bytes.erase(from, from + length);
      break;
    case 3: {
      const Bytes stretch(from, from + length);
      bytes.insert(from, stretch.begin(), stretch.end());
      break;
    }
    default:
      bytes.resize(at);
      if (!other.empty())
        bytes.insert(bytes.end(),
                     other.begin() + static_cast<std::ptrdiff_t>(below(random, other.size())),
                     other.end());
  }
  bytes.resize(std::min(bytes.size(), kMostInputBytes));
}

void keep(const Bytes& bytes) {
  std::ofstream out("crash-input", std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

void mutate(const std::vector<Bytes>& corpus, std::chrono::seconds how_long, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto end = std::chrono::steady_clock::now() + how_long;
  std::uint64_t input_count = 0;
  while (std::chrono::steady_clock::now() < end) {
    Bytes bytes = corpus[below(random, corpus.size())];
    for (std::size_t left = 1 + below(random, kMostChanges); left > 0; --left)
      change(bytes, corpus[below(random, corpus.size())], random);
    keep(bytes);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++input_count;
  }
  std::filesystem::remove("crash-input");
  std::printf("%llu changed inputs, seed %llu\n", static_cast<unsigned long long>(input_count),
              static_cast<unsigned long long>(seed));
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::vector<std::string> paths;
  std::chrono::seconds how_long{0};
  std::uint64_t seed = 1;
  for (int i = 1; i < argument_count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--seconds" && i + 1 < argument_count) {
      how_long = std::chrono::seconds(std::stoul(arguments[++i]));
    } else if (argument == "--seed" && i + 1 < argument_count) {
      seed = std::stoull(arguments[++i]);
    } else {
      paths.push_back(argument);
    }
  }
  const std::vector<Bytes> corpus = read_corpus(paths);
  if (corpus.empty()) {
    std::fprintf(stderr, "no corpus: name files or folders\n");
    return 2;
  }
  for (const Bytes& bytes : corpus)
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  std::printf("%zu inputs of the corpus\n", corpus.size());
  if (how_long.count() > 0) mutate(corpus, how_long, seed);
  return 0;
}
