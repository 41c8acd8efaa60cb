// SPDX-License-Identifier: Apache-2.0
// A client of Redis in front of a server that never answers: one deadline holds for a whole errand.
#include "redis/client.h"

#include <array>
#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

namespace holdfast::redis {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr ClientLimits kPatient{milliseconds(60'000), milliseconds(60'000)};

/// Listens and says nothing: the kernel accepts for it.
class SilentServer {
 public:
  explicit SilentServer(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    EXPECT_LT(path.size(), sizeof(address.sun_path));
    path.copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(fd_, 4), 0);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { ::close(fd_); }

  /// What its next client has sent so far.
  std::string received() const {
    const int client = ::accept(fd_, nullptr, nullptr);
    std::array<char, 1000> buffer{};
    const auto size = ::recv(client, buffer.data(), buffer.size(), MSG_DONTWAIT);
    ::close(client);
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
  }

 private:
  int fd_;
};

class RedisClient : public ::testing::Test {
 protected:
  Deadline in(milliseconds time) { return {clock_, clock_.monotonic() + time}; }
  Address address(const std::string& password) const {
    Address address;
    address.socket_path = path();
    address.password = password;
    return address;
  }
  std::string path() const { return folder_.at("redis.sock"); }

  testing::TempFolder folder_;
  ManualClock clock_{Timestamp{1'000'000'000}};
};

TEST_F(RedisClient, WaitsForNoAnswerBeyondTheDeadlineOfItsErrand) {
  const SilentServer server(path());
  const auto client = Client::connect(address("secret"), kPatient, in(milliseconds(100)));
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error().code(), Code::unavailable);
  EXPECT_THAT(client.error().message(), HasSubstr("no answer within 50 ms"))
      << "half of what is left: a server may be waited for twice, to take a command and to answer "
         "it";
}

TEST_F(RedisClient, SendsNothingOnceTheDeadlineIsOver) {
  const SilentServer server(path());
  const Deadline deadline = in(milliseconds(1'000));
  auto client = Client::connect(address(""), kPatient, deadline);
  ASSERT_TRUE(client.ok()) << client.error().message();
  clock_.advance(milliseconds(1'000));
  const std::array<std::string, 1> words{"PING"};
  const auto reply = client->command(words, deadline);
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code(), Code::unavailable);
  EXPECT_THAT(reply.error().message(), HasSubstr("no answer in time"));
  EXPECT_EQ(server.received(), "");
  EXPECT_FALSE(Client::connect(address(""), kPatient, deadline).ok());
}

}  // namespace
}  // namespace holdfast::redis
