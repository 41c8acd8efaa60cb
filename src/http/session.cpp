// SPDX-License-Identifier: Apache-2.0
#include "http/session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "http/http_date.h"
#include "http/problem.h"

namespace holdfast::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using Parser = beast::http::request_parser<beast::http::string_body>;
using std::chrono::milliseconds;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::size_t kMostBytesFromListener = std::size_t{64} << 10U;
constexpr milliseconds kFastestTick{10};
constexpr milliseconds kSlowestTick{500};
// The server's own; a handler's reply can't set them.
constexpr std::array<std::string_view, 7> kOwnFields = {
    "content-length",    "content-type", "connection", "date",
    "transfer-encoding", "keep-alive",   "upgrade"};

milliseconds tick_of(const ServerLimits& limits) {
  return std::clamp(std::min({limits.read, limits.idle, limits.write}) / 8, kFastestTick,
                    kSlowestTick);
}

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Status and reason of a refusal.
struct Refusal {
  int status = 0;
  std::string_view why;
};

Refusal refusal_of(const error_code& failed) {
  using beast::http::error;
  if (failed == error::body_limit) return {413, "the body is larger than this server takes"};
  if (failed == error::header_limit) return {431, "the header is larger than this server takes"};
  if (failed == error::bad_version) return {505, "this server speaks HTTP/1.1 and 1.0"};
  if (failed == error::bad_chunk || failed == error::bad_chunk_extension ||
      failed == error::partial_message)
    return {400, "a chunk of the body is malformed"};
  if (failed == error::bad_content_length || failed == error::multiple_content_length)
    return {400, "Content-Length is malformed or there twice"};
  if (failed == error::bad_transfer_encoding)
    return {400, "Transfer-Encoding is malformed or beside Content-Length"};
  return {400, "the request is malformed"};
}

// Two programs must not see two different requests in the same bytes (RFC 9112, 6.1 and 6.3).
std::optional<Refusal> doubtful(const Headers& headers, unsigned version) {
  std::size_t host_count = 0;
  std::size_t length_count = 0;
  std::size_t coding_count = 0;
  for (const auto& [name, value] : headers) {
    host_count += same_token(name, "host") ? 1 : 0;
    if (same_token(name, "content-length")) {
      ++length_count;
      if (!is_number(value)) return Refusal{400, "Content-Length is no number"};
    }
    if (same_token(name, "transfer-encoding")) {
      ++coding_count;
      if (!same_token(value, "chunked"))
        return Refusal{501, "the only Transfer-Encoding is chunked"};
    }
    if (same_token(name, "expect") && !same_token(value, "100-continue"))
      return Refusal{417, "the only expectation is 100-continue"};
  }
  if (length_count > 1) return Refusal{400, "Content-Length is there twice"};
  if (coding_count > 1 || (coding_count == 1 && length_count == 1))
    return Refusal{400, "Transfer-Encoding is there twice or beside Content-Length"};
  if (coding_count == 1 && version < 11) return Refusal{400, "HTTP/1.0 has no Transfer-Encoding"};
  if (host_count > 1 || (host_count == 0 && version >= 11))
    return Refusal{400, "a request has one Host"};
  return std::nullopt;
}

