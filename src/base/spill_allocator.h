// SPDX-License-Identifier: Apache-2.0
// SpillAllocator: for arrays that may outgrow the memory. Small ones are ordinary memory. A large one lies in a file without a name that
// the kernel can write out and drop when memory gets short, where ordinary memory would end in the process being killed.
#pragma once
#include <cstddef>
#include <memory>
#include <new>

namespace holdfast {

/// From so many bytes on an array is spilled.
inline constexpr std::size_t kSpillBytes = std::size_t{64} << 20U;

inline constexpr std::size_t kMostBytes = static_cast<std::size_t>(-1) / 2;

/// Zeroed memory of at least kSpillBytes, in a file in $TMPDIR, else /var/tmp; ordinary memory where no such file can be made or the disk
/// is full. Throws std::bad_alloc. Given back with unmap_spilled() and the same size.
void* map_spilled(std::size_t size_bytes);
void unmap_spilled(void* memory, std::size_t size_bytes) noexcept;

template <class T>
struct SpillAllocator {
  using value_type = T;
  SpillAllocator() = default;
  template <class Other>
  SpillAllocator(const SpillAllocator<Other>& /*other*/) noexcept {
  }  // NOLINT: an allocator converts

  T* allocate(std::size_t count) {
    if (count > kMostBytes / sizeof(T)) return std::allocator<T>().allocate(count);  // which throws
    const std::size_t size_bytes = count * sizeof(T);
    void* memory = size_bytes < kSpillBytes ? ::operator new(size_bytes) : map_spilled(size_bytes);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    const std::size_t size_bytes = count * sizeof(T);
    size_bytes < kSpillBytes ? ::operator delete(memory) : unmap_spilled(memory, size_bytes);
  }
  bool operator==(const SpillAllocator&) const = default;
};

}  // namespace holdfast
