// SPDX-License-Identifier: Apache-2.0
#include "schemas/fetch.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/nearest.h"
#include "base/root_folder.h"
#include "schemas/json_object.h"
#include "schemas/pin_lock.h"
#include "schemas/pins.h"
#include "schemas/registry.h"
#include "schemas/registry_claims.h"

namespace holdfast::schemas {
namespace {

constexpr std::string_view kEditedHint = "--force overwrites it and keeps a backup";

/// A registry's schema on its way to become a pin.
struct Coming {
  RemoteSchema remote;
  HashClaim claim;  // of what the registry gave
  Pin pin;          // as it will be written
  SchemaFacts facts;
};

std::string named(const std::string& name) {
  return printable_path(name);
}

bool is_file_name(const std::string& name) {
  const std::string file = name + ".json";
  const bool is_ours = file == kLockFile || file == kMetadataFile;
  const bool is_printable = std::ranges::none_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
  // Read back under another name, it would be missing here and in the registry.
  const bool is_found_again = schema_name_of(file) == name;
  return !name.empty() && name.find('/') == std::string::npos && !name.starts_with('.') &&
         is_printable && is_found_again && !is_ours && name.size() <= 200;
}

class Fetching {
 public:
  Fetching(const SchemasConfig& config, const FetchOptions& options)
      : config_(config),
        options_(options),
        clock_(options.clock != nullptr ? *options.clock : system_clock()) {}

  Result<Fetched> run() {
    TRY(refuse_own_registry(config_));
    TRY(require_real_folder(config_.fixtures));
    TRY_ASSIGN(before_, read_flat_folder(config_.fixtures));
    TRY(read_what_is_pinned());
    if (pins_.lock_problem && !options_.force)
      return Error(Code::conflict, pins_.lock_problem->detail + "; nothing was written",
                   std::string(kEditedHint));
    if (pins_.lock && !options_.force) TRY(require_track(*pins_.lock));
    TRY_ASSIGN(registry_, open_registry(config_.registry,
                                        {config_.workspace_folder, options_.cancel, &clock_,
                                         clock_.monotonic() + config_.registry.run_timeout}));
    auto index = registry_->index(config_.track);
    if (!index) return error_of_registry(index.problem()).with(config_.registry.shown());
    out_.index_generated_at = index->generated_at;
    TRY_ASSIGN(const auto names, chosen(*index));
    if (pins_.lock) TRY(require_all_where_source_changes(*pins_.lock, names));
    for (const std::string& name : names)
      TRY(get(name, *index));
    TRY(hold_hashes());
    for (const auto& [name, coming] : coming_)
      out_.schemas.push_back(judge(coming));
    make_files();
    out_.changes = after_ != before_ && has_news();
    if (options_.dry_run || out_.is_refused()) return std::move(out_);
    if (out_.changes) {
      if (options_.before_writing) TRY(options_.before_writing(out_));
      TRY(publish());
    } else {
      TRY_ASSIGN(out_.leftover, put_leftovers_away(config_.fixtures, clock_.now()));
    }
    return std::move(out_);
  }

 private:
  // Where every pin was deleted, the lock still knows what was there.
  Status read_what_is_pinned() {
    auto pins = read_pins(config_.fixtures);
    if (pins) {
      pins_ = std::move(*pins);
      return {};
    }
    const auto lock = before_.find(kLockFile);
    if (lock == before_.end()) return {};
    auto parsed = parse_pin_lock(lock->second);
    if (parsed) {
      pins_.lock = std::move(parsed).value();
    } else {
      pins_.lock_problem = Problem{ProblemKind::not_json, printable_path(config_.fixtures) + '/' +
                                                              std::string(kLockFile) + ": " +
                                                              parsed.error().message()};
    }
    return {};
  }

  bool is_from_other_track(const PinLock& lock) const {
    return is_of_other_track(lock, config_.track);
  }
  bool is_from_other_registry(const PinLock& lock) const {
    return is_of_other_registry(lock, config_.registry.shown());
  }

  // A folder of two tracks would be called the one's by its lock file.
  Status require_track(const PinLock& lock) const {
    if (!is_from_other_track(lock)) return {};
    return Error(Code::conflict,
                 printable_path(config_.fixtures) + " was fetched from track " + named(lock.track) +
                     ", and this is track " + named(config_.track) + "; nothing was written",
                 "name another folder with --output, or --track " + named(lock.track) +
                     "; --force goes over to the new track and keeps a backup");
  }

