// SPDX-License-Identifier: Apache-2.0
// The loop over the lanes: a lane takes a file, reads a piece, has it hashed beside the others'
// pieces, and takes the next file once the last piece and the second look at the name are done.
#include "core/file_hasher.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <span>
#include <utility>

#include "base/clock.h"
#include "core/file_reader.h"

namespace holdfast::core {
namespace {

// All lanes' buffers together: they fit a second-level cache of 1 MiB, so that hashing reads what
// the kernel has just copied there.
constexpr std::size_t kBuffersBytes = std::size_t{1} << 19U;
// Larger files are looked up by name once more at the end.
constexpr std::uint64_t kLookedUpFromBytes = std::uint64_t{1} << 17U;
// Under a rate a piece is what a tenth of a second allows, but no less than a page.
constexpr std::uint64_t kLeastPieceBytes = std::uint64_t{1} << 12U;
// Under a rate the processor is not what bounds it, and every file in flight makes the others wait and is read again after a kill.
// Two, so that a large one does not hold up the small ones.
constexpr std::size_t kLanesUnderRate = 2;
// Once asked to stop: files with more than this left to read are given up.
constexpr std::uint64_t kFinishedWhenStoppingBytes = std::uint64_t{1} << 26U;
constexpr std::int64_t kNsPerS = 1'000'000'000;
// Also the coarsest time stamp of a file system in use (FAT).
constexpr std::int64_t kYoungNs = 2 * kNsPerS;

std::int64_t to_ns(const timespec& time) {
  return time.tv_sec * kNsPerS + time.tv_nsec;
}

// The clock that the kernel stamps files with: it moves by ticks, and is behind the real one by less than one of them.
std::int64_t file_stamp_clock_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return to_ns(now);
}

// How long the file must be left alone before it is read; 0 where it may be read now. `clock_ns` was
// taken before the identity was. By ctime, because nobody can set it back.
std::int64_t too_young_by_ns(const Opened& opened, std::int64_t clock_ns) {
  const std::int64_t ctime_ns = opened.identity.ctime_ns;
  const std::int64_t age_ns = clock_ns - ctime_ns;
  // A ctime in the future (the clock was set back, or is another machine's) is not met by chance.
  if (age_ns >= kYoungNs || age_ns < -kYoungNs) return 0;
  // No part of a second: a coarse clock (elsewhere that happens once in a thousand million times).
  const bool coarse = ctime_ns % kNsPerS == 0;
  if (coarse || writers_of_open(opened.fd.get()) != Writers::none) return kYoungNs - age_ns;
  return std::max<std::int64_t>(0, kFileTickMostNs + 1 - age_ns);
}

std::size_t piece_bytes(std::size_t lane_count, const RateLimiter* rate) {
  const std::size_t most = kBuffersBytes / lane_count;
  if (rate == nullptr) return most;
  const std::uint64_t pages = rate->rate_bytes_per_s() / 10 / kLeastPieceBytes;
  return std::clamp<std::uint64_t>(pages * kLeastPieceBytes, kLeastPieceBytes, most);
}

// A file on its way through.
struct Lane {
  bool busy = false;
  std::optional<std::chrono::nanoseconds> wait_until;  // monotonic: too young to be read before
  HashJob job;
  Opened opened;
  FileReader reader;
  std::unique_ptr<std::uint8_t[]> buffer;
  int reading_count = 0;
  bool last_piece_fed = false;
  std::uint64_t size_bytes_read = 0;
  std::string last_change;  // what was wrong with the reading before
};

class Hashing {
 public:
  Hashing(const std::function<std::optional<HashJob>()>& next,
          const std::function<Status(HashOutcome)>& done, const HashOptions& options)
      : sha_(options.kernel), next_(next), done_(done), options_(options) {}

  Status run() {
    for (;;) {
      TRY(fill_free_lanes());
      if (busy_count_ == 0) return {};
      sha_.step();
      for (std::size_t i = 0; i < sha_.lane_count(); ++i) {
        if (lanes_[i].busy && !lanes_[i].wait_until && sha_.hungry(i)) TRY(advance(i));
      }
      if (waiting_count_ > 0) TRY(look_at_waiting());
    }
  }

 private:
  bool cancelled() const { return options_.cancel != nullptr && options_.cancel->requested(); }

  static Error stopped() { return {Code::cancelled, "asked to stop"}; }

