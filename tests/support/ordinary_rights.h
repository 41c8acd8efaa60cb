// SPDX-License-Identifier: Apache-2.0
// Permissions that count for root too.
#pragma once
#include <cstdint>

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace holdfast::testing {

/// While it lives, this thread and those that it starts may do to files what their owner may, and no more: root's way past every
/// permission is put aside. Changes nothing for other users.
class OrdinaryRights {
 public:
  OrdinaryRights() {
    EXPECT_EQ(::syscall(SYS_capget, &header_, before_), 0);
    __user_cap_data_struct now[2] = {before_[0], before_[1]};
    now[0].effective &= ~(bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH));
    EXPECT_EQ(::syscall(SYS_capset, &header_, now), 0);
  }
  ~OrdinaryRights() { EXPECT_EQ(::syscall(SYS_capset, &header_, before_), 0); }
  OrdinaryRights(const OrdinaryRights&) = delete;
  OrdinaryRights& operator=(const OrdinaryRights&) = delete;

 private:
  static constexpr std::uint32_t bit(unsigned capability) { return std::uint32_t{1} << capability; }

  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};  // of this thread
  __user_cap_data_struct before_[2]{};
};

}  // namespace holdfast::testing