Reply later(std::string_view why) {
  Reply reply = problem(503, why, "try again in a moment");
  reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

bool is_own(std::string_view name) {
  return std::any_of(kOwnFields.begin(), kOwnFields.end(),
                     [&](std::string_view own) { return same_token(name, own); });
}

// A 304 where the client has this very answer.
void compare_tags(const Call& call, Reply& reply) {
  const std::string* known = call.header("if-none-match");
  const std::string* tag = find_header(reply.headers, "etag");
  if (known == nullptr || tag == nullptr || reply.status != 200 || call.method != Method::get ||
      !etag_matches(*known, *tag))
    return;
  reply.status = 304;
  reply.body.clear();
  reply.pieces = nullptr;
  reply.events = nullptr;
}

Result<Reply> guarded(const Route& route, const Call& call) {
  std::string what;
  try {
    return route.handler(call);
  } catch (const std::exception& thrown) {
    what = thrown.what();
  } catch (...) {
    what = "an exception of unknown type";
  }
  return Error(Code::internal, "handler of " + route.pattern + ": " + what);
}

Result<std::string> guarded(const Pieces& pieces) {
  std::string what;
  try {
    return pieces();
  } catch (const std::exception& thrown) {
    what = thrown.what();
  } catch (...) {
    what = "an exception of unknown type";
  }
  return Error(Code::internal, what);
}

// Runs a blocking function on the pool; the caller goes on on its own strand.
template <class Function>
Task<std::invoke_result_t<Function>> on_pool(net::io_context& pool, Function function) {
  std::optional<std::invoke_result_t<Function>> out;
  const auto run = [](auto& call, auto& to) -> Task<> {
    to.emplace(call());
    co_return;
  };
  co_await net::co_spawn(pool, run(function, out), net::use_awaitable);
  co_return std::move(*out);
}

}  // namespace

const std::string& Call::parameter(std::string_view name) const {
  const std::string* value = find_value(parameters, name);
  HOLDFAST_ASSERT(value != nullptr);
  return *value;
}

// The bytes of one body, counted among those of all.
class HeldBytes {
 public:
  explicit HeldBytes(std::atomic<std::size_t>& all) : all_(all) {}
  ~HeldBytes() { all_ -= count_; }
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;

  /// False where all would be more than `most`.
  bool grow_to(std::size_t count, std::size_t most) {
    if (count <= count_) return true;
    const std::size_t more = count - count_;
    if (all_.fetch_add(more) + more > most) {
      all_ -= more;
      return false;
    }
    count_ = count;
    return true;
  }

 private:
  std::atomic<std::size_t>& all_;
  std::size_t count_ = 0;
};

Status Crew::hire() {
  for (int i = 0; i < thread_count_; ++i) {
    TRY_ASSIGN(auto thread, start_thread([this] { work.run(); }));
    threads_.push_back(std::move(thread));
  }
  return {};
}

void Crew::join() {
  guard_.reset();
  for (std::thread& thread : threads_)
    thread.join();
  threads_.clear();
}

// A request while it is read and answered.
struct Session::Incoming {
  explicit Incoming(Shared& shared) : held(shared.body_bytes) {}
  HeldBytes held;
  Parser parser;
  std::optional<Refusal> refused;
  Call call;
  std::string method_text;
  std::string target_text;
  SteadyClock::time_point began = SteadyClock::now();
  unsigned version = 11;
  bool is_head = false;
  bool keep = false;

  void take_header() {
    const auto& message = parser.get();
    version = message.version();
    method_text = view(message.method_string());
    target_text = view(message.target());
    for (const auto& field : message)
      call.headers.emplace_back(view(field.name_string()), view(field.value()));
    refused = doubtful(call.headers, version);
  }
};

Session::Session(net::ip::tcp::socket socket, Shared& shared)
    : shared_(shared),
      connection_(std::make_shared<Connection>(
          std::move(socket), shared.tls ? &*shared.tls : nullptr, tick_of(shared.options.limits))) {
  const std::lock_guard lock(shared_.mutex);
  shared_.sessions.insert(this);
}

Session::~Session() {
  const std::lock_guard lock(shared_.mutex);
  shared_.sessions.erase(this);
  if (shared_.sessions.empty()) shared_.changed.notify_all();
}

void Session::stop() {
  net::post(connection_->executor(), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    if (self->idle_) self->connection_->cut();
    if (self->events_) self->events_->close();
  });
}

void Session::cut() {
  net::post(connection_->executor(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->connection_->cut();
  });
}

Task<> Session::run() {
  connection_->expire_in(shared_.options.limits.read);
  if (!co_await connection_->open()) co_return connection_->cut();
  Next next = Next::again;
  while (next == Next::again)
    next = co_await serve();
  if (next == Next::close) co_await connection_->close();
  connection_->cut();
}

