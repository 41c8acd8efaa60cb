// SPDX-License-Identifier: Apache-2.0
#include "extract/shards.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/lock_file.h"
#include "base/root_folder.h"
#include "extract/output_session.h"

namespace holdfast::extract {
namespace {

struct Named {
  core::Shard shard;
  std::string_view suffix;
};

// "k150k.shard-3-of-8.done" → 3/8 and ".done", where the output is "k150k.parquet".
std::optional<Named> shard_in_name(std::string_view name, const std::filesystem::path& out) {
  const std::string begin = out.stem().string() + ".shard-";
  constexpr std::string_view kOf = "-of-";
  if (!name.starts_with(begin)) return {};
  name.remove_prefix(begin.size());
  const std::size_t of = name.find(kOf);
  const std::size_t dot = name.find('.');
  if (of == std::string_view::npos || dot == std::string_view::npos || dot < of) return {};
  const std::string_view count = name.substr(of + kOf.size(), dot - of - kOf.size());
  const auto shard = core::Shard::parse(std::string(name.substr(0, of)) + '/' + std::string(count));
  if (!shard) return {};
  return Named{*shard, name.substr(dot)};
}

Result<std::vector<core::Shard>> named_beside(const ExtractionConfig& whole, FileSystem& files,
                                              std::span<const std::string> suffixes) {
  std::vector<core::Shard> out;
  const auto names = files.list(folder_of(whole.out));
  if (!names && names.error().code() == Code::not_found) return out;
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const auto found = shard_in_name(name, whole.out);
    if (!found || std::ranges::find(suffixes, found->suffix) == suffixes.end()) continue;
    if (std::ranges::find(out, found->shard) == out.end()) out.push_back(found->shard);
  }
  std::ranges::sort(out, {},
                    [](const core::Shard& shard) { return std::pair(shard.count, shard.index); });
  return out;
}

Status require_not_held(const ExtractionConfig& config) {
  TRY_ASSIGN(const auto path, lock_path(config));
  TRY_ASSIGN(const auto holder, LockFile::holder(path));
  if (!holder) return {};
  return Error(Code::conflict, printable_path(config.out) + " is being written by " + *holder,
               "wait until it has finished, or stop it");
}

}  // namespace

ExtractionConfig shard_files(const ExtractionConfig& whole, const core::Shard& shard) {
  ExtractionConfig config = whole.for_shard(shard);
  config.shard.reset();
  config.items.reset();
  config.items_file.reset();
  return config;
}

ExtractionConfig whole_of(const ExtractionConfig& shard) {
  ExtractionConfig config = shard;
  config.shard.reset();
  config.items.reset();
  config.items_file.reset();
  config.out = shard.main_out;
  return config;
}

Result<std::vector<core::Shard>> shards_beside(const ExtractionConfig& whole, FileSystem& files) {
  const std::array<std::string, 3> suffixes = {
      std::filesystem::path(whole.for_shard({}).out).extension().string(), ".done", ".rows.jsonl"};
  return named_beside(whole, files, suffixes);
}

Result<std::vector<std::string>> files_kept_beside(const ExtractionConfig& whole,
                                                   FileSystem& files) {
  const std::string folder = folder_of(whole.out);
  const std::array<std::string, 2> put_aside = {name_of(whole.ledger()) + '.',
                                                name_of(whole.staging()) + '.'};
  std::vector<std::string> out;
  const auto names = files.list(folder);
  if (!names && names.error().code() == Code::not_found) return out;
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const auto begins = [&](const std::string& begin) { return name.starts_with(begin); };
    if (shard_in_name(name, whole.out) || std::ranges::any_of(put_aside, begins))
      out.push_back(folder + '/' + name);
  }
  return out;
}

Status require_nobody_beside(const ExtractionConfig& config, FileSystem& files) {
  if (config.shard) return require_not_held(whole_of(config));
  const std::array<std::string, 1> locks = {".extract-lock"};
  TRY_ASSIGN(const auto shards, named_beside(config, files, locks));
  for (const core::Shard& shard : shards)
    TRY(require_not_held(shard_files(config, shard)));
  return {};
}

}  // namespace holdfast::extract
