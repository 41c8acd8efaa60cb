// SPDX-License-Identifier: Apache-2.0
#include "schemas/pin_publication.h"

#include <algorithm>
#include <filesystem>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/folder_exchange.h"
#include "base/lock_file.h"
#include "base/readable_file.h"
#include "base/root_folder.h"
#include "schemas/pin_lock.h"
#include "schemas/pins.h"
#include "schemas/schema_text.h"

namespace holdfast::schemas {
namespace {

using Files = std::map<std::string, std::string, std::less<>>;

std::string time_name(Timestamp at) {
  std::string text = format_rfc3339(at);
  std::ranges::replace(text, ':', '-');
  return text;
}

bool is_link(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored));
}

class Publishing {
 public:
  explicit Publishing(const PinPublication& publication)
      : publication_(publication),
        files_(real_file_system()),
        above_(folder_of(publication.folder)),
        name_(name_of(publication.folder)),
        temporary_(above_ + "/." + name_ + ".fetch-" + publication.id) {}

  Result<Published> run() {
    TRY(require_real_folder(publication_.folder));
    TRY(create_durable_folder(files_, above_));
    TRY_ASSIGN(const auto lock, acquire());
    TRY(clean_up());
    const Status prepared = prepare();
    if (!prepared) {
      drop_temporary();
      return prepared.error();
    }
    TRY(exchange());
    TRY(put_away());
    return std::move(out_);
  }

  Result<std::vector<std::string>> put_leftovers_away() {
    const auto names = files_.list(above_);
    if (!names) return std::vector<std::string>();  // then nothing was left either
    const auto is_left = [&](const std::string& name) { return name.starts_with(prefix()); };
    if (std::ranges::none_of(*names, is_left)) return std::vector<std::string>();
    TRY_ASSIGN(const auto lock, acquire());
    TRY(clean_up());
    return std::move(out_.leftover);
  }

 private:
  std::string prefix() const { return "." + name_ + ".fetch-"; }
  Result<LockFile> acquire() const {
    // Beside the pins, in somebody's checkout: it must not stay.
    return LockFile::acquire(above_ + "/." + name_ + ".schemas-lock", "holdfast schemas fetch",
                             LockRemains::no);
  }

  // What killed runs left.
  Status clean_up() {
    TRY_ASSIGN(const auto names, files_.list(above_));
    const std::string prefix = this->prefix();
    for (const std::string& name : names) {
      if (!name.starts_with(prefix)) continue;
      const std::string path = above_ + '/' + name;
      if (!is_link(path)) {  // a link is what was there before, and what it leads to is not ours
        TRY_ASSIGN(const Files left, read_flat_folder(path));
        if (is_unpublished(left, name.substr(prefix.size()))) {
          TRY(remove_flat_folder(path));
          continue;
        }
      }
      TRY_ASSIGN(const std::string kept, free_backup_name());
      TRY(files_.rename(path, kept));
      out_.leftover.push_back(kept);
    }
    return files_.sync_folder(above_);
  }

  // The lock file is written first and carries the run's id: without it nothing, or nothing whole, was written.
  static bool is_unpublished(const Files& files, const std::string& id) {
    if (files.empty()) return true;
    const auto lock = files.find(kLockFile);
    return lock != files.end() && ((lock->second.empty() && files.size() == 1) ||
                                   lock->second.find("\"" + id + "\"") != std::string::npos);
  }

  Status prepare() {
    TRY(files_.create_folder(temporary_));
    HOLDFAST_FAILPOINT("schemas.fetch_began");
    TRY(write(std::string(kLockFile)));
    for (const auto& [name, bytes] : publication_.files) {
      if (name == kLockFile) continue;
      TRY(write(name));
      HOLDFAST_FAILPOINT("schemas.fetch_wrote_one");
    }
    TRY(files_.sync_folder(temporary_));
    TRY(verify());
    HOLDFAST_FAILPOINT("schemas.fetch_written");
    TRY(require_unchanged());
    HOLDFAST_FAILPOINT("schemas.fetch_before_exchange");
    return {};
  }

  Status write(const std::string& name) {
    const auto bytes = publication_.files.find(name);
    if (bytes == publication_.files.end())
      return Error(Code::internal, "pins are published without " + name);
    TRY_ASSIGN(const auto file, files_.create(temporary_ + '/' + name));
    TRY(file->write(bytes->second));
    TRY(file->sync());
    return file->close();
  }

