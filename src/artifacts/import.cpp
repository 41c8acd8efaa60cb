// SPDX-License-Identifier: Apache-2.0
// From lists to rows.
#include "artifacts/import.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "artifacts/file_type.h"
#include "artifacts/recorded_path.h"
#include "base/canonical_path.h"
#include "catalog/event_log.h"
#include "core/canonical_json.h"

namespace holdfast::artifacts {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kPageRows = 5000;
constexpr std::size_t kInsertRows = 2000;
constexpr std::string_view kAgain =
    "~";  // between a path and the number of the row that has it as id

Error bad(const ImportRow& row, const std::string& what) {
  return {Code::invalid, row.place + ": " + what + ": \"" + printable_path(row.path) + '"',
          "mend the line; nothing of the list was imported"};
}

/// A folder that lies in one of the roots.
struct PlaceInRoots {
  const RootFolder* root = nullptr;
  std::string path;  // relative to it, "" or with a '/' at its end
};

std::string root_names(const Roots& roots) {
  std::string names;
  for (const RootFolder& root : roots.folders())
    names += (names.empty() ? "" : ", ") + printable_path(root.path());
  return names;
}

Result<PlaceInRoots> place_in_roots(const Roots& roots, const std::string& folder) {
  const fs::path wanted = canonical_path(folder);
  for (const RootFolder& root : roots.folders()) {
    const auto rest = path_below(wanted, canonical_path(root.path()));
    if (rest) return PlaceInRoots{&root, rest->empty() ? "" : *rest + '/'};
  }
  return Error(Code::invalid,
               printable_path(folder) + " lies below none of the roots (" + root_names(roots) + ")",
               "add it as a root of the source, or import from a folder that is in one");
}

bool is_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

class Import {
 public:
  Import(ArtifactTable& table, catalog::Catalog& catalog, const Roots& roots,
         const ImportOptions& options)
      : table_(table), catalog_(catalog), roots_(roots), options_(options) {
    report_.source = table.config().name;
    report_.dry_run = options.dry_run;
  }

  Result<ImportReport> run() {
    TRY_ASSIGN(std::vector<ImportRow> rows,
               options_.form == ImportForm::folder ? list_folder() : read_list());
    report_.listed = std::ssize(rows);
    for (ImportRow& row : rows)
      TRY(complete(row));
    TRY(drop_repeated(rows));
    if (options_.form != ImportForm::folder) look_for(rows);
    TRY(drop_existing(rows));
    TRY(require_ids_that_fit(rows));
    if (!options_.dry_run && !rows.empty()) TRY(write(rows));
    for (const ImportRow& row : rows) {
      ++report_.by_type[row.type];
      report_.claims += row.sha256 ? 1 : 0;
    }
    report_.imported = std::ssize(rows);
    return std::move(report_);
  }

 private:
  // A list may name millions on a slow disk; its first paths tell whether it is of these roots.
  void look_for(const std::vector<ImportRow>& rows) {
    for (const ImportRow& row : rows) {
      if (report_.looked_for == ImportReport::kMostLookedFor) return;
      ++report_.looked_for;
      const Opened opened = roots_.resolve(row.path).opened;
      if (opened.found || opened.refusal != OpenRefusal::none) continue;
      if (report_.absent++ == 0) report_.first_absent = row.path;
    }
  }

  void refuse(const std::string& what) {
    ++report_.refused_count;
    if (report_.refused.size() < ImportReport::kMaxShown) report_.refused.push_back(what);
  }

  // Named as the process finds it; paths of the configuration begin at the workspace.
  Status require_folder() const {
    std::error_code error;
    const auto kind = fs::status(options_.from, error).type();
    if (kind == fs::file_type::directory) return {};
    const std::string shown = printable_path(options_.from);
    if (kind == fs::file_type::not_found)
      return Error(Code::not_found,
                   shown + ": there is no such folder in " +
                       printable_path(fs::current_path(error).string()),
                   "name a folder that lies in a root: " + root_names(roots_));
    if (kind == fs::file_type::none)
      return Error(Code::io, shown + ": " + error.message(),
                   "make it readable for this user, or name another folder");
    return Error(Code::invalid, shown + " is no folder",
                 "a list is taken by --from-csv, --from-jsonl or --from-sha256sum");
  }

