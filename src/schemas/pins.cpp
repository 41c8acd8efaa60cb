// SPDX-License-Identifier: Apache-2.0
#include "schemas/pins.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/nearest.h"
#include "base/readable_file.h"
#include "base/root_folder.h"
#include "base/utf8.h"

namespace holdfast::schemas {
namespace {

constexpr std::string_view kJson = ".json";
constexpr std::string_view kSchema = ".schema";
constexpr std::size_t kNamedPins = 10;  // in a hint

/// The bytes of a file beneath the folder, or why they are not to be had.
Looked<std::string> bytes_of(const RootFolder& root, const std::string& file) {
  auto bytes = read_beneath(root, file, kMostSchemaBytes);
  if (bytes) return std::move(bytes).value();
  const bool is_too_large = bytes.error().code() == Code::invalid;
  return Problem{is_too_large ? ProblemKind::too_large : ProblemKind::unreadable,
                 bytes.error().message()};
}

bool is_pin_file(std::string_view name) {
  return name.ends_with(kJson) && !name.starts_with('.') && name != kMetadataFile &&
         name != kLockFile;
}

void read_lock(const RootFolder& root, PinFolder& out) {
  auto bytes = bytes_of(root, std::string(kLockFile));
  if (!bytes) {
    out.lock_problem = bytes.problem();
    return;
  }
  auto lock = parse_pin_lock(*bytes);
  if (lock) {
    out.lock = std::move(lock).value();
  } else {
    out.lock_problem =
        Problem{ProblemKind::not_json, printable_path(out.path) + '/' + std::string(kLockFile) +
                                           ": " + lock.error().message()};
  }
}

// No catalog can hold the name, so this pin goes by another one that people can read, and only it is not compared.
Pin pin_without_name(const std::string& folder, const std::string& file,
                     std::set<std::string>& taken) {
  std::string name = printable_path(schema_name_of(file));
  while (!taken.insert(name).second)
    name += '%';
  return {std::move(name),
          file,
          {},
          Problem{ProblemKind::not_utf8,
                  "the name of " + printable_path(folder + '/' + file) + " is no UTF-8: rename it"},
          {},
          {}};
}

}  // namespace

const Pin* PinFolder::find(std::string_view name) const {
  const auto found = std::ranges::find(pins, name, &Pin::name);
  return found == pins.end() ? nullptr : &*found;
}

std::string PinFolder::version_of(const Pin& pin) const {
  const LockedPin* locked = lock ? lock->find(pin.name) : nullptr;
  if (locked != nullptr && !locked->version.empty()) return locked->version;
  return pin.text.stamps.core_version.value_or("");
}

bool PinFolder::was_edited(const Pin& pin) const {
  const LockedPin* locked = lock ? lock->find(pin.name) : nullptr;
  if (locked == nullptr) return false;
  return pin.problem || pin.hashes.raw_sha256 != locked->raw_sha256;
}

std::string schema_name_of(std::string_view file) {
  if (file.ends_with(kJson)) file.remove_suffix(kJson.size());
  if (file.ends_with(kSchema) && file.size() > kSchema.size()) file.remove_suffix(kSchema.size());
  return std::string(file);
}

Pin pin_of(std::string name, std::string file, std::string bytes, const std::string& where) {
  Pin pin;
  pin.name = std::move(name);
  pin.file = std::move(file);
  pin.bytes = std::move(bytes);
  auto text = read_schema_text(pin.bytes);
  if (!text) {
    pin.problem = text.problem();
    pin.problem->detail.insert(0, where + ' ');
    return pin;
  }
  pin.text = std::move(*text);
  pin.hashes = hashes_of(pin.bytes, pin.text);
  return pin;
}

Status require_pinned(const std::string& folder, const std::string& name) {
  const auto pins = read_pins(folder);
  if (!pins) return {};
  std::vector<std::string> known;
  for (const Pin& pin : pins->pins)
    known.push_back(pin.name);
  if (pins->lock)
    for (const auto& [locked, pin] : pins->lock->pins)
      known.push_back(locked);
  if (std::ranges::find(known, name) != known.end()) return {};
  std::ranges::sort(known);  // the lock names most of them a second time
  known.erase(std::ranges::unique(known).begin(), known.end());
  std::string hint;
  for (std::size_t i = 0; i < std::min(kNamedPins, known.size()); ++i)
    hint += (i == 0 ? "there are: " : ", ") + printable_path(known[i]);
  if (known.size() > kNamedPins) hint += ", …";
  return Error(
      Code::not_found,
      printable_path(folder) + " has no pin " + printable_path(name) + did_you_mean(name, known),
      hint);
}

Looked<PinFolder> read_pins(const std::string& folder) {
  const std::string shown = printable_path(folder);
  const auto root = RootFolder::open(folder);
  if (!root) {
    const bool is_absent = root.error().code() == Code::not_found;
    return Problem{is_absent ? ProblemKind::no_folder : ProblemKind::unreadable,
                   is_absent ? "there is no folder " + shown + ", so nothing is pinned"
                             : root.error().message()};
  }
  const auto names = real_file_system().list(folder);
  if (!names) return Problem{ProblemKind::unreadable, names.error().message()};
  PinFolder out;
  out.path = folder;
  std::set<std::string> taken;
  for (const std::string& file : *names) {
    if (!is_pin_file(file)) {
      if (file == kLockFile) read_lock(*root, out);
      if (file != kLockFile && file != kMetadataFile) out.other_entries.push_back(file);
      continue;
    }
    if (out.pins.size() == kMostPins)
      return Problem{ProblemKind::too_large, shown + " has more than 100,000 pins"};
    if (find_malformed_utf8(file) != std::string::npos) {
      out.pins.push_back(pin_without_name(folder, file, taken));
      continue;
    }
    std::string name = schema_name_of(file);
    if (!taken.insert(name).second) name = file.substr(0, file.size() - kJson.size());
    auto bytes = bytes_of(*root, file);
    if (bytes) {
      out.pins.push_back(
          pin_of(std::move(name), file, std::move(*bytes), printable_path(folder + '/' + file)));
    } else {
      out.pins.push_back({std::move(name), file, {}, bytes.problem(), {}, {}});
    }
  }
  std::ranges::sort(out.pins, {}, &Pin::name);
  if (out.pins.empty())
    return Problem{ProblemKind::no_pins, shown + " has no pinned schema (NAME.json)"};
  return out;
}

}  // namespace holdfast::schemas
