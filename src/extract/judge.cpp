// SPDX-License-Identifier: Apache-2.0
// Verdicts, messages, witnesses and hints of extractions. The words of the first rule are those of seed 004.
#include "extract/judge.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>
#include <utility>

#include "base/assert.h"
#include "base/root_folder.h"
#include "extract/rules.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kNamed = 5;  // keys in a message; the exact list goes to a file
constexpr std::size_t kShownBytes = 200;
// What nobody can tell of who did not look at the published rows.
constexpr std::string_view kOfPublishedRows[] = {kRowsMissing,    kRowsRepeated, kRowsUnclaimed,
                                                 kRowsWithoutKey, kUnknownItems, kOutputUnreadable,
                                                 kOutputDamaged,  kRowsChanged,  kStagedUnclaimed,
                                                 kUnpublished,    kPending};

std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

std::string shown(std::string_view key) {
  std::string out = printable_path(key.substr(0, kShownBytes));
  if (key.size() > kShownBytes) out += "…";
  return out;
}

std::string first_of(const std::vector<std::string>& keys) {
  std::string out;
  for (std::size_t i = 0; i < std::min(kNamed, keys.size()); ++i)
    out += (i == 0 ? "" : ", ") + shown(keys[i]);
  return keys.size() > kNamed ? out + ", …" : out;
}

std::string file_name(const std::string& path) {
  return printable_path(std::filesystem::path(path).filename().string());
}

class Judging {
 public:
  Judging(const ExtractionConfig& config, const ExtractionState& state, const Accounts& accounts,
          Timestamp observed_at)
      : config_(config), state_(state), accounts_(accounts) {
    report_.subject = extraction_subject(config);
    report_.observed_at = observed_at;
    report_.basis = state.seal ? "identity" : "keys";
    if (is_nothing_there()) {
      for (const core::Rule& rule : rules()) {
        if (rule.id != kNothingThere) report_.not_looked_for.emplace_back(rule.id);
      }
      report_.look_again = "once its files are back, the same check";
    } else if (state.published.is_module_missing) {
      for (const std::string_view rule : kOfPublishedRows)
        report_.not_looked_for.emplace_back(rule);
      report_.look_again = "once Holdfast is installed whole, the same check";
    } else if (!state.published.pages) {
      report_.not_looked_for = {std::string(kOutputDamaged), std::string(kRowsChanged)};
      report_.look_again = "holdfast check extract." + config.name + " --full";
    } else if (state.published.is_nothing_decoded) {
      report_.not_looked_for = {std::string(kOutputDamaged), std::string(kRowsChanged)};
      report_.look_again = "once its values can be decoded, the same check";
    } else if (state.published.compared + state.published.rows.nameless <
               state.published.row_count) {
      // A row without a key has no digest ever: it is told as that, and keeps nothing else open.
      // An earlier look may have found one of the others: that nothing is said of it now is no proof that it was mended.
      report_.not_looked_for = {std::string(kRowsChanged)};
      report_.look_again = when_all_can_be_compared();
    }
  }

  core::SubjectReport run() {
    unreadable();
    missing();
    rows();
    lines();
    strangers();
    pending();
    nothing_there();
    shards();
    settle();
    return std::move(report_);
  }

 private:
  struct Draft {
    std::string_view rule;
    std::string recorded;
    std::string observed;
    std::string what;
    std::string hint;
    std::string file;
  };

  core::Finding& add(Draft draft) {
    const core::Rule* rule = core::find_rule(rules(), draft.rule);
    HOLDFAST_ASSERT(rule != nullptr);
    core::Finding finding;
    finding.subject = report_.subject;
    finding.rule = draft.rule;
    finding.level = rule->level;
    finding.recorded = std::move(draft.recorded);
    finding.observed = std::move(draft.observed);
    finding.message = report_.subject.text() + ": " + draft.what;
    finding.hint = std::move(draft.hint);
    finding.file = relative(draft.file);
    report_.findings.push_back(std::move(finding));
    return report_.findings.back();
  }

  // A set as it is told apart from another: its count and its digest. Its first members would not tell what comes behind them.
  static std::string digest_of(const auto& set, const auto& text_of) {
    KeySetDigest digest;
    for (const auto& each : set)
      digest.add(text_of(each));
    return digest.text();
  }