Task<> Session::refuse() {
  connection_->expire_in(shared_.options.limits.read);
  if (!co_await connection_->open()) co_return connection_->cut();
  Incoming in(shared_);
  Reply reply = later("too many connections");
  std::size_t sent_bytes = 0;
  if (co_await send(in, reply, sent_bytes)) co_await connection_->close();
  connection_->cut();
}

// Reads on: false where the peer is gone or the server stops while nothing has come.
Task<bool> Session::more(Incoming& in) {
  const ServerLimits& limits = shared_.options.limits;
  const bool nothing_yet = buffer_.empty() && !in.parser.got_some();
  if (nothing_yet && shared_.stopping) co_return false;
  if (nothing_yet) connection_->expire_in(limits.idle);
  idle_ = nothing_yet;
  const bool came = co_await connection_->read(buffer_);
  idle_ = false;
  if (nothing_yet) {
    in.began = SteadyClock::now();
    connection_->expire_in(limits.read);
  }
  co_return came;
}

// A whole request, or why it is refused (in.refused); false where there is none to answer.
Task<bool> Session::receive(Incoming& in) {
  in.parser.header_limit(static_cast<std::uint32_t>(shared_.options.limits.header_bytes));
  in.parser.body_limit(shared_.options.limits.body_bytes);
  if (!buffer_.empty()) connection_->expire_in(shared_.options.limits.read);
  bool header_taken = false;
  while (!in.parser.is_done() && !in.refused) {
    // RFC 9112, 2.2: empty lines before a request are skipped.
    while (!in.parser.got_some() && buffer_.starts_with("\r\n"))
      buffer_.erase(0, 2);
    error_code failed;
    const bool half_line = !in.parser.got_some() && buffer_ == "\r";
    const bool parse = !buffer_.empty() && !half_line;
    const std::size_t used = parse ? in.parser.put(net::buffer(buffer_), failed) : 0;
    buffer_.erase(0, used);
    if (failed && failed != beast::http::error::need_more) in.refused = refusal_of(failed);
    if (!in.refused &&
        !in.held.grow_to(in.parser.get().body().size(), shared_.options.limits.all_body_bytes))
      in.refused = {503, "the bodies of other requests take all the memory there is for them"};
    if (in.refused) break;
    if (in.parser.is_header_done() && !header_taken) {
      header_taken = true;
      in.take_header();
      in.parser.eager(true);
      const std::string* expect = find_header(in.call.headers, "expect");
      const bool waits =
          expect != nullptr && in.version >= 11 && buffer_.empty() && !in.parser.is_done();
      if (!in.refused && waits &&
          !co_await connection_->write(kContinue, {}, shared_.options.limits.read))
        co_return false;
      if (waits) connection_->expire_in(shared_.options.limits.read);
      continue;
    }
    if (in.parser.is_done() || (used > 0 && !buffer_.empty())) continue;
    // Behind the header only the line before a chunk, or the fields behind the last one, are not taken as they come.
    if (header_taken && buffer_.size() > shared_.options.limits.header_bytes) {
      in.refused = {431, "a chunk's extension, or the fields behind the body, are too large"};
      break;
    }
    if (!co_await more(in)) co_return false;
  }
  co_return true;
}

Task<Result<Reply>> Session::call(const Route& route, const Call& call) {
  if (route.runs == Runs::direct) co_return guarded(route, call);
  Crew& crew = route.runs == Runs::costly ? shared_.costly_crew : shared_.crew;
  if (crew.call_count.fetch_add(1) >= crew.most_calls) {
    crew.call_count.fetch_sub(1);
    co_return later("too many requests wait for an answer");
  }
  connection_->expire_never();
  auto reply = co_await on_pool(crew.work, [&] { return guarded(route, call); });
  crew.call_count.fetch_sub(1);
  co_return reply;
}

