// SPDX-License-Identifier: Apache-2.0
// SHA-256 of many streams at once on one core.
//
// One stream cannot fill a processor: each round needs the one before. Independent streams can.
//   portable  each lane is an OpenSSL stream of its own
//   sha_ni    4 lanes through the SHA instructions of x86-64, whose latency a single stream waits
//             for
//   wide      16 lanes through AVX-512, and the SHA instructions while few lanes have bytes
// On the reference machine (docs/benchmarks.md) one stream runs at 1.98, four at 3.3 and sixteen at
// 4.9 GB/s; on others sha_ni wins, so `automatic` measures the two once. Streams may differ in
// length: a lane that is done takes the next stream while the others go on.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/sha256.h"

namespace holdfast::core {

inline constexpr std::size_t kSha256BlockBytes = 64;
/// What a buffer must have room for behind the last bytes of a stream: the padding of FIPS 180-4,
/// 5.1.1, is written in place.
inline constexpr std::size_t kSha256PaddingBytes = 128;
inline constexpr std::size_t kSha256NarrowLanes = 4;
inline constexpr std::size_t kSha256WideLanes = 16;

enum class Sha256Kernel : unsigned char { automatic, portable, sha_ni, wide };
/// What `automatic` means on this processor; never `automatic`. The first call may take 0.1 ms.
Sha256Kernel best_sha256_kernel();
/// Whether this processor can run it.
bool can_run(Sha256Kernel kernel);
std::string_view kernel_name(Sha256Kernel kernel);

/// One stream inside a kernel. `state` is in the order the SHA instructions want: f e b a h g d c.
struct Sha256Lane {
  alignas(32) std::array<std::uint32_t, 8> state{};
  const std::uint8_t* bytes = nullptr;  // not hashed yet
  std::size_t block_count = 0;          // of 64 bytes, at `bytes`
};

enum class LastBytes : bool { no, yes };

/// A set of streams and the kernel that hashes them. Not thread-safe; lanes are numbered from 0.
class Sha256Lanes {
 public:
  /// A kernel may only be asked for where can_run() says so.
  explicit Sha256Lanes(Sha256Kernel kernel = Sha256Kernel::automatic);
  std::size_t lane_count() const { return lane_count_; }
  /// Starts a new stream in this lane.
  void begin(std::size_t lane);
  /// Gives a hungry lane its next bytes, which must stay until it is hungry again. All but the last
  /// are whole blocks; behind the last, kSha256PaddingBytes are overwritten.
  void feed(std::size_t lane, std::uint8_t* bytes, std::size_t size_bytes, LastBytes last);
  /// Hashes until at least one lane that had bytes is hungry. Does nothing when all are.
  void step();
  bool hungry(std::size_t lane) const { return lanes_[lane].block_count == 0; }
  /// The digest of a stream whose last bytes were fed and hashed.
  Sha256Digest finish(std::size_t lane);

 private:
  void step_portable();

  const Sha256Kernel kernel_;
  const std::size_t lane_count_;
  std::array<Sha256Lane, kSha256WideLanes> lanes_;
  std::array<std::uint64_t, kSha256WideLanes> size_bytes_{};  // of the stream so far
  // portable only: what block_count stands for, and the streams
  std::array<std::size_t, kSha256WideLanes> fed_bytes_{};
  std::array<std::unique_ptr<Sha256>, kSha256WideLanes> streams_;
};

#if defined(__x86_64__)
bool have_sha_instructions();
bool have_wide_vectors();
/// Hash `block_count` blocks of each of 1 to 4 (1 to 16) lanes and move the lanes on. Only where
/// have_sha_instructions() (have_wide_vectors()).
void compress_with_sha_instructions(Sha256Lane* const* lanes, std::size_t lane_count,
                                    std::size_t block_count);
void compress_with_wide_vectors(Sha256Lane* const* lanes, std::size_t lane_count,
                                std::size_t block_count);
#endif

}  // namespace holdfast::core