  // A set of keys is named by its count, its digest and its first members: another set is another finding. So are the same keys where
  // the draft says what else was observed of them.
  void add_keys(Draft draft, const std::vector<std::string>& keys) {
    if (keys.empty()) return;
    const std::string key_set = digest_of(keys, std::identity());
    if (draft.observed.empty()) draft.observed = key_set;
    core::Finding& finding = add(std::move(draft));
    finding.witness.push_back({"count", static_cast<std::int64_t>(keys.size())});
    finding.witness.push_back({"keys", first_of(keys)});
    finding.witness.push_back({"key_set", key_set});
    finding.witness.push_back({"ledger_count", static_cast<std::int64_t>(state_.ledger_count())});
    finding.witness.push_back({"staged_count", size_of(state_.staged.keys)});
    finding.witness.push_back(
        {"published_count", static_cast<std::int64_t>(state_.published_count())});
    if (const auto count = state_.item_count())
      finding.witness.push_back({"item_count", static_cast<std::int64_t>(*count)});
  }

  static std::int64_t size_of(const KeySet& keys) { return static_cast<std::int64_t>(keys.size()); }

  std::string relative(const std::string& path) const {
    if (path.empty()) return {};
    const std::string& base = config_.workspace_folder;
    return printable_path(
        !base.empty() && path.starts_with(base + '/') ? path.substr(base.size() + 1) : path);
  }

  std::string lists_command() const {
    return "holdfast extract check " + config_.arguments + " --lists FOLDER";
  }

  std::string when_all_can_be_compared() const {
    const Published& published = state_.published;
    const bool is_read =
        !published.unreadable && !published.undecodable && published.pages->faults.empty();
    return (is_read ? "once each row has its digest in the ledger (restore " +
                          file_name(config_.ledger()) +
                          " from a copy, or delete it to re-extract everything)"
                    : std::string("once every row can be read")) +
           ", holdfast check extract." + config_.name + " --full";
  }

  // Only what is configured is run by us.
  std::string run_command() const {
    if (!config_.extractor) return "run the program that makes them again";
    const std::string run = "holdfast extract run " + config_.arguments;
    return state_.shards.empty() ? run
                                 : "holdfast extract merge " + config_.arguments + ", then " + run +
                                       " for what is still pending";
  }

  void unreadable() {
    if (state_.published.is_module_missing) {
      add({kOutputNotRead, "", "",
           "the published rows were not looked at: " + state_.published.unreadable->message(),
           state_.published.unreadable->hint(), config_.out});
    } else if (state_.published.unreadable) {
      add({kOutputUnreadable, "", state_.published.unreadable->message(),
           "the published rows can't be read: " + state_.published.unreadable->message(),
           state_.published.unreadable->hint(), config_.out});
    }
    damaged();
    unchecked();
    if (state_.items_unreadable) {
      add({kItemsUnreadable, "", state_.items_unreadable->message(),
           "the items can't be listed: " + state_.items_unreadable->message(),
           state_.items_unreadable->hint().empty() ? "look at 'items' of [extract." + config_.name +
                                                         "], and whether its disk is mounted"
                                                   : state_.items_unreadable->hint(),
           ""});
    } else if (state_.items && !state_.items->unreadable.empty()) {
      add({kItemsUnreadable, "", digest_of(state_.items->unreadable, std::identity()),
           "some of the items can't be looked at: " + first_of(state_.items->unreadable),
           "make them files and folders that this user can read, or take them away", ""});
    } else if (state_.items && state_.items->listed == 0) {
      add({kItemsUnreadable, "", "0", "there are no items: nothing fits what is configured",
           "look whether the disk is there, and whether the pattern is right", ""});
    }
  }

  // Where nothing but decoding tells of damage. Rows that all have a digest need no checksum.
  void unchecked() {
    const Published& published = state_.published;
    if (published.undecodable) {
      add({kOutputDamaged, "",
           published.undecodable->message() + " (CRC-32 of the pages without a checksum: " +
               std::to_string(published.pages->unchecked_crc32) + ')',
           "values can't be decoded: " + published.undecodable->message(),
           published.undecodable->hint(), config_.out});
      return;
    }
    if (!published.pages || published.pages->unchecked_count() == 0) return;
    if (published.unreadable) return;  // then none was decoded either
    if (published.compared == published.row_count && published.not_decoded.empty()) return;
    const std::string count = counted(published.pages->unchecked_count(), "page");
    const bool is_decoded = published.not_decoded.empty();
    core::Finding& finding =
        add({is_decoded ? kPagesUnchecked : kPagesNotDecoded, "",
             is_decoded ? count : printable_path(published.not_decoded),
             count + " of " + file_name(config_.out) + " without a checksum; " +
                 (is_decoded
                      ? "decoded, but nothing tells whether the values are those that were written"
                      : "not all are decoded: " + printable_path(published.not_decoded)),
             "write it with page checksums (pyarrow: write_page_checksum=True)", config_.out});
    finding.witness.push_back(
        {"count", static_cast<std::int64_t>(published.pages->unchecked_count())});
    finding.witness.push_back(
        {"page_count", static_cast<std::int64_t>(published.pages->page_count)});
  }