Task<Reply> Session::answer(Incoming& in) {
  const auto known = method_of(in.method_text);
  if (!known) co_return problem(501, "the method is not known here");
  if (in.target_text.size() > kMostTargetBytes)
    co_return problem(414, "the target is longer than 8192 bytes");
  auto target = parse_target(in.target_text);
  if (!target) co_return problem(400, target.error().message());
  in.is_head = *known == Method::head;
  in.call.method = in.is_head ? Method::get : *known;
  in.call.target = std::move(*target);
  in.call.body = std::move(in.parser.get().body());
  in.call.peer = connection_->peer();
  auto found = shared_.routes.find(*known, in.call.target);
  const bool all = in.target_text == "*";
  if (all && *known != Method::options) co_return problem(400, "\"*\" is a target of OPTIONS only");
  if (found.allow.empty() && !all)
    co_return problem(404, "there is nothing at " + in.call.target.path);
  if (*known == Method::options || found.route == nullptr) {
    Reply reply = *known == Method::options ? Reply{}
                                            : problem(405, "the method is not one of this path",
                                                      "send one of " + found.allow);
    if (*known == Method::options) reply.status = 204;
    reply.headers.emplace_back("Allow", all ? shared_.routes.allow_all() : found.allow);
    co_return reply;
  }
  in.call.parameters = std::move(found.parameters);
  auto reply = co_await call(*found.route, in.call);
  if (!reply) {
    if (status_of(reply.error().code()) == 500)
      log_error("http handler failed",
                {{"path", in.call.target.path}, {"error", reply.error().message()}});
    co_return problem(reply.error());
  }
  compare_tags(in.call, *reply);
  co_return std::move(*reply);
}

Task<Session::Next> Session::serve() {
  auto incoming = std::make_unique<Incoming>(shared_);  // a parser is large for a coroutine's frame
  Incoming& in = *incoming;
  if (!co_await receive(in)) co_return Next::gone;
  ++request_count_;
  Reply reply;
  if (in.refused) {
    reply = in.refused->status == 503 ? later(in.refused->why)
                                      : problem(in.refused->status, in.refused->why);
  } else {
    in.keep = in.parser.get().keep_alive();
    reply = co_await answer(in);
    // Known before the head is written: whoever reads "close" sends nothing more.
    in.keep = in.keep && !shared_.stopping &&
              request_count_ < shared_.options.limits.requests_per_connection;
  }
  std::size_t sent_bytes = 0;
  const bool sent = co_await send(in, reply, sent_bytes);
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - in.began);
  // The path without the query, and no field: neither may hold a secret there.
  const std::string path =
      in.target_text.substr(0, std::min<std::size_t>(in.target_text.find('?'), 256));
  log_info("http", {{"method", std::string_view(in.method_text).substr(0, 16)},
                    {"path", path},
                    {"status", std::to_string(reply.status)},
                    {"bytes", std::to_string(sent_bytes)},
                    {"us", std::to_string(took.count())},
                    {"peer", connection_->peer()},
                    {"whole", sent ? "yes" : "no"}});
  if (!sent) co_return Next::gone;
  co_return in.keep ? Next::again : Next::close;
}

std::string Session::head_of(const Incoming& in, const Reply& reply) const {
  const bool stream = reply.pieces || reply.events;
  std::string head;
  head.reserve(320);
  head += in.version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  head += std::to_string(reply.status);
  head += ' ';
  head += reason_phrase(reply.status);
  head += "\r\nDate: ";
  head += format_http_date(system_clock().now());
  head += in.keep ? "\r\nConnection: keep-alive" : "\r\nConnection: close";
  if (has_body(reply.status) && (stream || !reply.body.empty())) {
    head += "\r\nContent-Type: ";
    head += reply.events ? "text/event-stream" : reply.content_type;
    head += "\r\nX-Content-Type-Options: nosniff";
  }
  for (const auto& [name, value] : reply.headers) {
    if (is_own(name) || !is_field(name, value)) continue;
    head += "\r\n" + name + ": " + value;
  }
  if (reply.events && find_header(reply.headers, "cache-control") == nullptr)
    head += "\r\nCache-Control: no-store";
  if (has_body(reply.status) && !stream)
    head += "\r\nContent-Length: " + std::to_string(reply.body.size());
  if (has_body(reply.status) && stream && in.version >= 11)
    head += "\r\nTransfer-Encoding: chunked";
  head += "\r\n\r\n";
  return head;
}