  // The lock file names one track and one registry, so whoever goes over to others takes all pins along, --force or not.
  Status require_all_where_source_changes(const PinLock& lock,
                                          const std::vector<std::string>& names) const {
    if (!is_from_other_track(lock) && !is_from_other_registry(lock)) return {};
    std::set<std::string> staying;
    for (const Pin& pin : pins_.pins)
      staying.insert(pin.name);
    for (const auto& [name, pin] : lock.pins)
      staying.insert(name);
    for (const std::string& name : names)
      staying.erase(name);
    if (staying.empty()) return {};
    const std::string from = is_from_other_track(lock)
                                 ? "track " + named(lock.track)
                                 : "the registry " + printable_path(lock.registry_url);
    return Error(
        Code::conflict,
        printable_path(config_.fixtures) + " was fetched from " + from + ", and " +
            named(*staying.begin()) +
            (staying.size() == 1 ? std::string() : " (of " + std::to_string(staying.size()) + ")") +
            " would stay as it is from there; nothing was written",
        "without --schemas all pins go over; or name another folder with --output, or take "
        "pins that are needed no more out of the folder and of " +
            std::string(kLockFile));
  }

  Result<std::vector<std::string>> chosen(const Index& index) const {
    std::set<std::string> names;
    if (options_.all) {
      for (const IndexEntry& entry : index.entries)
        names.insert(entry.name);
    } else if (!options_.names.empty()) {
      for (const std::string& name : options_.names)
        names.insert(schema_name_of(name));
    } else {
      for (const Pin& pin : pins_.pins)
        names.insert(pin.name);
      if (pins_.lock)
        for (const auto& [name, pin] : pins_.lock->pins)
          names.insert(name);
      names.insert(config_.critical.begin(), config_.critical.end());
    }
    const auto is_published = [&](const char* name) { return index.find(name) != nullptr; };
    if (names.empty() && std::ranges::all_of(kSourceNames, is_published))
      names.insert(std::begin(kSourceNames), std::end(kSourceNames));
    if (names.empty())
      return Error(
          Code::invalid,
          "which schemas? Nothing is pinned in " + printable_path(config_.fixtures) + " yet",
          "--schemas A B, or --all; the registry has " + std::to_string(index.entries.size()) +
              " of them");
    return std::vector<std::string>(names.begin(), names.end());
  }

  Error not_published(const std::string& name, const Index& index) const {
    std::vector<std::string> names;
    for (const IndexEntry& entry : index.entries)
      names.push_back(entry.name);
    const bool is_pinned =
        pins_.find(name) != nullptr || (pins_.lock && pins_.lock->pins.contains(name));
    return {options_.names.empty() ? Code::unavailable : Code::not_found,
            config_.registry.shown() + " has no schema " + named(name) + " on track " +
                named(config_.track) + did_you_mean(name, names) + "; nothing was written",
            is_pinned ? "--schemas fetches others; once it is gone for good, take " +
                            printable_path(name) + ".json out of the folder and its entry out of " +
                            std::string(kLockFile)
                      : "--schemas takes names of the " + std::to_string(names.size()) +
                            " that are published there, --all takes them all"};
  }

  Status get(const std::string& name, const Index& index) {
    if (!is_file_name(name))
      return Error(Code::invalid,
                   "\"" + named(name) + "\" is no name that a pin can have, so nothing is written",
                   "name those that you want: --schemas A B");
    const IndexEntry* entry = index.find(name);
    if (entry == nullptr && index.is_whole) return not_published(name, index);
    auto remote = registry_->get(config_.track, name, {});
    if (entry == nullptr && !remote && remote.problem().kind == ProblemKind::not_found)
      return not_published(name, index);
    if (!remote)
      return error_of_registry(remote.problem())
          .with(named(name))
          .hinted("nothing was written; run it again");
    Pin asked = pin_of(name, name + ".json", remote->content, "the registry's " + named(name));
    if (asked.problem) return refuse_content(*asked.problem);
    const IndexEntry listed = entry != nullptr ? *entry : IndexEntry{};
    if (const auto problem = id_contradiction(listed, *remote, asked.text))
      return refuse_content(*problem);
    if (remote->declared_sha256.empty()) remote->declared_sha256 = listed.declared_sha256;
    HashClaim claim{remote->declared_sha256, asked.hashes};
    const Pin* old = pins_.find(name);
    Coming coming{std::move(*remote),
                  std::move(claim),
                  pin_of(name, old != nullptr ? old->file : name + ".json", indented(asked.bytes),
                         named(name)),
                  {}};
    if (coming.pin.problem || coming.pin.text.canonical != asked.text.canonical)
      return Error(Code::internal, named(name) + ": written anew it is another schema");
    coming.facts = facts_of(coming.pin);
    if (coming.facts.problem) return refuse_content(*coming.facts.problem);
    coming_.emplace(name, std::move(coming));
    return {};
  }