  // Pages of which neither a checksum nor their values tell anything.
  bool has_undecoded() const {
    const Published& published = state_.published;
    return published.pages && published.pages->unchecked_count() > 0 &&
           !published.not_decoded.empty();
  }

  void damaged() {
    const auto& pages = state_.published.pages;
    if (!pages || pages->faults.empty()) return;
    const parquet::PageFault& first = pages->faults.front();
    const std::string place = "column " + printable_path(first.column) + ", row group " +
                              std::to_string(first.row_group) + ", page " +
                              std::to_string(first.page) + " at byte " +
                              std::to_string(first.offset);
    const auto told = [](const parquet::PageFault& fault) {
      return std::to_string(fault.row_group) + ' ' + std::to_string(fault.offset) + ' ' +
             std::to_string(fault.damaged_count) + ' ' + std::to_string(fault.checksum) + ' ' +
             fault.column;
    };
    core::Finding& finding = add(
        {kOutputDamaged, "", digest_of(pages->faults, told),
         counted(pages->faults.size(), "column chunk") + " with a damaged page; the first, " +
             place + ": " + first.what,
         "restore the file from a copy; without one, move it away, repair the ledger and run again",
         config_.out});
    finding.witness.push_back({"count", static_cast<std::int64_t>(pages->faults.size())});
    finding.witness.push_back({"column", printable_path(first.column)});
    finding.witness.push_back({"offset", static_cast<std::int64_t>(first.offset)});
    finding.witness.push_back({"why", first.what});
  }

  void missing() {
    if (state_.published.unreadable) return;  // what can't be read is not known to be lost
    const std::size_t lost = accounts_.missing.size();
    const std::string ledger = file_name(config_.ledger());
    add_keys(
        {kRowsMissing, std::to_string(state_.ledger.keys.size()), "",
         "CONSISTENCY ERROR: " + ledger + " lists " +
             counted(state_.ledger.keys.size(), "completed key") + ", but " +
             file_name(config_.out) + (state_.published.exists ? " has " : " is not there: ") +
             counted(state_.published.row_count, "row") + " (+" +
             std::to_string(state_.staged.keys.size()) + " staged): " + counted(lost, "row") +
             (lost == 1 ? " is" : " are") + " lost (first: " + first_of(accounts_.missing) + ')',
         "holdfast extract repair " + config_.arguments + ", then " + run_command() +
             "; by hand: remove the affected entries from " + ledger +
             ", or delete it to re-extract everything; the exact list: " + lists_command(),
         config_.ledger()},
        accounts_.missing);
  }

  void rows() {
    const Published& published = state_.published;
    // Each key as often as it has a row too many. What the rows say is not told apart: a look at the keys does not read it.
    add_keys({kRowsRepeated, "1", "",
              counted(published.rows.repeated.size(), "published row") + " more than keys: of " +
                  first_of(published.rows.repeated),
              lists_command(), config_.out},
             published.rows.repeated);
    if (published.rows.nameless > 0) {
      add({kRowsWithoutKey, "", published.nameless_rows.text(),
           counted(published.rows.nameless, "published row") + " without a key in column \"" +
               published.key_column + '"',
           "look at what wrote them", config_.out});
    }
    changed();
    without_digest();
    add_keys(
        {kRowsUnclaimed, "", "",
         counted(accounts_.unclaimed_published.size(), "published row") + " whose key is not in " +
             file_name(config_.ledger()) + ": " + first_of(accounts_.unclaimed_published),
         "restore the ledger from a copy; without one, holdfast extract repair " +
             config_.arguments +
             " puts their keys into it, without digests; the exact list: " + lists_command(),
         config_.out},
        accounts_.unclaimed_published);
    add_keys({kStagedTwice, "1", "",
              counted(state_.staged.repeated.size(), "staged row") + " more than keys: of " +
                  first_of(state_.staged.repeated),
              "the next run publishes the newest of each", config_.staging()},
             state_.staged.repeated);
    add_keys({kStagedUnclaimed, "", "",
              counted(accounts_.unclaimed_staged.size(), "staged row") + " whose key is not in " +
                  file_name(config_.ledger()) + " yet: " + first_of(accounts_.unclaimed_staged),
              "the next run takes them", config_.staging()},
             accounts_.unclaimed_staged);
    add_keys(
        {kClaimedTwice, "1", "",
         counted(state_.ledger.repeated.size(), "line") + " of " + file_name(config_.ledger()) +
             " repeat a key: " + first_of(state_.ledger.repeated),
         "they count once", config_.ledger()},
        state_.ledger.repeated);
  }

