// SPDX-License-Identifier: Apache-2.0
// Feeding the lanes: padding, stepping, and the choice of the kernel.
#include "core/sha256_lanes.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/assert.h"

namespace holdfast::core {
namespace {

// FIPS 180-4, 5.3.3: a to h, in the order of Sha256Lane::state.
constexpr std::array<std::uint32_t, 8> kInitialState{
    0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667, 0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372};
// Where a, b, … h stand in Sha256Lane::state.
constexpr std::array<std::size_t, 8> kPlaces{3, 2, 7, 6, 1, 0, 5, 4};

// Writes 0x80, zeros and the length in bits behind the last bytes; comes back with the number of blocks.
std::size_t pad(std::uint8_t* bytes, std::size_t size_bytes, std::uint64_t stream_bytes) {
  const std::size_t blocks = (size_bytes + 8) / kSha256BlockBytes + 1;
  const std::size_t end = blocks * kSha256BlockBytes;
  std::memset(bytes + size_bytes, 0, end - size_bytes);
  bytes[size_bytes] = 0x80;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[end - 1 - i] = static_cast<std::uint8_t>(stream_bytes * 8 >> 8 * i);
  }
  return blocks;
}

// From so many lanes on, a pass of all sixteen takes less time than the SHA instructions need: both
// cost about 75 cycles a block then (measured on the reference machine; elsewhere near enough).
constexpr std::size_t kWideLeast = 11;

constexpr std::size_t lane_count_of(Sha256Kernel kernel) {
  return kernel == Sha256Kernel::wide ? kSha256WideLanes : kSha256NarrowLanes;
}

#if defined(__x86_64__)
using Compress = void (*)(Sha256Lane* const*, std::size_t, std::size_t);

// The best of a few short runs, in nanoseconds for one block of one lane.
double measure(Compress compress, std::size_t lane_count) {
  constexpr std::size_t kBlocks = 16;
  constexpr int kRuns = 8;
  static constexpr std::array<std::uint8_t, kBlocks * kSha256BlockBytes> kBytes{};
  std::array<Sha256Lane, kSha256WideLanes> lanes;
  std::array<Sha256Lane*, kSha256WideLanes> pointers{};
  std::chrono::steady_clock::duration best = std::chrono::steady_clock::duration::max();
  for (int run = 0; run < kRuns; ++run) {
    for (std::size_t l = 0; l < lane_count; ++l) {
      lanes[l].bytes = kBytes.data();
      lanes[l].block_count = kBlocks;
      pointers[l] = &lanes[l];
    }
    const auto start = std::chrono::steady_clock::now();
    compress(pointers.data(), lane_count, kBlocks);
    best = std::min(best, std::chrono::steady_clock::now() - start);
  }
  return std::chrono::duration<double, std::nano>(best).count() /
         static_cast<double>(lane_count * kBlocks);
}

bool wide_is_faster() {
  return measure(compress_with_wide_vectors, kSha256WideLanes) <
         measure(compress_with_sha_instructions, kSha256NarrowLanes);
}
#endif

}  // namespace

bool can_run(Sha256Kernel kernel) {
  switch (kernel) {
    case Sha256Kernel::automatic:
    case Sha256Kernel::portable:
      return true;
#if defined(__x86_64__)
    case Sha256Kernel::sha_ni:
      return have_sha_instructions();
    case Sha256Kernel::wide:
      return have_sha_instructions() && have_wide_vectors();
#else
    case Sha256Kernel::sha_ni:
    case Sha256Kernel::wide:
      return false;
#endif
  }
  HOLDFAST_ASSERT(false && "a kernel outside its enum");
}

Sha256Kernel best_sha256_kernel() {
#if defined(__x86_64__)
  static const Sha256Kernel kBest = [] {
    if (!can_run(Sha256Kernel::sha_ni)) return Sha256Kernel::portable;
    return can_run(Sha256Kernel::wide) && wide_is_faster() ? Sha256Kernel::wide
                                                           : Sha256Kernel::sha_ni;
  }();
  return kBest;
#else
  return Sha256Kernel::portable;
#endif
}