  Status verify() const {
    TRY_ASSIGN(const auto written, read_flat_folder(temporary_));
    if (written == publication_.files) return {};
    return Error(Code::corrupt,
                 printable_path(temporary_) +
                     ": read again, the new pins are not what was written; the old ones stand",
                 "run the same command again; if it stays so, look at the disk");
  }

  Status require_unchanged() const {
    TRY_ASSIGN(const auto now, read_flat_folder(publication_.folder));
    if (now == publication_.expected) return {};
    return Error(
        Code::conflict,
        printable_path(publication_.folder) +
            " was changed by somebody else while its new pins were made; nothing was written",
        "look who else writes it, and run the same command again");
  }

  Status exchange() {
    TRY_ASSIGN(is_replacing_, files_.exists(publication_.folder));
    Status moved = is_replacing_ ? exchange_folders(temporary_, publication_.folder)
                                 : files_.rename(temporary_, publication_.folder);
    if (!moved) {
      drop_temporary();
      return moved;
    }
    HOLDFAST_FAILPOINT("schemas.fetch_exchanged");
    return files_.sync_folder(above_);
  }

  // The temporary name has what was there before.
  Status put_away() {
    if (!is_replacing_) return {};
    HOLDFAST_FAILPOINT("schemas.fetch_before_put_away");
    // Somebody may have written between the last look and the exchange, which took it out whole.
    const auto taken_out = read_flat_folder(temporary_);
    const bool is_known = taken_out && *taken_out == publication_.expected;
    if (publication_.backup == KeepBackup::no && is_known) {
      TRY(remove_flat_folder(temporary_));
    } else {
      TRY_ASSIGN(out_.backup, free_backup_name());
      TRY(files_.rename(temporary_, out_.backup));
    }
    return files_.sync_folder(above_);
  }

  Result<std::string> free_backup_name() const {
    constexpr int kMostTries = 1000;
    const std::string base = above_ + '/' + name_ + ".backup-" + time_name(publication_.now);
    for (int i = 1; i <= kMostTries; ++i) {
      std::string path = i == 1 ? base : base + '-' + std::to_string(i);
      TRY_ASSIGN(const bool taken, files_.exists(path));
      if (!taken) return path;
    }
    return Error(Code::conflict, printable_path(base) + " and a thousand more names are taken");
  }

  void drop_temporary() const {
    const Status removed = remove_flat_folder(temporary_);
    if (!removed && removed.error().code() != Code::not_found)
      drop(removed, "the next fetch takes it away");
  }

  const PinPublication& publication_;
  FileSystem& files_;
  std::string above_;
  std::string name_;
  std::string temporary_;
  bool is_replacing_ = false;
  Published out_;
};

Result<std::string> bytes_beneath(const RootFolder& root, const std::string& name) {
  auto bytes = read_beneath(root, name, kMostSchemaBytes);
  if (bytes) return std::move(bytes).value();
  return Error(Code::invalid,
               bytes.error().message() + ": it is no file that could be carried over",
               "pins have a folder of their own: name another one, or move this away");
}

}  // namespace

Status require_real_folder(const std::string& folder) {
  if (!is_link(folder)) return {};
  std::error_code ignored;
  const std::string target = std::filesystem::canonical(folder, ignored).string();
  return Error(Code::invalid,
               printable_path(folder) +
                   " is a symbolic link; exchanged for new pins it would be a link no more",
               "name the folder that it leads to" +
                   (target.empty() ? std::string() : ": " + printable_path(target)));
}

Result<Files> read_flat_folder(const std::string& folder) {
  FileSystem& files = real_file_system();
  Files out;
  TRY_ASSIGN(const bool there, files.exists(folder));
  if (!there) return out;
  TRY_ASSIGN(const auto root, RootFolder::open(folder));
  TRY_ASSIGN(const auto names, files.list(folder));
  if (names.size() > kMostPins)
    return Error(Code::invalid, printable_path(folder) + " has more than 100,000 entries");
  for (const std::string& name : names) {
    TRY_ASSIGN(out[name], bytes_beneath(root, name));
  }
  return out;
}

Result<std::vector<std::string>> put_leftovers_away(const std::string& folder, Timestamp now) {
  PinPublication nothing;
  nothing.folder = folder;
  nothing.now = now;
  return Publishing(nothing).put_leftovers_away();
}

Result<Published> publish_pins(const PinPublication& publication) {
  return Publishing(publication).run();
}

}  // namespace holdfast::schemas