  // Needs all of them: what a registry's hashes are of is learned from most.
  Status hold_hashes() const {
    std::vector<HashClaim> claims;
    for (const auto& [name, coming] : coming_)
      if (!coming.claim.declared.empty()) claims.push_back(coming.claim);
    const DeclaredHash kind = settled_hash(config_.declared_hash, claims);
    for (const auto& [name, coming] : coming_)
      if (const auto problem = hash_contradiction(name, coming.claim, kind))
        return refuse_content(*problem);
    return {};
  }

  static Error refuse_content(const Problem& problem) {
    return Error(Code::unavailable, sentence_of(problem) + "; nothing was written",
                 "tell whoever publishes it");
  }

  FetchedSchema judge(const Coming& coming) const {
    FetchedSchema out;
    out.name = coming.remote.name;
    out.version = version_of(coming);
    out.url = coming.remote.url;
    out.canonical_sha256 = coming.pin.hashes.canonical_sha256;
    const Pin* old = pins_.find(out.name);
    const LockedPin* locked = pins_.lock ? pins_.lock->find(out.name) : nullptr;
    if (old == nullptr) {
      out.action = FetchAction::added;
      if (locked != nullptr) bring_back(out, *locked);
      return out;
    }
    out.version_before = pins_.version_of(*old);
    out.was_edited = pins_.was_edited(*old);
    if (old->problem && locked != nullptr) {
      bring_back(out, *locked);
      if (!options_.force) weigh(out, *old, coming.pin, false);
      return out;
    }
    const bool is_restored = locked != nullptr && out.was_edited &&
                             locked->canonical_sha256 == coming.pin.hashes.canonical_sha256;
    out.action = old->bytes == coming.pin.bytes ? FetchAction::kept
                 : is_restored                  ? FetchAction::restored
                                                : FetchAction::replaced;
    if (out.action == FetchAction::kept) return out;
    weigh(out, *old, coming.pin, is_restored);
    return out;
  }

  // What was pinned is gone or damaged, and only its hash is known: another schema than that may be a breaking change.
  void bring_back(FetchedSchema& out, const LockedPin& locked) const {
    const bool is_same = locked.canonical_sha256 == out.canonical_sha256;
    out.version_before = locked.version;
    out.action = is_same ? FetchAction::restored : FetchAction::replaced;
    if (!is_same && !options_.accept_breaking)
      out.refused =
          "what was pinned can't be read, and the registry has another schema by now, so "
          "the change is not decided; --accept breaking takes it over";
  }

  void weigh(FetchedSchema& out, const Pin& old, const Pin& now, bool is_restored) const {
    if (old.problem) {
      if (!options_.force)
        out.refused = "what is pinned is no schema (" +
                      std::string(problem_name(old.problem->kind)) + "); " +
                      std::string(kEditedHint);
      return;
    }
    auto comparison = compare_schemas(old, now, config_.comparison);
    const ChangeClass change = comparison ? comparison->change : ChangeClass::unknown;
    if (comparison) out.comparison = *std::move(comparison);
    if (out.was_edited && !options_.force && change != ChangeClass::identical) {
      out.refused = "the pin was edited since it was fetched; " + std::string(kEditedHint);
      return;
    }
    const bool is_breaking = change == ChangeClass::breaking || change == ChangeClass::unknown;
    const bool is_covered =
        is_restored || options_.accept_breaking || (options_.force && !pins_.lock);
    if (is_breaking && !is_covered)
      out.refused = "the change is " +
                    std::string(change == ChangeClass::breaking ? "breaking" : "not decided") +
                    "; --accept breaking takes it over";
  }

  static std::string version_of(const Coming& coming) {
    return coming.remote.version.empty() ? coming.pin.text.stamps.core_version.value_or("")
                                         : coming.remote.version;
  }

  // --- files