  Result<std::vector<ImportRow>> list_folder() {
    TRY(require_folder());
    TRY_ASSIGN(const auto place, place_in_roots(roots_, options_.from));
    TRY_ASSIGN(const auto ignored, ignore_list_of(table_.config(), place.root->path()));
    TRY_ASSIGN(const auto listing, place.root->list());
    for (const std::string& folder : listing.unreadable) {
      if ((folder + '/').starts_with(place.path) &&  // the asked one itself, too
          !ignored.matches(folder))
        refuse(printable_path(folder) + ": the folder can't be listed");
    }
    const auto skipped = [&](const std::vector<std::string>& paths) {
      return std::ranges::count_if(paths, [&](const std::string& path) {
        return path.starts_with(place.path) && !ignored.matches(path);
      });
    };
    report_.links_skipped = skipped(listing.links);
    report_.special_skipped = skipped(listing.special);
    std::vector<ImportRow> rows;
    for (const std::string& file : listing.files) {
      if (!file.starts_with(place.path)) continue;
      if (ignored.matches(file)) {
        ++report_.ignored;
        continue;
      }
      if (!core::is_utf8(file)) {
        refuse(printable_path(file) + ": its name is not UTF-8, which no row can record");
        continue;
      }
      ImportRow& row = rows.emplace_back();
      row.path = file;
      row.place = printable_path(file);
      // Where an earlier root has a file of the same name, only the absolute path leads here.
      if (roots_.folders().size() > 1 && roots_.resolve(file).root != place.root)
        row.path = place.root->path() + '/' + file;
    }
    return rows;
  }

