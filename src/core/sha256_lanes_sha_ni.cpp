// SPDX-License-Identifier: Apache-2.0
// The SHA-256 compression function (FIPS 180-4, 6.2.2) on one to four lanes with the SHA instructions of x86-64. The attribute on the
// functions, and no global -m flag, lets them into a binary that also runs where the instructions are missing.
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include "base/assert.h"
#include "core/sha256_lanes.h"
#include "core/sha256_rounds.h"

namespace holdfast::core {
namespace {

#define HOLDFAST_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

// Four rounds at a time; the message schedule of the rounds to come is made in place in `w`, a ring of four vectors.
template <int kLanes>
HOLDFAST_SHA_TARGET void compress(Sha256Lane* const* lanes, std::size_t block_count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i abef[kLanes];
  __m128i cdgh[kLanes];
  const std::uint8_t* bytes[kLanes];
  for (int l = 0; l < kLanes; ++l) {
    abef[l] = _mm_load_si128(reinterpret_cast<const __m128i*>(lanes[l]->state.data()));
    cdgh[l] = _mm_load_si128(reinterpret_cast<const __m128i*>(lanes[l]->state.data() + 4));
    bytes[l] = lanes[l]->bytes;
  }
  for (std::size_t block = 0; block < block_count; ++block) {
    __m128i w[kLanes][4];
    __m128i s0[kLanes];
    __m128i s1[kLanes];
    for (int l = 0; l < kLanes; ++l) {
      s0[l] = abef[l];
      s1[l] = cdgh[l];
      for (int i = 0; i < 4; ++i) {
        w[l][i] =
            _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes[l]) + i), swap);
      }
      bytes[l] += kSha256BlockBytes;
    }
#pragma GCC unroll 16
    for (int r = 0; r < 16; ++r) {
      const __m128i k = _mm_load_si128(
          reinterpret_cast<const __m128i*>(kSha256Rounds.data() + std::ptrdiff_t{r} * 4));
      const int a = r & 3;
      const int b = (r + 1) & 3;
      const int c = (r + 2) & 3;
      const int d = (r + 3) & 3;
#pragma GCC unroll 4
      for (int l = 0; l < kLanes; ++l) {
        const __m128i t = _mm_add_epi32(w[l][a], k);
        s1[l] = _mm_sha256rnds2_epu32(s1[l], s0[l], t);
        s0[l] = _mm_sha256rnds2_epu32(s0[l], s1[l], _mm_shuffle_epi32(t, 0x0e));
        if (r < 12) {
          const __m128i x = _mm_add_epi32(_mm_sha256msg1_epu32(w[l][a], w[l][b]),
                                          _mm_alignr_epi8(w[l][d], w[l][c], 4));
          w[l][a] = _mm_sha256msg2_epu32(x, w[l][d]);
        }
      }
    }
    for (int l = 0; l < kLanes; ++l) {
      abef[l] = _mm_add_epi32(abef[l], s0[l]);
      cdgh[l] = _mm_add_epi32(cdgh[l], s1[l]);
    }
  }
  for (int l = 0; l < kLanes; ++l) {
    _mm_store_si128(reinterpret_cast<__m128i*>(lanes[l]->state.data()), abef[l]);
    _mm_store_si128(reinterpret_cast<__m128i*>(lanes[l]->state.data() + 4), cdgh[l]);
    lanes[l]->bytes = bytes[l];
    lanes[l]->block_count -= block_count;
  }
}

// Intel SDM, CPUID: leaf 7, EBX bit 29 (SHA); leaf 1, ECX bits 9 (SSSE3) and 19 (SSE4.1).
bool ask_for_sha_instructions() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b >> 29U & 1U) == 0) return false;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c >> 9U & 1U) != 0 && (c >> 19U & 1U) != 0;
}

}  // namespace

// Asked once: on a virtual machine the question goes to the host, which takes tens of microseconds.
bool have_sha_instructions() {
  static const bool kAnswer = ask_for_sha_instructions();
  return kAnswer;
}

void compress_with_sha_instructions(Sha256Lane* const* lanes, std::size_t lane_count,
                                    std::size_t block_count) {
  switch (lane_count) {
    case 1:
      return compress<1>(lanes, block_count);
    case 2:
      return compress<2>(lanes, block_count);
    case 3:
      return compress<3>(lanes, block_count);
    case 4:
      return compress<4>(lanes, block_count);
    default:
      HOLDFAST_ASSERT(false && "one to four lanes");
  }
}

}  // namespace holdfast::core
#endif