  void make_files() {
    after_ = before_;
    PinLock lock;
    if (pins_.lock) lock = *pins_.lock;
    lock.registry_kind = std::string(registry_kind_name(config_.registry.kind));
    lock.registry_url = config_.registry.shown();
    lock.track = config_.track;
    lock.fetch_id = options_.id;
    lock.fetched_at = format_rfc3339(clock_.now());
    lock.tool_version = HOLDFAST_VERSION;
    for (const auto& [name, coming] : coming_) {
      after_[coming.pin.file] = coming.pin.bytes;
      lock.pins[name] = locked(coming, lock.fetched_at);
    }
    after_[std::string(kLockFile)] = pin_lock_text(lock);
    after_[std::string(kMetadataFile)] = metadata(lock);
  }

  static LockedPin locked(const Coming& coming, const std::string& at) {
    LockedPin pin;
    pin.file = coming.pin.file;
    pin.version = version_of(coming);
    pin.schema_id = coming.remote.schema_id.empty() ? coming.pin.text.stamps.schema_id.value_or("")
                                                    : coming.remote.schema_id;
    pin.url = coming.remote.url;
    pin.etag = coming.remote.etag;
    pin.fetched_at = at;
    pin.dialect = coming.facts.dialect;
    pin.raw_sha256 = coming.pin.hashes.raw_sha256;
    pin.seed_sha256 = coming.pin.hashes.seed_sha256;
    pin.canonical_sha256 = coming.pin.hashes.canonical_sha256;
    pin.contract_sha256 = coming.facts.contract_sha256;
    pin.declared_sha256 = coming.remote.declared_sha256;
    return pin;
  }

  // The source's keys. There fetched_at is the time of the index; here it is when these files were fetched.
  std::string metadata(const PinLock& lock) const {
    JsonObject out;
    out.text("registry_url", lock.registry_url)
        .text("track", lock.track)
        .text("fetched_at", lock.fetched_at)
        .text_or_null("index_generated_at", out_.index_generated_at)
        .number("schemas_fetched", static_cast<std::int64_t>(coming_.size()))
        .number("schemas_failed", 0)
        .array("failed_schemas", {});
    return indented(std::move(out).take());
  }

  // Times and the run's id alone are no news.
  bool has_news() const {
    const bool has_lock = before_.contains(kLockFile) && pins_.lock;
    const bool is_from_elsewhere =
        has_lock && (is_from_other_track(*pins_.lock) || is_from_other_registry(*pins_.lock));
    return !has_lock || is_from_elsewhere || std::ranges::any_of(coming_, [&](const auto& each) {
      const Coming& coming = each.second;
      const auto old = before_.find(coming.pin.file);
      const LockedPin* locked = pins_.lock->find(each.first);
      return old == before_.end() || old->second != coming.pin.bytes || locked == nullptr ||
             locked->version != version_of(coming) ||
             locked->raw_sha256 != coming.pin.hashes.raw_sha256;
    });
  }

  Status publish() {
    PinPublication publication;
    publication.folder = config_.fixtures;
    publication.id = options_.id;
    publication.files = after_;
    publication.expected = before_;
    publication.backup = options_.force ? KeepBackup::yes : KeepBackup::no;
    publication.now = clock_.now();
    TRY_ASSIGN(Published published, publish_pins(publication));
    out_.was_written = true;
    out_.backup = std::move(published.backup);
    out_.leftover = std::move(published.leftover);
    return {};
  }

  const SchemasConfig& config_;
  const FetchOptions& options_;
  Clock& clock_;
  std::map<std::string, std::string, std::less<>> before_;
  std::map<std::string, std::string, std::less<>> after_;
  PinFolder pins_;
  std::unique_ptr<Registry> registry_;
  std::map<std::string, Coming, std::less<>> coming_;
  Fetched out_;
};

}  // namespace

std::string_view action_name(FetchAction action) {
  switch (action) {
    case FetchAction::added:
      return "added";
    case FetchAction::replaced:
      return "replaced";
    case FetchAction::kept:
      return "kept";
    case FetchAction::restored:
      return "restored";
  }
  return "kept";
}

bool Fetched::is_refused() const {
  return std::ranges::any_of(schemas,
                             [](const FetchedSchema& each) { return each.refused.has_value(); });
}

Result<Fetched> fetch_schemas(const SchemasConfig& config, const FetchOptions& options) {
  return Fetching(config, options).run();
}

}  // namespace holdfast::schemas