  // Of the published rows, and of the staged ones that a run would put into their places.
  void changed() {
    const Published& published = state_.published;
    std::vector<std::string> keys = published.changed;
    KeySetDigest rows = published.changed_rows;
    for (const ChangedRow& row : state_.staged_values.changed) {
      if (!row.is_last) continue;
      keys.push_back(row.key);
      rows.add("staged " + core::to_hex(row.digest));
    }
    const std::uint64_t compared = published.compared + state_.staged_values.compared;
    const std::size_t staged = keys.size() - published.changed.size();
    std::string hint;
    if (staged > 0)
      hint = "holdfast extract repair " + config_.arguments + " takes the staged " +
             (staged == 1 ? "one" : "ones") + " out";
    if (!published.changed.empty())
      hint += std::string(hint.empty() ? "" : "; ") +
              "look what wrote the file; restore it from a copy";
    add_keys(
        {kRowsChanged, std::to_string(compared), rows.text(),
         "of " + counted(compared, "row") + " compared with the ledger, " +
             std::to_string(keys.size()) + (keys.size() == 1 ? " is" : " are") +
             " not what was extracted" +
             (staged > 0 ? " (" + std::to_string(staged) + " staged): " : ": ") + first_of(keys),
         hint, published.changed.empty() ? config_.staging() : config_.out},
        keys);
  }

