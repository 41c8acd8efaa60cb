// SPDX-License-Identifier: Apache-2.0
// One worker of a batch: rows in, observations out.
//
// 1. Pull a row. What needs no reading (no path, nothing there, refused, a digest that another row's reading gave) is finished at once.
// 2. What must be read goes to core/file_hasher, several at once.
// 3. A row whose file another worker reads at this moment is put aside, and looked at again when this worker's own files are done
//    (so that waiting for one another can't close a circle).
#include "artifacts/row_hasher.h"

#include <unordered_map>
#include <utility>

namespace holdfast::artifacts {

Result<Roots> Roots::open(const std::vector<std::string>& folders) {
  Roots roots;
  for (const std::string& folder : folders) {
    TRY_ASSIGN(auto root, RootFolder::open(folder));
    roots.folders_.push_back(std::move(root));
  }
  return roots;
}

Roots::Resolved Roots::resolve(std::string_view recorded_path) const {
  std::optional<Resolved> refused;
  Resolved nowhere{.root = nullptr, .path = std::string(recorded_path), .opened = {}};
  for (const RootFolder& root : folders_) {
    Resolved resolved{
        .root = &root, .path = std::string(recorded_path), .opened = root.stat_file(recorded_path)};
    if (resolved.opened.found) return resolved;
    if (resolved.opened.refusal == OpenRefusal::shortage) return resolved;  // the file may be here
    if (resolved.opened.refusal != OpenRefusal::none && !refused) {
      refused = std::move(resolved);
    } else if (nowhere.opened.reason.empty()) {
      nowhere.opened.reason = std::move(resolved.opened.reason);
    }
  }
  return refused ? *std::move(refused) : std::move(nowhere);
}

namespace {

class Worker {
 public:
  Worker(RowFeed& feed, const Roots& roots, SharedDigests& shared, const RowHasherOptions& options)
      : feed_(feed),
        roots_(roots),
        shared_(shared),
        options_(options),
        clock_(options.clock != nullptr ? *options.clock : system_clock()) {}

