// SPDX-License-Identifier: Apache-2.0
// Hashes the files named in a list, one a line, and prints what `sha256sum` would print.
//
//   hash_bench --list FILE [--root .] [--threads 2] [--kernel portable|sha_ni|wide]
//   hash_bench --memory           kernel throughput without files: GB per second of CPU for 1 to 16 lanes
#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/root_folder.h"
#include "core/file_hasher.h"

namespace {

using holdfast::RootFolder;
using holdfast::core::HashJob;
using holdfast::core::HashOutcome;
using holdfast::core::HashVerdict;
using holdfast::core::LastBytes;
using holdfast::core::Sha256Digest;
using holdfast::core::Sha256Kernel;
using holdfast::core::Sha256Lanes;

struct Arguments {
  std::string root = ".";
  std::string list;
  unsigned thread_count = 1;
  Sha256Kernel kernel = Sha256Kernel::automatic;
  bool memory = false;
};

bool parse_kernel(std::string_view name, Sha256Kernel& kernel) {
  for (const auto known : {Sha256Kernel::portable, Sha256Kernel::sha_ni, Sha256Kernel::wide}) {
    if (holdfast::core::kernel_name(known) != name) continue;
    kernel = known;
    return holdfast::core::can_run(known);
  }
  return false;
}

bool parse(int count, char** words, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--memory") {
      arguments.memory = true;
      continue;
    }
    if (++i == count) return false;
    const std::string_view value = words[i];
    if (word == "--root") {
      arguments.root = value;
    } else if (word == "--list") {
      arguments.list = value;
    } else if (word == "--threads") {
      const auto end = value.data() + value.size();
      if (std::from_chars(value.data(), end, arguments.thread_count).ptr != end) return false;
    } else if (word == "--kernel") {
      if (!parse_kernel(value, arguments.kernel)) return false;
    } else {
      return false;
    }
  }
  return (arguments.memory || !arguments.list.empty()) && arguments.thread_count >= 1 &&
         arguments.thread_count <= 64;
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void measure_memory(Sha256Kernel kernel) {
  constexpr std::size_t kBytes = std::size_t{1} << 15U;
  constexpr std::size_t kPieces = 1U << 14U;
  Sha256Lanes sha(kernel);
  std::printf(
      "kernel %s\n",
      kernel_name(kernel == Sha256Kernel::automatic ? holdfast::core::best_sha256_kernel() : kernel)
          .data());
  std::vector<std::uint8_t> bytes(sha.lane_count() * kBytes, 0x5a);
  for (std::size_t lanes = 1; lanes <= sha.lane_count(); ++lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sha.begin(lane);
    const double start = cpu_seconds();
    const std::size_t rounds = kPieces / lanes;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        sha.feed(lane, bytes.data() + lane * kBytes, kBytes, LastBytes::no);
      }
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        while (!sha.hungry(lane))
          sha.step();
      }
    }
    const double took = cpu_seconds() - start;
    const double hashed = static_cast<double>(rounds * lanes * kBytes);
    std::printf("%zu lane(s): %.2f GB/s\n", lanes, hashed / took / 1e9);
  }
}

std::string read_list(const std::string& path) {
  std::string text;
  std::FILE* const file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return text;
  char buffer[1 << 16];
  std::size_t got = 0;
  do {
    got = std::fread(buffer, 1, sizeof buffer, file);
    text.append(buffer, got);
  } while (got == sizeof buffer);
  std::fclose(file);
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  lines.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

struct Hashed {
  bool ok = false;
  Sha256Digest digest{};
};

// What one thread does: takes paths until none are left.
void hash_some(const RootFolder& root, const std::vector<std::string_view>& paths,
               std::atomic<std::size_t>& taken, std::vector<Hashed>& hashed, Sha256Kernel kernel) {
  holdfast::core::HashOptions options;
  options.kernel = kernel;
  const auto next = [&]() -> std::optional<HashJob> {
    const std::size_t i = taken.fetch_add(1, std::memory_order_relaxed);
    if (i >= paths.size()) return std::nullopt;
    return HashJob{i, std::string(paths[i]), &root};
  };
  const auto done = [&](const HashOutcome& outcome) -> holdfast::Status {
    hashed[outcome.ticket] = {outcome.verdict == HashVerdict::hashed, outcome.digest};
    if (outcome.verdict == HashVerdict::hashed) return {};
    std::fprintf(stderr, "hash_bench: %s: %s\n", std::string(paths[outcome.ticket]).c_str(),
                 outcome.reason.c_str());
    return {};
  };
  holdfast::drop(hash_files(next, done, options), "`done` never fails");
}

int hash_listed(const Arguments& arguments) {
  auto root = RootFolder::open(arguments.root);
  if (!root.ok()) {
    std::fprintf(stderr, "hash_bench: %s\n", root.error().message().c_str());
    return 2;
  }
  const std::string input = read_list(arguments.list);
  const std::vector<std::string_view> paths = lines_of(input);
  std::vector<Hashed> hashed(paths.size());
  std::atomic<std::size_t> taken{0};
  const auto work = [&] { hash_some(*root, paths, taken, hashed, arguments.kernel); };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < arguments.thread_count; ++i)
    threads.emplace_back(work);
  work();
  for (auto& thread : threads)
    thread.join();
  int bad = 0;
  std::string line;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    bad += hashed[i].ok ? 0 : 1;
    if (!hashed[i].ok) continue;
    line = holdfast::core::to_hex(hashed[i].digest);
    line += "  ";
    line += paths[i];
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  return bad == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(count, words, arguments)) {
    std::fprintf(
        stderr,
        "usage: hash_bench --list FILE [--root DIR] [--threads N] [--kernel K] | --memory\n");
    return 2;
  }
  if (arguments.memory) {
    measure_memory(arguments.kernel);
    return 0;
  }
  return hash_listed(arguments);
}