  // A ledger of bare names never has digests: that is told too, or a full look would seem to have compared its rows.
  void without_digest() {
    const Ledger& ledger = state_.ledger;
    const Published& published = state_.published;
    if (!published.pages || published.unreadable) return;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < ledger.keys.size(); ++i) {
      const std::string_view key = ledger.keys.at(i);
      const bool is_recorded =
          i < ledger.row_digests.size() && ledger.row_digests[i] != core::Sha256Digest{};
      if (!is_recorded && published.rows.keys.contains(key)) keys.emplace_back(key);
    }
    add_keys(
        {kRowsNotCompared, "", "",
         counted(keys.size(), "published row") + " without a digest in " +
             file_name(config_.ledger()) +
             ": nothing tells whether they are what was extracted: " + first_of(keys),
         ledger.format == LedgerFormat::bare
             ? "bare names have no digests; a ledger that 'holdfast extract run' begins has them"
             : "where an older copy of the ledger has their digests, restore it",
         config_.ledger()},
        keys);
  }

  void bad_lines(std::string_view rule, const std::vector<BadLine>& lines, const std::string& file,
                 const std::string& recovered, const std::string& way_out) {
    if (lines.empty()) return;
    const BadLine& first = lines.front();
    const std::string place = file_name(file) + ':' + std::to_string(first.line) + " (byte " +
                              std::to_string(first.offset) + ')';
    const auto told = [](const BadLine& line) {
      return std::to_string(line.offset) + ' ' + std::to_string(line.size_bytes) + ' ' + line.why +
             ' ' + core::to_hex(line.sha256);
    };
    core::Finding& finding =
        add({rule, "", digest_of(lines, told),
             "skipped " + counted(lines.size(), "malformed line") + " of " + file_name(file) +
                 "; recovered " + recovered + "; the first, " + place + ": " + first.why + ": " +
                 first.beginning,
             "look whether a run was killed or the disk was full; " + way_out +
                 "; every line: " + lists_command(),
             file});
    finding.witness.push_back({"count", static_cast<std::int64_t>(lines.size())});
    finding.witness.push_back({"line", static_cast<std::int64_t>(first.line)});
    finding.witness.push_back({"offset", static_cast<std::int64_t>(first.offset)});
    finding.witness.push_back({"why", first.why});
    finding.witness.push_back({"beginning", first.beginning});
  }

  void lines() {
    bad_lines(kStagingMalformed, state_.staging.bad_lines, config_.staging(),
              counted(state_.staging.row_count, "row"),
              "holdfast extract repair " + config_.arguments + " takes them out");
    bad_lines(kLedgerMalformed, state_.ledger.bad_lines, config_.ledger(),
              counted(state_.ledger.keys.size(), "key"),
              "holdfast extract repair " + config_.arguments + " takes them out");
  }

  void strangers() {
    if (state_.items_unreadable || !is_listing_whole()) return;
    add_keys({kUnknownItems, "", "",
              counted(accounts_.strangers.size(), "key") +
                  " of no item: " + first_of(accounts_.strangers),
              "look whether 'items' of [extract." + config_.name +
                  "] names the right files; the exact list: " + lists_command(),
              ""},
             accounts_.strangers);
  }

  void pending() {
    add_keys({kUnpublished, "", "",
              counted(accounts_.unpublished.size(), "staged row") +
                  " not published yet: " + first_of(accounts_.unpublished),
              run_command(), config_.staging()},
             accounts_.unpublished);
    add_keys({kPending, state_.items ? std::to_string(state_.items->keys.size()) : "", "",
              counted(accounts_.pending.size(), "item") +
                  (accounts_.pending.size() == 1 ? " is" : " are") + " not extracted yet (" +
                  std::to_string(accounts_.done) + " done): " + first_of(accounts_.pending) +
                  failed_before(),
              run_command(), ""},
             accounts_.pending);
  }

  // No side has a key or a row, and no items say that there should be any: whether all was lost or never was can't be told.
  bool is_nothing_there() const {
    return !state_.items && !state_.items_unreadable && state_.shards.empty() &&
           !state_.published.unreadable && state_.ledger_count() == 0 &&
           state_.published_count() == 0 && state_.published.row_count == 0 &&
           state_.staged.keys.size() == 0;
  }

  void nothing_there() {
    if (!is_nothing_there()) return;
    add({kNothingThere, "", "",
         "there is nothing to look at: no key in " + file_name(config_.ledger()) +
             ", and no row in " + file_name(config_.out) + " or " + file_name(config_.staging()),
         "look whether the disk is mounted and the output is named right; where it is, name the "
         "items, which tell what there should be",
         config_.out});
  }

  // Of the pending items, how many were tried and failed. Each with its reason is told by status.
  std::string failed_before() const {
    if (state_.failed.empty()) return {};
    std::unordered_set<std::string> pending;
    for (const std::string& key : accounts_.pending)
      pending.insert(printable_path(key));
    const auto count = std::ranges::count_if(
        state_.failed, [&](const FailedItem& item) { return pending.contains(item.key); });
    if (count == 0) return {};
    return "; " + std::to_string(count) +
           (count == 1 ? " was tried and failed (why: holdfast extract status "
                       : " were tried and failed (why: holdfast extract status ") +
           config_.arguments + ')';
  }

  void shards() {
    if (state_.shards.empty()) return;
    std::string names;
    for (std::size_t i = 0; i < std::min(kNamed, state_.shards.size()); ++i)
      names += (i == 0 ? "" : ", ") + state_.shards[i].text();
    if (state_.shards.size() > kNamed) names += ", …";
    add({kUnmergedShards, "",
         digest_of(state_.shards, [](const core::Shard& shard) { return shard.text(); }),
         counted(state_.shards.size(), "shard") + " beside " + file_name(config_.out) +
             ", not merged into it: " + names,
         config_.extractor ? "holdfast extract merge " + config_.arguments
                           : "merge them in the workspace that runs it",
         config_.out});
  }

  bool is_listing_whole() const {
    return !state_.items || (state_.items->unreadable.empty() && state_.items->listed > 0);
  }

  void settle() {
    const bool nothing_known = is_nothing_there() || state_.published.unreadable ||
                               state_.items_unreadable || !is_listing_whole();
    const bool lost = !accounts_.missing.empty() && !state_.published.unreadable;
    const bool drifted = std::ranges::any_of(report_.findings, [](const core::Finding& finding) {
      return finding.level != core::Level::note;
    });
    const bool is_open = !accounts_.pending.empty() || !accounts_.unpublished.empty() ||
                         !state_.shards.empty() || has_undecoded();
    report_.verdict = lost            ? core::Verdict::missing
                      : nothing_known ? core::Verdict::unknown
                      : drifted       ? core::Verdict::drifted
                      : is_open       ? core::Verdict::unknown
                                      : core::Verdict::in_step;
    // What is not finished was not evaluated: that its rows have their keys proves nothing of the items without one.
    if (!nothing_known && report_.verdict != core::Verdict::unknown)
      report_.proved_at = state_.seal ? state_.seal->sealed_at : report_.observed_at;
  }

  const ExtractionConfig& config_;
  const ExtractionState& state_;
  const Accounts& accounts_;
  core::SubjectReport report_;
};

}  // namespace

core::Subject extraction_subject(const ExtractionConfig& config) {
  return {"extraction", config.name};
}

core::SubjectReport judge(const ExtractionConfig& config, const ExtractionState& state,
                          const Accounts& accounts, Timestamp observed_at) {
  return Judging(config, state, accounts, observed_at).run();
}

}  // namespace holdfast::extract