  Status fill_free_lanes() {
    for (std::size_t i = 0; i < used_lanes_; ++i) {
      while (!lanes_[i].busy) {
        std::optional<HashJob> job;
        if (!cancelled()) job = next_();
        drained_ = !job;
        if (drained_) return {};
        TRY(begin_job(i, std::move(*job)));
      }
    }
    return {};
  }

  Status begin_job(std::size_t i, HashJob job) {
    Lane& lane = lanes_[i];
    if (!lane.buffer) {
      lane.buffer.reset(new std::uint8_t[piece_bytes_ + kSha256PaddingBytes]);
    }
    lane.busy = true;
    ++busy_count_;
    lane.job = std::move(job);
    lane.reading_count = 0;
    lane.size_bytes_read = 0;
    return begin_reading(i);
  }

  // Opens the file and feeds its first piece, or has it wait.
  Status begin_reading(std::size_t i) {
    Lane& lane = lanes_[i];
    if (lane.reading_count++ == kMaxReadings) return finish_unstable(i);
    const std::int64_t clock_ns = file_stamp_clock_ns();
    lane.opened = lane.job.root->open_file(lane.job.path);
    if (!lane.opened.found) return finish_not_opened(i);
    const std::int64_t young_ns = too_young_by_ns(lane.opened, clock_ns);
    if (young_ns == 0) return begin_stream(i);
    ++waiting_count_;
    lane.wait_until = system_clock().monotonic() + std::chrono::nanoseconds(young_ns);
    return {};
  }

  Status begin_stream(std::size_t i) {
    Lane& lane = lanes_[i];
    lane.reader = FileReader(
        lane.opened.fd.get(), lane.opened.identity.size_bytes,
        options_.keep_page_cache_clean ? CachePolicy::restore : CachePolicy::leave_alone);
    lane.last_piece_fed = false;
    sha_.begin(i);
    return feed_piece(i);
  }

  // Begins to read the files whose time has come; waits for it where nothing else is to be done.
  Status look_at_waiting() {
    Clock& clock = system_clock();
    auto earliest = std::chrono::nanoseconds::max();
    for (const Lane& lane : lanes_) {
      if (lane.wait_until) earliest = std::min(earliest, *lane.wait_until);
    }
    if (waiting_count_ == busy_count_ && (busy_count_ == used_lanes_ || drained_)) {
      clock.sleep_until(earliest);
    }
    const auto now = clock.monotonic();
    for (std::size_t i = 0; i < sha_.lane_count(); ++i) {
      if (lanes_[i].wait_until && *lanes_[i].wait_until <= now) TRY(end_wait(i));
    }
    return {};
  }

  Status end_wait(std::size_t i) {
    Lane& lane = lanes_[i];
    lane.wait_until.reset();
    --waiting_count_;
    const std::int64_t clock_ns = file_stamp_clock_ns();
    const auto now = identity_of_open(lane.opened.fd.get());
    if (!now.ok()) return finish_unreadable(i, now.error().message());
    const bool same = *now == lane.opened.identity;
    lane.opened.identity = *now;
    if (!same && too_young_by_ns(lane.opened, clock_ns) > 0) {
      return read_again(i, "it was still being written to");
    }
    return begin_stream(i);
  }

  Status feed_piece(std::size_t i) {
    Lane& lane = lanes_[i];
    const std::span piece(lane.buffer.get(), piece_bytes_);
    const std::uint64_t want = std::min<std::uint64_t>(piece_bytes_, lane.reader.size_left());
    if (cancelled() && lane.reader.size_left() > kFinishedWhenStoppingBytes) return stopped();
    if (options_.rate != nullptr && want > 0 && !options_.rate->take(want, options_.cancel)) {
      return stopped();
    }
    const auto got = lane.reader.read(piece);
    if (!got.ok()) return finish_unreadable(i, got.error().message());
    lane.size_bytes_read += *got;
    if (options_.on_read) options_.on_read(lane.job.ticket, *got);
    if (*got < want) return read_again(i, "it became shorter");
    if (lane.opened.identity.size_bytes == 0) {
      const auto longer = lane.reader.longer_than_told();
      if (!longer.ok()) return finish_unreadable(i, longer.error().message());
      if (*longer) return read_again(i, "it has bytes although its size is 0");
    }
    if (lane.reader.size_left() == 0) {
      Result<std::string> change = change_since_opened(lane);
      if (!change) return finish_shortage(i, change.error().message());
      if (!change->empty()) return read_again(i, std::move(*change));
      lane.last_piece_fed = true;
      close(lane);
    }
    sha_.feed(i, lane.buffer.get(), *got, lane.last_piece_fed ? LastBytes::yes : LastBytes::no);
    return {};
  }

