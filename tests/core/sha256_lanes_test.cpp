// SPDX-License-Identifier: Apache-2.0
// Every kernel that this processor can run, against one OpenSSL stream at a time.
#include "core/sha256_lanes.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

std::vector<Sha256Kernel> kernels() {
  std::vector<Sha256Kernel> out;
  for (const auto kernel : {Sha256Kernel::portable, Sha256Kernel::sha_ni, Sha256Kernel::wide}) {
    if (can_run(kernel)) out.push_back(kernel);
  }
  return out;
}

class EveryKernel : public testing::TestWithParam<Sha256Kernel> {};
INSTANTIATE_TEST_SUITE_P(Sha256Lanes, EveryKernel, testing::ValuesIn(kernels()),
                         [](const auto& each) { return std::string(kernel_name(each.param)); });

// Hashes messages as the file hasher does: a lane that is done takes the next message, in pieces of
// `piece` bytes; at most `lane_limit` lanes are used.
class Driver {
 public:
  Driver(Sha256Kernel kernel, std::size_t lane_limit, std::size_t piece)
      : sha_(kernel), lane_limit_(std::min(lane_limit, sha_.lane_count())), piece_(piece) {}

  std::vector<Sha256Digest> hash(const std::vector<std::string>& messages) {
    std::vector<Sha256Digest> digests(messages.size());
    std::size_t next = 0;
    for (bool busy = true; busy;) {
      busy = false;
      for (std::size_t i = 0; i < lane_limit_; ++i) {
        Lane& lane = lanes_[i];
        if (lane.message != nullptr && sha_.hungry(i) && lane.last_fed) {
          digests[lane.index] = sha_.finish(i);
          lane.message = nullptr;
        }
        if (lane.message == nullptr && next < messages.size()) {
          lane = {&messages[next], next, 0, false, {}};
          ++next;
          sha_.begin(i);
        }
        if (lane.message == nullptr) continue;
        busy = true;
        if (sha_.hungry(i)) feed(i);
      }
      sha_.step();
    }
    return digests;
  }

 private:
  struct Lane {
    const std::string* message = nullptr;
    std::size_t index = 0;
    std::size_t offset = 0;
    bool last_fed = false;
    std::vector<std::uint8_t> buffer;
  };

  void feed(std::size_t i) {
    Lane& lane = lanes_[i];
    const std::string part = lane.message->substr(lane.offset, piece_);
    lane.offset += part.size();
    lane.last_fed = lane.offset == lane.message->size();
    lane.buffer.assign(part.begin(), part.end());
    lane.buffer.resize(part.size() + kSha256PaddingBytes, 0xee);
    sha_.feed(i, lane.buffer.data(), part.size(), lane.last_fed ? LastBytes::yes : LastBytes::no);
  }

  Sha256Lanes sha_;
  const std::size_t lane_limit_;
  const std::size_t piece_;
  std::array<Lane, kSha256WideLanes> lanes_;
};

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string out(size, '\0');
  for (char& c : out)
    c = static_cast<char>(random());
  return out;
}

void expect_right(const std::vector<std::string>& messages,
                  const std::vector<Sha256Digest>& digests) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ASSERT_EQ(to_hex(digests[i]), to_hex(sha256(messages[i])))
        << i << ", " << messages[i].size() << " bytes";
  }
}

TEST_P(EveryKernel, HashesEveryLengthUpToFiveBlocks) {
  std::mt19937 random(180);
  std::vector<std::string> messages;
  for (std::size_t size = 0; size <= 5 * kSha256BlockBytes; ++size)
    messages.push_back(random_bytes(random, size));
  expect_right(messages, Driver(GetParam(), 16, 128).hash(messages));
  expect_right(messages, Driver(GetParam(), 16, 1024).hash(messages));
}

TEST_P(EveryKernel, HashesMixedLengthsWithAnyNumberOfLanes) {
  std::mt19937 random(4);
  for (std::size_t lanes = 1; lanes <= kSha256WideLanes; ++lanes) {
    std::vector<std::string> messages;
    for (int i = 0; i < 60; ++i)
      messages.push_back(random_bytes(random, random() % (i % 7 == 0 ? 20000 : 700)));
    expect_right(messages, Driver(GetParam(), lanes, 4096).hash(messages));
  }
}

TEST_P(EveryKernel, ForgetsAStreamThatWasGivenUp) {
  Sha256Lanes sha(GetParam());
  std::vector<std::uint8_t> buffer(64 + kSha256PaddingBytes, 'x');
  sha.begin(0);
  sha.feed(0, buffer.data(), 64, LastBytes::no);
  while (!sha.hungry(0))
    sha.step();
  sha.begin(0);
  std::copy_n("abc", 3, buffer.begin());
  sha.feed(0, buffer.data(), 3, LastBytes::yes);
  while (!sha.hungry(0))
    sha.step();
  EXPECT_EQ(sha.finish(0), sha256("abc"));
}

TEST(Sha256Lanes, PicksAKernelThatRunsHere) {
  EXPECT_NE(best_sha256_kernel(), Sha256Kernel::automatic);
  EXPECT_TRUE(can_run(best_sha256_kernel()));
  EXPECT_EQ(best_sha256_kernel(), best_sha256_kernel());
  EXPECT_TRUE(can_run(Sha256Kernel::portable));
}

}  // namespace
}  // namespace holdfast::core
