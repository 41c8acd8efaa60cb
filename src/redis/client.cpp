// SPDX-License-Identifier: Apache-2.0
#include "redis/client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <hiredis/hiredis.h>
#include <sys/time.h>

#include "redis/hiredis.h"

namespace holdfast::redis {
namespace {

// Redis 7.0 (src/server.c, shared objects; src/cluster.c): each is a state of the server or of our rights, not of the command.
constexpr std::array<std::string_view, 15> kPassing = {
    "LOADING", "BUSY",     "MASTERDOWN",  "READONLY", "OOM", "MISCONF",    "NOAUTH",    "WRONGPASS",
    "NOPERM",  "TRYAGAIN", "CLUSTERDOWN", "MOVED",    "ASK", "NOREPLICAS", "UNKILLABLE"};

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

// What is left of `limit` for each of `waits` waits.
std::chrono::milliseconds limit_within(std::chrono::milliseconds limit, const Deadline& deadline,
                                       int waits) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline.at - deadline.clock.monotonic());
  return std::min(limit, left / waits);
}

timeval time_of(std::chrono::milliseconds limit) {
  timeval out{};
  out.tv_sec = static_cast<time_t>(limit.count() / 1000);
  out.tv_usec = static_cast<suseconds_t>(limit.count() % 1000 * 1000);
  return out;
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

std::string why(const redisContext* context, std::chrono::milliseconds limit) {
  if (context == nullptr) return "out of memory";
  if (context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK))
    return "no answer within " + std::to_string(limit.count()) + " ms";
  return &context->errstr[0];
}

Reply reply_of(const redisReply& reply) {
  Reply out;
  switch (reply.type) {
    case REDIS_REPLY_ERROR:
      out.refusal = std::string(reply.str, reply.len);
      break;
    case REDIS_REPLY_INTEGER:
      out.text = std::to_string(reply.integer);
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      out.text = std::string(reply.str, reply.len);
      break;
    default:  // lists and nothing: no command of ours is answered so
      break;
  }
  return out;
}

}  // namespace

struct Client::State {
  std::unique_ptr<redisContext, FreeContext> context;
  std::string name;
  ClientLimits limits;

  Error unavailable(const std::string& what) const {
    return Error(Code::unavailable, name + ": " + what, "is the server up, and the address right?");
  }

  Error out_of_time() const { return unavailable("no answer in time"); }

  Status connect(const Address& address, const Deadline& deadline) {
    const auto limit = limit_within(limits.connect, deadline, 1);
    if (limit.count() <= 0) return out_of_time();
    context.reset(
        address.host.empty()
            ? redisConnectUnixWithTimeout(address.socket_path.c_str(), time_of(limit))
            : redisConnectWithTimeout(address.host.c_str(), address.port, time_of(limit)));
    if (!context || context->err != 0) return unavailable(why(context.get(), limit));
    return {};
  }

  Result<Reply> command(std::span<const std::string> words, const Deadline& deadline) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    if (context->err != 0) return unavailable("the connection is broken");
    const auto limit = limit_within(limits.command, deadline, 2);  // to take it, and to answer
    if (limit.count() <= 0) return out_of_time();
    if (redisSetTimeout(context.get(), time_of(limit)) != REDIS_OK)
      return unavailable("no time limit can be set");
    errno = 0;
    const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(redisCommandArgv(
        context.get(), static_cast<int>(texts.size()), texts.data(), sizes.data())));
    if (!reply) return unavailable(why(context.get(), limit));
    return reply_of(*reply);
  }

  // A server that does not know AUTH quotes what it was sent, the password: only the first word of a refusal is passed on.
  Status authenticate(const Address& address, const Deadline& deadline) {
    if (address.password.empty()) return {};
    std::vector<std::string> words{"AUTH"};
    if (!address.user.empty()) words.push_back(address.user);
    words.push_back(address.password);
    TRY_ASSIGN(const Reply reply, command(words, deadline));
    if (!reply.refusal) return {};
    return Error(Code::unavailable,
                 name + " refuses the password (" + std::string(first_word(*reply.refusal)) + ")",
                 "correct user and password in its URL");
  }

  Status choose_database(const Address& address, const Deadline& deadline) {
    if (address.database == 0) return {};
    const std::array<std::string, 2> words{"SELECT", std::to_string(address.database)};
    TRY_ASSIGN(const Reply reply, command(words, deadline));
    if (reply.refusal) return unavailable("SELECT: " + *reply.refusal);
    return {};
  }
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Client> Client::connect(const Address& address, const ClientLimits& limits,
                               const Deadline& deadline) {
  TRY(open_hiredis());
  auto state = std::make_unique<State>();
  state->name = shown(address);
  state->limits = limits;
  TRY(state->connect(address, deadline));
  TRY(state->authenticate(address, deadline));
  TRY(state->choose_database(address, deadline));
  return Client(std::move(state));
}

Result<Reply> Client::command(std::span<const std::string> words, const Deadline& deadline) {
  return state_->command(words, deadline);
}

bool may_pass_later(std::string_view refusal) {
  return std::ranges::find(kPassing, first_word(refusal)) != kPassing.end();
}

}  // namespace holdfast::redis
