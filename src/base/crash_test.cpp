// SPDX-License-Identifier: Apache-2.0
#include "base/crash_test.h"

#include <array>
#include <random>
#include <set>

#include "base/root_folder.h"

namespace holdfast {
namespace {

using Choice = std::vector<std::size_t>;

constexpr std::size_t kMaxShown = 3;
constexpr std::size_t kMaxShownBytes = 400;  // of one file
constexpr std::uint64_t kDrawsPerState = 4;  // different choices are often one state

class States {
 public:
  States(const FaultyFileSystem& files, const CrashRules& rules,
         const std::function<void(FaultyFileSystem&)>& visit)
      : files_(files), rules_(rules), visit_(visit), counts_(files.doubts()) {}

  // Whether all states were visited.
  bool run() {
    if (possible() <= rules_.max_states) {
      all();
      return true;
    }
    extremes();
    random();
    return false;
  }
  std::uint64_t visited() const { return seen_.size(); }

 private:
  // How many choices there are; stops counting above the limit.
  std::uint64_t possible() const {
    std::uint64_t product = 1;
    for (const std::size_t count : counts_) {
      product *= count;
      if (product > rules_.max_states) break;
    }
    return product;
  }

  void visit(const Choice& choice) {
    if (seen_.size() >= rules_.max_states) return;
    FaultyFileSystem after = files_.after_crash(choice);
    if (seen_.insert(after.tree()).second) visit_(after);
  }

  void all() {
    Choice choice(counts_.size(), 0);
    for (;;) {
      visit(choice);
      std::size_t place = 0;
      while (place < choice.size() && ++choice[place] == counts_[place])
        choice[place++] = 0;
      if (place == choice.size()) return;
    }
  }

  // Nothing reached the disk, everything did, and each place alone against all the others.
  void extremes() {
    const Choice oldest(counts_.size(), 0);
    Choice newest = counts_;
    for (std::size_t& chosen : newest)
      --chosen;
    visit(oldest);
    visit(newest);
    for (std::size_t place = 0; place < counts_.size(); ++place) {
      Choice one = oldest;
      one[place] = newest[place];
      visit(one);
      one = newest;
      one[place] = 0;
      visit(one);
    }
  }

  void random() {
    std::mt19937_64 engine(rules_.seed + files_.operations().size());
    Choice choice(counts_.size());
    for (std::uint64_t draw = 0; draw < kDrawsPerState * rules_.max_states; ++draw) {
      // A share of places that are new, drawn first: otherwise almost every draw would be half old,
      // half new.
      const std::uint64_t new_percent = engine() % 101;
      for (std::size_t place = 0; place < choice.size(); ++place)
        choice[place] =
            engine() % 100 < new_percent ? counts_[place] - 1 : engine() % counts_[place];
      visit(choice);
    }
  }

  const FaultyFileSystem& files_;
  const CrashRules& rules_;
  const std::function<void(FaultyFileSystem&)>& visit_;
  const std::vector<std::size_t> counts_;
  std::set<std::map<std::string, std::string>> seen_;
};

std::string shown(const std::map<std::string, std::string>& tree) {
  std::string text;
  for (const auto& [path, content] : tree) {
    text += "\n    " + printable_path(path) + " (" + std::to_string(content.size()) + " bytes) ";
    text += printable_path(content.substr(0, kMaxShownBytes));
  }
  return text.empty() ? " nothing" : text;
}

class Driver {
 public:
  Driver(const CrashTest& test, const CrashRules& rules) : test_(test), rules_(rules) {
    report_.seed = rules.seed;
  }

  // The run without any fault, which also tells how many operations there are; 0 when it fails.
  std::uint64_t plain_run() {
    FaultyFileSystem files = prepared();
    const Status done = test_.work(files);
    ++report_.run_count;
    report_.operation_count = files.operations().size();
    if (!done) return broken("without any fault", done.error(), files), 0;
    if (report_.operation_count > rules_.max_operations) {
      const Error error(Code::internal, "more operations than CrashRules::max_operations");
      return broken("without any fault", error, files), 0;
    }
    check_states(files, "power cut at the end");
    return report_.operation_count;
  }