  // Whoever waits for a file that this worker leads looks at it again.
  ~Worker() {
    for (const auto& [ticket, reading] : reading_)
      abandon(reading);
    for (const Aside& each : ours_)
      abandon(each.reading);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Status run() {
    core::HashOptions hashing;
    hashing.rate = options_.rate;
    hashing.cancel = options_.cancel;
    hashing.on_read = [this](std::uint64_t, std::size_t size_bytes) { feed_.read(size_bytes); };
    const auto next_job = [this] { return next(); };
    const auto take = [this](core::HashOutcome outcome) { return done(std::move(outcome)); };
    for (;;) {
      TRY(core::hash_files(next_job, take, hashing));
      take_up_aside();
      if (source_ended_ && held_ == 0) return {};
      if (options_.cancel == nullptr || !options_.cancel->requested()) continue;
      if (held_ == 0) return {};
      return Error(Code::cancelled, "asked to stop");
    }
  }

 private:
  struct Reading {
    const RootFolder* root = nullptr;
    std::string path;
    FileIdentity asked;
  };
  struct Aside {
    std::uint64_t ticket = 0;
    Reading reading;
  };

  RowObservation observation(RowState state, const Reading& where, std::string reason = {}) const {
    RowObservation out;
    out.state = state;
    out.found_path = where.path;
    out.root = where.root == nullptr ? "" : where.root->path();
    out.reason = std::move(reason);
    out.observed_at = clock_.now();
    return out;
  }

  void abandon(const Reading& reading) { shared_.finished(reading.asked, {}, {}, clock_.now()); }

  void finish(std::uint64_t ticket, RowObservation out) {
    --held_;
    const std::uint64_t size_bytes = out.size_bytes_read;
    feed_.finish(ticket, std::move(out), size_bytes);
  }

  // Proved when the bytes were read for another row, not now.
  void finish_known(std::uint64_t ticket, const Reading& where,
                    const SharedDigests::Answer& answer) {
    RowObservation out = observation(RowState::hashed, where);
    out.observed_at = answer.read_at;
    out.digest = answer.digest;
    out.identity = where.asked;
    finish(ticket, std::move(out));
  }

  core::HashJob begin(std::uint64_t ticket, Reading reading) {
    core::HashJob job{.ticket = ticket, .path = reading.path, .root = reading.root};
    reading_.emplace(ticket, std::move(reading));
    return job;
  }

  // The next file to read: first those that were put aside and turned out to be ours.
  std::optional<core::HashJob> next() {
    if (!ours_.empty()) {
      Aside mine = std::move(ours_.back());
      ours_.pop_back();
      return begin(mine.ticket, std::move(mine.reading));
    }
    while (const auto pulled = feed_.pull()) {
      ++held_;
      auto job = look_at(pulled->ticket, *pulled->item);
      if (job) return job;
    }
    source_ended_ = held_ == 0;  // while tickets are held, none may come early
    return {};
  }

  // A file to read for this row, or none where the row is finished or put aside.
  std::optional<core::HashJob> look_at(std::uint64_t ticket, const ArtifactRow& row) {
    if (is_damaged(row)) {
      finish(ticket, observation(RowState::bad_metadata, {}, std::string(damage_of(row.metadata))));
      return {};
    }
    if (!row.path || row.path->empty()) {
      finish(ticket, observation(RowState::no_path, {}));
      return {};
    }
    Roots::Resolved found = roots_.resolve(*row.path);
    Reading reading{
        .root = found.root, .path = std::move(found.path), .asked = found.opened.identity};
    if (!found.opened.found) {
      const bool refused = found.opened.refusal != OpenRefusal::none;
      RowObservation out = observation(refused ? RowState::refused : RowState::missing, reading,
                                       found.opened.reason);
      out.refusal = found.opened.refusal;
      finish(ticket, std::move(out));
      return {};
    }
    const auto answer = shared_.ask(reading.asked);
    switch (answer.role) {
      case SharedDigests::Role::lead:
        return begin(ticket, std::move(reading));
      case SharedDigests::Role::known:
        finish_known(ticket, reading, answer);
        return {};
      case SharedDigests::Role::wait:
        aside_.push_back({.ticket = ticket, .reading = std::move(reading)});
        return {};
    }
    return {};
  }

  Status done(core::HashOutcome outcome) {
    const auto found = reading_.find(outcome.ticket);
    HOLDFAST_ASSERT(found != reading_.end());
    const Reading reading = std::move(found->second);
    reading_.erase(found);
    const bool hashed = outcome.verdict == core::HashVerdict::hashed;
    RowObservation out = observation(state_of(outcome.verdict), reading, std::move(outcome.reason));
    shared_.finished(reading.asked, hashed ? std::optional(outcome.identity) : std::nullopt,
                     outcome.digest, out.observed_at);
    out.digest = outcome.digest;
    out.identity = outcome.identity;
    out.refusal = outcome.refusal;
    out.size_bytes_read = outcome.size_bytes_read;
    finish(outcome.ticket, std::move(out));
    return {};
  }

  static RowState state_of(core::HashVerdict verdict) {
    switch (verdict) {
      case core::HashVerdict::hashed:
        return RowState::hashed;
      case core::HashVerdict::missing:
        return RowState::missing;
      case core::HashVerdict::unstable:
        return RowState::unstable;
      case core::HashVerdict::refused:
        return RowState::refused;
    }
    return RowState::refused;
  }

  // Finishes what others have read meanwhile; the rest is ours to read, or waits for another round.
  void take_up_aside() {
    for (Aside& each : std::exchange(aside_, {})) {
      if (!ours_.empty()) {  // we lead one now: waiting for another could close a circle
        const auto answer = shared_.ask(each.reading.asked);
        take_up(std::move(each), answer);
      } else {
        const auto answer = shared_.ask_and_wait(each.reading.asked);
        take_up(std::move(each), answer);
      }
    }
  }

  void take_up(Aside each, const SharedDigests::Answer& answer) {
    switch (answer.role) {
      case SharedDigests::Role::lead:
        ours_.push_back(std::move(each));
        return;
      case SharedDigests::Role::known:
        finish_known(each.ticket, each.reading, answer);
        return;
      case SharedDigests::Role::wait:
        aside_.push_back(std::move(each));
        return;
    }
  }

  RowFeed& feed_;
  const Roots& roots_;
  SharedDigests& shared_;
  const RowHasherOptions& options_;
  Clock& clock_;
  std::unordered_map<std::uint64_t, Reading> reading_;  // tickets in the hasher
  std::int64_t held_ = 0;                               // tickets pulled and not finished
  bool source_ended_ = false;
  std::vector<Aside> aside_;  // another worker reads the file
  std::vector<Aside> ours_;   // was put aside; we lead now
};

}  // namespace

Status hash_rows(RowFeed& feed, const Roots& roots, SharedDigests& shared,
                 const RowHasherOptions& options) {
  return Worker(feed, roots, shared, options).run();
}

}  // namespace holdfast::artifacts