std::string_view kernel_name(Sha256Kernel kernel) {
  switch (kernel) {
    case Sha256Kernel::automatic:
      return "automatic";
    case Sha256Kernel::portable:
      return "portable";
    case Sha256Kernel::sha_ni:
      return "sha_ni";
    case Sha256Kernel::wide:
      return "wide";
  }
  HOLDFAST_ASSERT(false && "a kernel outside its enum");
}

Sha256Lanes::Sha256Lanes(Sha256Kernel kernel)
    : kernel_(kernel == Sha256Kernel::automatic ? best_sha256_kernel() : kernel),
      lane_count_(lane_count_of(kernel_)) {
  HOLDFAST_ASSERT(can_run(kernel_));
  if (kernel_ != Sha256Kernel::portable) return;
  for (std::size_t lane = 0; lane < lane_count_; ++lane) {
    streams_[lane] = std::make_unique<Sha256>();
  }
}

void Sha256Lanes::begin(std::size_t lane) {
  lanes_[lane] = Sha256Lane{};
  lanes_[lane].state = kInitialState;
  size_bytes_[lane] = 0;
  if (streams_[lane]) streams_[lane]->finish();  // forgets a stream that was given up
}

void Sha256Lanes::feed(std::size_t lane, std::uint8_t* bytes, std::size_t size_bytes,
                       LastBytes last) {
  HOLDFAST_ASSERT(hungry(lane));
  HOLDFAST_ASSERT(last == LastBytes::yes || size_bytes % kSha256BlockBytes == 0);
  size_bytes_[lane] += size_bytes;
  lanes_[lane].bytes = bytes;
  if (kernel_ == Sha256Kernel::portable) {
    fed_bytes_[lane] = size_bytes;
    lanes_[lane].block_count = size_bytes == 0 && last == LastBytes::no ? 0 : 1;
  } else {
    lanes_[lane].block_count = last == LastBytes::yes ? pad(bytes, size_bytes, size_bytes_[lane])
                                                      : size_bytes / kSha256BlockBytes;
  }
}

void Sha256Lanes::step() {
  if (kernel_ == Sha256Kernel::portable) return step_portable();
#if defined(__x86_64__)
  std::array<Sha256Lane*, kSha256WideLanes> fed{};
  std::size_t count = 0;
  for (std::size_t lane = 0; lane < lane_count_; ++lane) {
    if (!hungry(lane)) fed[count++] = &lanes_[lane];
  }
  if (count == 0) return;
  const bool wide = kernel_ == Sha256Kernel::wide && count >= kWideLeast;
  if (!wide) count = std::min(count, kSha256NarrowLanes);  // the others' turn comes
  std::size_t blocks = SIZE_MAX;
  for (std::size_t i = 0; i < count; ++i)
    blocks = std::min(blocks, fed[i]->block_count);
  (wide ? compress_with_wide_vectors : compress_with_sha_instructions)(fed.data(), count, blocks);
#endif
}

void Sha256Lanes::step_portable() {
  for (std::size_t lane = 0; lane < lane_count_; ++lane) {
    if (hungry(lane)) continue;
    streams_[lane]->update(std::as_bytes(std::span(lanes_[lane].bytes, fed_bytes_[lane])));
    lanes_[lane].block_count = 0;
  }
}

Sha256Digest Sha256Lanes::finish(std::size_t lane) {
  HOLDFAST_ASSERT(hungry(lane));
  if (kernel_ == Sha256Kernel::portable) return streams_[lane]->finish();
  Sha256Digest digest{};
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint32_t word = lanes_[lane].state[kPlaces[i]];
    for (std::size_t j = 0; j < 4; ++j) {
      digest[4 * i + j] = static_cast<std::uint8_t>(word >> (24 - 8 * j));
    }
  }
  return digest;
}

}  // namespace holdfast::core