  void cut_at(std::uint64_t operation) {
    FaultyFileSystem files = prepared();
    files.cut_power_at(operation);
    [[maybe_unused]] const Status done =
        test_.work(files);  // what it promised is for check() to hold
    ++report_.run_count;
    const std::string what = "power cut at operation " + std::to_string(operation);
    if (!files.power_is_off()) return broken(what, unsteady(), files);
    check_states(files, what);
  }

  void fail_at(std::uint64_t operation, Fault fault, std::string_view name) {
    FaultyFileSystem files = prepared();
    files.fail_at(operation, fault);
    const Status done = test_.work(files);
    ++report_.run_count;
    std::string what = std::string(name) + " at operation " + std::to_string(operation);
    what += done ? ", after which the work went on" : ", after which the work gave up";
    if (files.operations().size() < operation) return broken(what, unsteady(), files);
    FaultyFileSystem going_on = files;
    going_on.fail_at(0, Fault::none);
    ++report_.state_count;
    if (const Status held = test_.check(going_on); !held) broken(what, held.error(), files);
    check_states(files, what + ", power cut at the end");
  }

  CrashReport take_report() { return std::move(report_); }

 private:
  static Error unsteady() { return {Code::internal, "the work is not the same each time"}; }

  FaultyFileSystem prepared() {
    FaultyFileSystem files(rules_.sector_bytes);
    if (test_.prepare) {
      const Status status = test_.prepare(files);
      if (!status) broken("while preparing", status.error(), files);
    }
    files.settle();
    return files;
  }

  void check_states(const FaultyFileSystem& files, const std::string& what) {
    bool sampled = false;
    report_.state_count +=
        for_each_crash_state(files, rules_, sampled, [&](FaultyFileSystem& after) {
          const FaultyFileSystem found = after;
          if (const Status held = test_.check(after); !held)
            broken(what, held.error(), files, &found);
        });
    if (sampled) ++report_.sampled_count;
  }

  void broken(const std::string& what, const Error& error, const FaultyFileSystem& files,
              const FaultyFileSystem* found = nullptr) {
    if (++report_.broken_count > kMaxShown) return;
    std::string text = what + ": " + error.message() + "\n  operations:";
    std::uint64_t number = 0;
    for (const std::string& operation : files.operations())
      text += "\n    " + std::to_string(++number) + " " + printable_path(operation);
    text += "\n  found:" + shown((found == nullptr ? files : *found).tree());
    report_.broken.push_back(std::move(text));
  }

  const CrashTest& test_;
  const CrashRules& rules_;
  CrashReport report_;
};

}  // namespace

std::string CrashReport::text() const {
  std::string text = std::to_string(operation_count) + " operations, " + std::to_string(run_count) +
                     " runs, " + std::to_string(state_count) + " states looked at, " +
                     std::to_string(sampled_count) + " power cuts sampled (seed " +
                     std::to_string(seed) + "), " + std::to_string(broken_count) + " broken";
  for (const std::string& one : broken)
    text += "\n" + one;
  return text;
}

std::uint64_t for_each_crash_state(const FaultyFileSystem& files, const CrashRules& rules,
                                   bool& sampled,
                                   const std::function<void(FaultyFileSystem&)>& visit) {
  States states(files, rules, visit);
  sampled = !states.run();
  return states.visited();
}

CrashReport cut_power_everywhere(const CrashTest& test, const CrashRules& rules) {
  Driver driver(test, rules);
  const std::uint64_t count = driver.plain_run();
  for (std::uint64_t operation = 1; operation <= count; ++operation)
    driver.cut_at(operation);
  return driver.take_report();
}

CrashReport fail_everywhere(const CrashTest& test, const CrashRules& rules) {
  constexpr std::array<std::pair<Fault, std::string_view>, 3> kFaults{
      {{Fault::disk_full, "disk full"},
       {Fault::io_error, "I/O error"},
       {Fault::done_but_failed, "I/O error though done"}}};
  Driver driver(test, rules);
  const std::uint64_t count = driver.plain_run();
  for (std::uint64_t operation = 1; operation <= count; ++operation)
    for (const auto& [fault, name] : kFaults)
      driver.fail_at(operation, fault, name);
  return driver.take_report();
}

}  // namespace holdfast