  Result<std::string> read_file(const std::string& path) {
    auto text = options_.files->read(path, kMaxListBytes);
    std::error_code ignored;
    if (!text && fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
      return Error(Code::invalid, printable_path(path) + ": not a regular file",
                   "name the list itself; a folder is taken by --from-folder");
    if (!text) return std::move(text).error().with(printable_path(path));
    return text;
  }

  Result<std::vector<ImportRow>> read_list() {
    const std::string& from = options_.from;
    switch (options_.form) {
      case ImportForm::csv: {
        TRY_ASSIGN(const std::string text, read_file(from));
        return prefixed(read_csv_list(text, from), options_.prefix);
      }
      case ImportForm::jsonl: {
        TRY_ASSIGN(const std::string text, read_file(from));
        return prefixed(read_jsonl_list(text, from), options_.prefix);
      }
      case ImportForm::sha256sum: {
        TRY_ASSIGN(const std::string text, read_file(from));
        return prefixed(read_sha256sum_list(text, from), options_.prefix);
      }
      case ImportForm::bagit:
        return read_bag();
      case ImportForm::dvc: {
        TRY_ASSIGN(const std::string text, read_file(from));
        TRY_ASSIGN(const auto place, place_in_roots(roots_, folder_of(from)));
        return prefixed(read_dvc_file(text, from), place.path);
      }
      case ImportForm::folder:
        break;
    }
    return std::vector<ImportRow>{};
  }

  Result<std::vector<ImportRow>> read_bag() {
    const std::string& bag = options_.from;
    TRY_ASSIGN(const bool is_bag, options_.files->exists(bag + "/bagit.txt"));
    if (!is_bag)
      return Error(Code::not_found,
                   printable_path(bag) + ": there is no bagit.txt, so this is no BagIt bag");
    const std::string manifest = bag + "/manifest-sha256.txt";
    TRY_ASSIGN(const bool has_sha256, options_.files->exists(manifest));
    if (!has_sha256) {
      return Error(Code::unsupported,
                   printable_path(bag) +
                       ": the bag has no manifest-sha256.txt; other algorithms can't be compared",
                   "import its files instead: --from-folder " + printable_path(bag) + "/data");
    }
    TRY_ASSIGN(const std::string text, read_file(manifest));
    TRY_ASSIGN(const auto place, place_in_roots(roots_, bag));
    return prefixed(read_bagit_manifest(text, manifest), place.path);
  }

  static Result<std::vector<ImportRow>> prefixed(Result<std::vector<ImportRow>> rows,
                                                 const std::string& prefix) {
    if (!rows || prefix.empty()) return rows;
    for (ImportRow& row : *rows) {
      if (row.path.empty() || row.path.starts_with('/')) continue;
      row.path.insert(0, prefix.ends_with('/') ? prefix : prefix + '/');
    }
    return rows;
  }

  Status complete(ImportRow& row) {
    if (options_.form != ImportForm::folder) {
      const auto path = recorded_path(row.path, roots_);
      if (!path) return bad(row, path.error().message());
      row.path = *path;
    }
    if (row.id.empty()) {
      row.id = row.path;
      row.has_own_id = false;
    }
    if (row.type.empty()) row.type = options_.type.value_or(file_type_of(row.path));
    if (row.title.empty()) row.title = row.path.substr(row.path.rfind('/') + 1);
    for (const std::string* text : {&row.id, &row.type, &row.title}) {
      if (!core::is_utf8(*text) || text->find('\0') != std::string::npos)
        return bad(row, "an id, type or title that is not UTF-8 text");
    }
    return {};
  }

  // A line that says the same twice counts once; two lines that differ stop the import.
  static Status drop_repeated(std::vector<ImportRow>& rows) {
    std::unordered_map<std::string, const ImportRow*> by_id;
    std::unordered_map<std::string, const ImportRow*> by_path;
    std::vector<ImportRow> once;
    once.reserve(rows.size());  // pointers into it stay
    for (ImportRow& row : rows) {
      const auto same_id = by_id.find(row.id);
      const auto same_path = by_path.find(row.path);
      const ImportRow* before = same_id != by_id.end()       ? same_id->second
                                : same_path != by_path.end() ? same_path->second
                                                             : nullptr;
      if (before != nullptr) {
        if (before->id == row.id && before->path == row.path && before->sha256 == row.sha256)
          continue;
        return bad(row, "another id, path or hash than at " + before->place);
      }
      once.push_back(std::move(row));
      by_id.emplace(once.back().id, &once.back());
      by_path.emplace(once.back().path, &once.back());
    }
    rows = std::move(once);
    return {};
  }

  // An integer key takes no path as id, and the database's own words for that name neither the row nor the way out.
  Status require_ids_that_fit(const std::vector<ImportRow>& rows) {
    const SourceConfig& config = table_.config();
    TRY_ASSIGN(const bool takes_only_integers, table_.ids_are_integers());
    if (!takes_only_integers) return {};
    const auto bad =
        std::ranges::find_if_not(rows, [](const ImportRow& row) { return is_integer(row.id); });
    if (bad == rows.end()) return {};
    return Error(
        Code::invalid,
        bad->place + ": the id would be \"" + printable_path(bad->id) + "\", and column \"" +
            config.columns.id + "\" of table \"" + config.table +
            "\" takes only whole numbers; nothing was imported",
        "give each row its number in a list (--from-csv FILE with the columns id and path), or "
        "map a text column that is unique as id in [artifacts." +
            config.name + ".columns]");
  }

  void conflict(const ImportRow& row, std::string what) {
    ++report_.conflict_count;
    if (report_.conflicts.size() < ImportReport::kMaxShown)
      report_.conflicts.push_back({row.id, row.path, std::move(what)});
  }

  Status drop_existing(std::vector<ImportRow>& rows) {
    std::unordered_map<std::string, std::size_t> by_id;
    std::unordered_map<std::string, std::size_t> by_path;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      by_id.emplace(rows[i].id, i);
      by_path.emplace(rows[i].path, i);
    }
    std::vector<bool> there(rows.size(), false);
    PageQuery query{.limit = kPageRows};
    for (;;) {
      TRY_ASSIGN(const auto page, table_.page(query));
      for (const ArtifactRow& row : page) {
        if (row.id.find(kAgain) != std::string::npos) taken_ids_.insert(row.id);
        const auto same_id = by_id.find(row.id);
        const auto same_path = row.path ? by_path.find(*row.path) : by_path.end();
        if (same_id != by_id.end()) meet(rows[same_id->second], row, there, same_id->second);
        if (same_path != by_path.end() &&
            (same_id == by_id.end() || same_path->second != same_id->second)) {
          meet(rows[same_path->second], row, there, same_path->second);
        }
      }
      if (std::ssize(page) < query.limit) break;
      query.after = RowCursor{.type = page.back().type, .id = page.back().id};
    }
    std::vector<ImportRow> fresh;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (there[i] || is_of_another_section(rows[i])) continue;
      rows[i].id = free_id(rows[i].id);
      fresh.push_back(std::move(rows[i]));
    }
    rows = std::move(fresh);
    return {};
  }

