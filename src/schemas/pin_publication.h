// SPDX-License-Identifier: Apache-2.0
// A folder of pins replaced whole: at any moment, and after any kill or power cut, it is the old one or the new one, never a mixture.
//
// 1. Hold the folder's lock: ".NAME.schemas-lock" beside it; one at a time.
// 2. Write all files into ".NAME.fetch-ID" beside it, the lock file first; sync each, and the folder.
// 3. Read every file again and compare.
// 4. See that nobody touched the folder meanwhile.
// 5. Exchange the two names (or give the new one its name, where there was no folder); sync the folder above.
// 6. What was there becomes "NAME.backup-TIME", or is removed.
// A killed run leaves ".NAME.fetch-ID" behind. The next one looks whether it is what was to come (its lock file has the ID) and removes it,
// or what was there before, and keeps that as a backup.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace holdfast::schemas {

enum class KeepBackup : unsigned char { no, yes };

struct PinPublication {
  std::string folder;  // of the pins; may not be there
  std::string id;      // of the run: letters and digits
  std::map<std::string, std::string, std::less<>>
      files;  // name and bytes, the lock file among them
  std::map<std::string, std::string, std::less<>>
      expected;  // what was there when the new files were made; empty: no folder
  KeepBackup backup = KeepBackup::no;
  Timestamp now;
};

struct Published {
  std::string backup;  // the folder that has what was there; empty where none was kept
  std::vector<std::string> leftover;  // backups of runs that were killed
};

/// `invalid` where the folder's name is a symbolic link: a folder that is exchanged must be there itself. What is not there is no link.
Status require_real_folder(const std::string& folder);

/// Every file of a flat folder with its bytes; empty where there is no folder. `invalid` names what it does not take: a folder or a link in
/// it, a file beyond 16 MiB, more than kMostPins entries.
Result<std::map<std::string, std::string, std::less<>>> read_flat_folder(const std::string& folder);

/// Puts away what killed runs left beside the folder; the backups that came of it. Cheap where they left nothing. `conflict`, `io`.
Result<std::vector<std::string>> put_leftovers_away(const std::string& folder, Timestamp now);

/// Durable on return. `conflict` where another run holds the folder or somebody changed it; `io`, `unsupported`: what was there stands.
Result<Published> publish_pins(const PinPublication& publication);

}  // namespace holdfast::schemas
