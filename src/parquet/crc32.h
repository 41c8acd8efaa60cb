// SPDX-License-Identifier: Apache-2.0
// CRC-32 as gzip and Parquet's pages have it (polynomial 0x04C11DB7, reflected).
#pragma once
#include <cstdint>
#include <string_view>

namespace holdfast::parquet {

/// The checksum of what `so_far` covers followed by `bytes`; 0 covers nothing.
std::uint32_t crc32(std::string_view bytes, std::uint32_t so_far = 0);

}  // namespace holdfast::parquet