  // It would be held against a file of that section's roots.
  bool is_of_another_section(const ImportRow& row) {
    const auto& foreign = table_.config().foreign_types;
    const auto found = foreign.find(row.type);
    if (found == foreign.end()) return false;
    conflict(row, "its type would be \"" + printable_path(row.type) +
                      "\", which is of [artifacts." + found->second +
                      "] and its roots; --type gives another (" + row.place + ')');
    return true;
  }

  // "a.csv~2" where the row of another file, which was a.csv once, has the id "a.csv".
  std::string free_id(const std::string& id) {
    if (!taken_ids_.contains(id)) return id;
    for (int n = 2;; ++n) {
      std::string next = id + std::string(kAgain) + std::to_string(n);
      if (taken_ids_.insert(next).second) return next;
    }
  }

  // A listed row and one that is in the table, with the same id or the same path.
  void meet(const ImportRow& listed, const ArtifactRow& row, std::vector<bool>& there,
            std::size_t at) {
    const bool has_other_roots = is_foreign(row, table_.config());
    if (has_other_roots && row.id != listed.id) return;  // the same path below another root
    const bool is_of_another_file =
        row.id == listed.id && (has_other_roots || row.path != listed.path);
    if (is_of_another_file && !listed.has_own_id) {  // it was moved away, and kept its id
      taken_ids_.insert(row.id);
      return;
    }
    const bool first = !there[at];
    there[at] = true;
    if (is_of_another_file) {
      return conflict(listed, "the row is there with the path \"" +
                                  printable_path(row.path.value_or("")) + "\" and the type \"" +
                                  printable_path(row.type) + "\" (" + listed.place + ")");
    }
    const auto recorded =
        row.recorded_sha256 ? core::parse_sha256(*row.recorded_sha256) : std::nullopt;
    const auto claimed = listed.sha256 ? core::parse_sha256(*listed.sha256) : std::nullopt;
    if (claimed && row.recorded_sha256 && recorded != claimed) {
      return conflict(listed, "row " + printable_path(row.id) + " records " +
                                  printable_path(*row.recorded_sha256) + " where the list claims " +
                                  *listed.sha256 + " (" + listed.place + ")");
    }
    if (first && claimed && !row.recorded_sha256) ++report_.claims_left;
    if (first) ++report_.existing;
  }

