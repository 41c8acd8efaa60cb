// SPDX-License-Identifier: Apache-2.0
// The SHA-256 compression function (FIPS 180-4, 6.2.2) on sixteen lanes at once: word i of all
// lanes stands in one AVX-512 vector, so the standard's formulas are written down as they are.
//
// 64 bytes of each lane are loaded and transposed, 16 by 16 words. A round's sums are grouped so
// that only three instructions lie between one `e` and the next: the latency of the vector unit,
// not its width, is what limits this loop (measured: 4.0 GB/s with the sums as the standard groups
// them, 4.9 GB/s like this).
#if defined(__x86_64__)
// GCC 12 takes _mm512_undefined_epi32() inside its own intrinsics for a mistake (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "core/sha256_lanes.h"
#include "core/sha256_rounds.h"

namespace holdfast::core {
namespace {

#define HOLDFAST_WIDE __attribute__((target("avx512f,avx512bw")))
#define HOLDFAST_WIDE_INLINE HOLDFAST_WIDE __attribute__((always_inline)) static inline

constexpr int kXor = 0x96;       // truth tables of _mm512_ternarylogic_epi32: a ^ b ^ c,
constexpr int kChoose = 0xca;    // (a & b) ^ (~a & c),
constexpr int kMajority = 0xe8;  // (a & b) ^ (a & c) ^ (b & c)

HOLDFAST_WIDE_INLINE __m512i add(__m512i a, __m512i b) {
  return _mm512_add_epi32(a, b);
}
HOLDFAST_WIDE_INLINE __m512i exclusive_or(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi32(a, b, c, kXor);
}
// The four functions of FIPS 180-4, 4.1.2.
HOLDFAST_WIDE_INLINE __m512i big_sigma0(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 2), _mm512_ror_epi32(x, 13), _mm512_ror_epi32(x, 22));
}
HOLDFAST_WIDE_INLINE __m512i big_sigma1(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 6), _mm512_ror_epi32(x, 11), _mm512_ror_epi32(x, 25));
}
HOLDFAST_WIDE_INLINE __m512i small_sigma0(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18), _mm512_srli_epi32(x, 3));
}
HOLDFAST_WIDE_INLINE __m512i small_sigma1(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 17), _mm512_ror_epi32(x, 19), _mm512_srli_epi32(x, 10));
}

// Rows become columns: r[i] word j ↔ r[j] word i.
HOLDFAST_WIDE_INLINE void transpose(__m512i* r) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 4; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

// s: a to h, w: a ring of sixteen words of the message schedule. Instead of moving b to c, c to d
// and so on, the names move: in round i, letter n stands in s[(n - i) mod 8].
HOLDFAST_WIDE_INLINE void rounds(__m512i* s, __m512i* w, const std::uint32_t* constants) {
#pragma GCC unroll 64
  for (int i = 0; i < 64; ++i) {
    if (i >= 16) {
      w[i & 15] = add(add(w[i & 15], small_sigma0(w[(i + 1) & 15])),
                      add(w[(i + 9) & 15], small_sigma1(w[(i + 14) & 15])));
    }
    const __m512i a = s[(0 - i) & 7];
    const __m512i e = s[(4 - i) & 7];
    const __m512i choice = _mm512_ternarylogic_epi32(e, s[(5 - i) & 7], s[(6 - i) & 7], kChoose);
    const __m512i majority =
        _mm512_ternarylogic_epi32(a, s[(1 - i) & 7], s[(2 - i) & 7], kMajority);
    __m512i& d = s[(3 - i) & 7];
    __m512i& h = s[(7 - i) & 7];
    const __m512i constant = _mm512_set1_epi32(static_cast<int>(constants[i]));
    const __m512i sum = add(add(h, add(w[i & 15], constant)), choice);
    const __m512i sigma = big_sigma1(e);
    d = add(add(d, sum), sigma);
    h = add(add(sum, add(big_sigma0(a), majority)), sigma);
  }
}

// Where a, b, … h stand in Sha256Lane::state.
constexpr int kPlaces[8] = {3, 2, 7, 6, 1, 0, 5, 4};

}  // namespace

// Intel SDM, CPUID leaf 7, EBX bits 16 (F) and 30 (BW); XCR0 bits 1, 2, 5, 6, 7: the system saves
// the registers.
bool have_wide_vectors() {
  return __builtin_cpu_supports("avx512bw") != 0;
}

HOLDFAST_WIDE void compress_with_wide_vectors(Sha256Lane* const* lanes, std::size_t lane_count,
                                              std::size_t block_count) {
  const std::uint8_t* bytes[kSha256WideLanes];
  __m512i rows[kSha256WideLanes];
  for (std::size_t l = 0; l < kSha256WideLanes; ++l) {
    const Sha256Lane& lane = *lanes[l < lane_count ? l : 0];  // an idle lane repeats the first
    bytes[l] = lane.bytes;
    rows[l] = _mm512_zextsi256_si512(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lane.state.data())));
  }
  transpose(rows);
  __m512i state[8];
  for (int i = 0; i < 8; ++i)
    state[i] = rows[kPlaces[i]];
  const __m512i swap =
      _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
  for (std::size_t block = 0; block < block_count; ++block) {
    __m512i w[16];
    for (std::size_t l = 0; l < kSha256WideLanes; ++l) {
      w[l] = _mm512_shuffle_epi8(_mm512_loadu_si512(bytes[l] + block * kSha256BlockBytes), swap);
    }
    transpose(w);
    __m512i s[8];
    for (int i = 0; i < 8; ++i)
      s[i] = state[i];
    rounds(s, w, kSha256Rounds.data());
    for (int i = 0; i < 8; ++i)
      state[i] = add(state[i], s[i]);
  }
  for (int i = 0; i < 8; ++i)
    rows[kPlaces[i]] = state[i];
  for (int i = 8; i < 16; ++i)
    rows[i] = _mm512_setzero_si512();
  transpose(rows);
  for (std::size_t l = 0; l < lane_count; ++l) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes[l]->state.data()),
                        _mm512_castsi512_si256(rows[l]));
    lanes[l]->bytes += block_count * kSha256BlockBytes;
    lanes[l]->block_count -= block_count;
  }
}

}  // namespace holdfast::core
#endif