  // The lane's piece is hashed: the next one, or the end of the file.
  Status advance(std::size_t i) {
    if (!lanes_[i].last_piece_fed) return feed_piece(i);
    HashOutcome outcome = outcome_of(i, HashVerdict::hashed);
    outcome.digest = sha_.finish(i);
    outcome.identity = lanes_[i].opened.identity;
    return finish(i, std::move(outcome));
  }

  // What happened to the file while it was read; empty where nothing did. A small file is
  // looked at through its descriptor: all that could be seen by name beyond that is that a folder
  // or a link on the way was swapped in the microseconds since it was opened. An error where nobody could look.
  static Result<std::string> change_since_opened(const Lane& lane) {
    const FileIdentity& before = lane.opened.identity;
    if (before.size_bytes < kLookedUpFromBytes) {
      const auto now = identity_of_open(lane.opened.fd.get());
      if (!now.ok()) return std::string(now.error().message());
      return *now == before ? std::string() : "it was written to or replaced";
    }
    const Opened now = lane.job.root->stat_file(lane.job.path);
    TRY(check_shortage(now.refusal, now.reason));
    if (!now.found) return std::string("its name no longer leads to it");
    if (now.identity == before) return std::string();
    const bool same_file =
        before.device == now.identity.device && before.inode == now.identity.inode;
    return std::string(same_file ? "it was written to" : "it was replaced");
  }

  Status read_again(std::size_t i, std::string change) {
    lanes_[i].last_change = std::move(change);
    close(lanes_[i]);
    return begin_reading(i);
  }

  static void close(Lane& lane) {
    lane.reader.finish();
    lane.opened.fd = Fd();
  }

  HashOutcome outcome_of(std::size_t i, HashVerdict verdict) const {
    HashOutcome outcome;
    outcome.ticket = lanes_[i].job.ticket;
    outcome.size_bytes_read = lanes_[i].size_bytes_read;
    outcome.verdict = verdict;
    return outcome;
  }

  Status finish_not_opened(std::size_t i) {
    Opened& opened = lanes_[i].opened;
    const bool missing = opened.refusal == OpenRefusal::none;
    HashOutcome outcome = outcome_of(i, missing ? HashVerdict::missing : HashVerdict::refused);
    outcome.refusal = opened.refusal;
    outcome.reason = std::move(opened.reason);
    return finish(i, std::move(outcome));
  }

  Status finish_unreadable(std::size_t i, std::string reason) {
    HashOutcome outcome = outcome_of(i, HashVerdict::refused);
    outcome.refusal = OpenRefusal::unreadable;
    outcome.reason = std::move(reason);
    return finish(i, std::move(outcome));
  }

  Status finish_shortage(std::size_t i, std::string reason) {
    HashOutcome outcome = outcome_of(i, HashVerdict::refused);
    outcome.refusal = OpenRefusal::shortage;
    outcome.reason = std::move(reason);
    return finish(i, std::move(outcome));
  }

  Status finish_unstable(std::size_t i) {
    HashOutcome outcome = outcome_of(i, HashVerdict::unstable);
    outcome.reason = "changed during each of " + std::to_string(kMaxReadings) +
                     " readings; at the last one " + lanes_[i].last_change;
    return finish(i, std::move(outcome));
  }

  Status finish(std::size_t i, HashOutcome outcome) {
    Lane& lane = lanes_[i];
    close(lane);
    lane.busy = false;
    --busy_count_;
    return done_(std::move(outcome));
  }

  Sha256Lanes sha_;
  const std::function<std::optional<HashJob>()>& next_;
  const std::function<Status(HashOutcome)>& done_;
  const HashOptions& options_;
  const std::size_t piece_bytes_ = piece_bytes(sha_.lane_count(), options_.rate);
  const std::size_t used_lanes_ =
      options_.rate == nullptr ? sha_.lane_count() : std::min(kLanesUnderRate, sha_.lane_count());
  std::size_t busy_count_ = 0;
  std::size_t waiting_count_ = 0;  // of the busy ones
  std::array<Lane, kSha256WideLanes> lanes_;
  bool drained_ = false;  // `next` had none when it was last asked
};

}  // namespace

Status hash_files(const std::function<std::optional<HashJob>()>& next,
                  const std::function<Status(HashOutcome)>& done, const HashOptions& options) {
  return Hashing(next, done, options).run();
}

}  // namespace holdfast::core