  static std::string metadata_of(const ImportRow& row) {
    Json metadata = Json::object();
    if (row.sha256) metadata["file_sha256"] = *row.sha256;
    if (row.size_bytes) metadata["file_size_bytes"] = *row.size_bytes;
    if (row.md5) metadata["dvc_md5"] = *row.md5;
    return metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  Status insert(const std::vector<ImportRow>& rows) {
    for (std::size_t begin = 0; begin < rows.size(); begin += kInsertRows) {
      sql::JsonRows bulk;
      for (std::size_t i = begin; i < std::min(begin + kInsertRows, rows.size()); ++i) {
        bulk.begin_row();
        bulk.add("n", static_cast<std::int64_t>(i));
        bulk.add("id", rows[i].id);
        bulk.add("type", rows[i].type);
        bulk.add("title", rows[i].title);
        bulk.add("path", rows[i].path);
        bulk.add("metadata", metadata_of(rows[i]));
      }
      TRY(table_.insert(bulk.take()));
    }
    return {};
  }

  Status append_event(std::size_t count) {
    core::Event event;
    event.name = "artifact.imported";
    event.actor = options_.actor;
    event.fields = {{"source", report_.source},
                    {"from", printable_path(options_.from)},
                    {"imported", static_cast<std::int64_t>(count)},
                    {"existing", report_.existing},
                    {"conflicts", report_.conflict_count},
                    {"refused", report_.refused_count}};
    std::array<core::Event, 1> events{std::move(event)};
    TRY(catalog::append_events(catalog_, events));
    return {};
  }

  Status write(const std::vector<ImportRow>& rows) {
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(table_.connection()));
    TRY(insert(rows));
    if (table_.config().in_catalog) TRY(append_event(rows.size()));
    TRY(transaction.commit());
    if (table_.config().in_catalog) return {};
    return append_event(rows.size());
  }

  ArtifactTable& table_;
  catalog::Catalog& catalog_;
  const Roots& roots_;
  const ImportOptions& options_;
  ImportReport report_;
  std::unordered_set<std::string> taken_ids_;  // ids that a new row must not get
};

}  // namespace

Result<ImportReport> import_rows(ArtifactTable& table, catalog::Catalog& catalog,
                                 const Roots& roots, const ImportOptions& options) {
  return Import(table, catalog, roots, options).run();
}

std::string to_json(const ImportReport& report) {
  Json conflicts = Json::array();
  for (const ImportConflict& each : report.conflicts) {
    conflicts.push_back(
        {{"artifact_id", each.artifact_id}, {"file_path", each.path}, {"what", each.what}});
  }
  const Json json = {{"operation", "artifacts.import"},
                     {"source", report.source},
                     {"dry_run", report.dry_run},
                     {"listed", report.listed},
                     {"imported", report.imported},
                     {"existing", report.existing},
                     {"claims", report.claims},
                     {"claims_left", report.claims_left},
                     {"looked_for", report.looked_for},
                     {"absent", report.absent},
                     {"ignored", report.ignored},
                     {"links_skipped", report.links_skipped},
                     {"special_skipped", report.special_skipped},
                     {"by_type", report.by_type},
                     {"conflict_count", report.conflict_count},
                     {"conflicts", conflicts},
                     {"refused_count", report.refused_count},
                     {"refused", report.refused}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_text(const ImportReport& report) {
  std::string out = report.dry_run ? "would import " : "imported ";
  out += std::to_string(report.imported) + (report.imported == 1 ? " row" : " rows");
  for (const auto& [type, count] : report.by_type) {
    out += (type == report.by_type.begin()->first ? ": " : ", ") + std::to_string(count) + ' ' +
           printable_path(type);
  }
  out += "; " + std::to_string(report.existing) + " were there already";
  if (report.claims_left > 0)
    out += " (" + std::to_string(report.claims_left) +
           " without a hash: backfill first, then import again to compare)";
  if (report.ignored > 0) out += "; " + std::to_string(report.ignored) + " files are ignored";
  if (report.links_skipped > 0)
    out += "; skipped symbolic links: " + std::to_string(report.links_skipped) +
           " (they are not followed: what is below a root is found there)";
  if (report.special_skipped > 0)
    out += "; skipped FIFOs, sockets and devices: " + std::to_string(report.special_skipped);
  out += '\n';
  for (const ImportConflict& each : report.conflicts)
    out += "conflict: " + printable_path(each.artifact_id) + ": " + each.what + '\n';
  for (const std::string& each : report.refused)
    out += "refused: " + each + '\n';
  const auto shown = static_cast<std::int64_t>(report.conflicts.size() + report.refused.size());
  const std::int64_t all = report.conflict_count + report.refused_count;
  if (all > shown) out += "… and " + std::to_string(all - shown) + " more\n";
  return out;
}

}  // namespace holdfast::artifacts