Task<bool> Session::send(Incoming& in, Reply& reply, std::size_t& sent_bytes) {
  const bool stream = has_body(reply.status) && (reply.pieces || reply.events);
  if (stream && in.version < 11) in.keep = false;  // its end is the end of the connection
  if (!is_field("x", reply.content_type)) reply.content_type = "application/octet-stream";
  const std::string head = head_of(in, reply);
  const bool with_body = !in.is_head && has_body(reply.status) && !stream;
  const std::string_view body = with_body ? std::string_view(reply.body) : std::string_view();
  if (!co_await connection_->write(head, body, shared_.options.limits.write)) co_return false;
  sent_bytes = body.size();
  if (in.is_head || !stream) co_return true;
  bool whole = false;
  if (reply.events) {
    whole = co_await send_events(in, reply, sent_bytes);
  } else {
    whole = co_await send_pieces(in, reply, sent_bytes);
  }
  if (!whole || in.version < 11) co_return whole;
  co_return co_await connection_->write(kLastChunk, {}, shared_.options.limits.write);
}

Task<bool> Session::write_chunk(const Incoming& in, std::string_view bytes) {
  const auto each = shared_.options.limits.write;
  if (bytes.empty()) co_return true;
  if (in.version < 11) co_return co_await connection_->write(bytes, {}, each);
  std::array<char, 24> size{};
  char* end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  std::string first(size.data(), end);
  first += "\r\n";
  first += bytes;
  co_return co_await connection_->write(first, "\r\n", each);
}

Task<bool> Session::send_pieces(Incoming& in, Reply& reply, std::size_t& sent_bytes) {
  for (;;) {
    connection_->expire_never();
    auto piece = co_await on_pool(shared_.crew.work, [&] { return guarded(reply.pieces); });
    if (!piece) {
      log_error("http answer cut short",
                {{"path", in.call.target.path}, {"error", piece.error().message()}});
      connection_->cut();
      co_return false;
    }
    if (piece->empty()) co_return true;
    if (!co_await write_chunk(in, *piece)) co_return false;
    sent_bytes += piece->size();
  }
}

Task<bool> Session::send_events(Incoming& in, Reply& reply, std::size_t& sent_bytes) {
  const auto wake = std::make_shared<net::steady_timer>(connection_->executor());
  const auto changed = std::make_shared<bool>(true);
  reply.events->on_change([wake, changed, executor = connection_->executor()] {
    net::post(executor, [wake, changed] {
      *changed = true;
      wake->cancel();
    });
  });
  events_ = reply.events;
  if (shared_.stopping) events_->close();
  bool there = true;
  while (there) {
    const bool over = events_->closed();  // looked at first: what was pushed before is still taken
    const std::string bytes = events_->take();
    there = co_await write_chunk(in, bytes);
    sent_bytes += bytes.size();
    if (!there || over) break;
    if (!bytes.empty() || std::exchange(*changed, false)) continue;
    connection_->expire_never();
    wake->expires_after(shared_.options.limits.heartbeat);
    const Input input = co_await connection_->wait(*wake, buffer_);
    there = input != Input::gone && buffer_.size() <= kMostBytesFromListener;
    const bool silent = there && input == Input::silence && wake->expiry() <= SteadyClock::now();
    if (silent) there = co_await write_chunk(in, ": still here\n\n");
  }
  reply.events->on_change(nullptr);
  reply.events->close();
  events_.reset();
  co_return there;
}

}  // namespace holdfast::http
