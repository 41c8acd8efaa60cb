// SPDX-License-Identifier: Apache-2.0
#include "extract/video_quality.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/child_process.h"
#include "base/handed_file.h"
#include "base/root_folder.h"
#include "extract/ffmpeg_scoring.h"
#include "extract/file_sha256.h"
#include "extract/vmaf_log.h"

namespace holdfast::extract {
namespace {

constexpr std::uint64_t kMaxLogBytes = 1U << 30U;    // of a clip: more than a million frames
constexpr std::size_t kMaxMessageBytes = 1U << 20U;  // a clip with more is refused
constexpr std::size_t kShownBytes = 300;
constexpr const char* kWayOut =
    "name one that has libvmaf: ffmpeg = \"/path/to/ffmpeg\" in this extraction's section; "
    "scripts/setup.sh of Holdfast's sources puts one into .deps/ffmpeg/bin";

std::string shown(std::string_view text) {
  std::string out = printable_path(text.substr(0, kShownBytes));
  if (text.size() > kShownBytes) out += "…";
  return out;
}

std::string first_of(const std::vector<std::string>& lines) {
  return lines.empty() ? "" : ": " + shown(lines.front());
}

struct ProgramEnd {
  std::optional<ChildEnd>
      end;              // none: it was killed after the timeout, or could not be spoken with
  std::string trouble;  // why, where there is no end
  std::string error_text;
  bool error_whole = true;  // whether that is all it said
};

/// Runs a program to its end and hands out each line it prints. Errors: it could not be started; `cancelled`.
Result<ProgramEnd> run_program(const ExtractorConfig& config, const std::vector<std::string>& argv,
                               const std::function<void(std::string_view)>& take,
                               const Cancel* cancel) {
  const auto deadline = std::chrono::steady_clock::now() + config.timeout;
  TRY_ASSIGN(auto child, ChildProcess::start(argv, {.folder = config.folder,
                                                    .memory_bytes = config.memory_bytes,
                                                    .error_tail_bytes = kMaxMessageBytes}));
  child.close_input();
  for (;;) {
    auto line = child.read_line(deadline - std::chrono::steady_clock::now(), cancel);
    if (!line && line.error().code() == Code::cancelled) return std::move(line).error();
    if (!line) {
      const bool late = line.error().code() == Code::io;
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(config.timeout);
      child.kill();
      return ProgramEnd{
          .end = {},
          .trouble = late ? "ffmpeg was killed after " + std::to_string(seconds.count()) + " s"
                          : line.error().message(),
          .error_text = child.error_tail(),
          .error_whole = child.error_whole()};
    }
    if (!*line) break;
    take(**line);
  }
  const ChildEnd end = child.wait(deadline - std::chrono::steady_clock::now());
  return ProgramEnd{.end = end,
                    .trouble = {},
                    .error_text = child.error_tail(),
                    .error_whole = child.error_whole()};
}

std::string frames_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " frame" : " frames");
}

// Not with "?:": GCC 12 takes the empty side for text that is used uninitialized (-O2).
Value value_of(const std::optional<double>& number) {
  Value out;
  if (number) out = *number;
  return out;
}

class VideoQualityExtractor final : public Extractor {
 public:
  explicit VideoQualityExtractor(const ExtractorConfig& config)
      : config_(config), video_(*config.video) {}

  Result<Row> extract(const Item& item, const Cancel* cancel) override {
    if (item.path.empty())
      return Error(Code::invalid,
                   "the item is no file here: video-quality needs 'items' as a pattern");
    auto clip = HandedFile::open(item.path);
    if (!clip) return std::move(clip).error().with("the clip");
    std::optional<HandedFile> reference;
    if (!video_.reference.empty()) {
      auto opened = open_reference(item.key);
      if (!opened) return std::move(opened).error().with("the reference");
      reference.emplace(std::move(*opened));
    }
    TRY_ASSIGN(const auto log, HandedFile::in_memory());
    const ScoringFiles files{
        .clip = clip->name(),
        .reference = reference ? std::optional(reference->name()) : std::nullopt,
        .log = log.name()};
    FrameCounts counts;
    TRY_ASSIGN(const ProgramEnd ended,
               run_program(
                   config_, scoring_command(video_, files),
                   [&counts](std::string_view line) { count_line(counts, line); }, cancel));
    TRY(require_whole(ended, files, counts));
    return row_of(item, log, counts);
  }

 private:
  Result<HandedFile> open_reference(const std::string& key) const {
    namespace fs = std::filesystem;
    const fs::path asked(reference_of(video_, key));
    return HandedFile::open(
        (asked.is_absolute() ? asked : fs::path(config_.folder) / asked).string());
  }

  Status require_whole(const ProgramEnd& ended, const ScoringFiles& files,
                       const FrameCounts& counts) const {
    std::vector<std::string> lines = complaints(ended.error_text, video_.harmless);
    const std::string which(file_of(lines, files.reference.has_value()));
    for (std::string& line : lines) {
      replace(line, files.clip, "the clip");
      if (files.reference) replace(line, *files.reference, "the reference");
    }
    if (!ended.end) return Error(Code::invalid, ended.trouble + first_of(lines));
    if (!ended.end->ok()) return refusal(*ended.end, which, lines);
    if (!ended.error_whole)
      return Error(Code::invalid,
                   "ffmpeg wrote more messages than can be looked at" + first_of(lines));
    if (!lines.empty())
      return Error(Code::invalid, "ffmpeg complained of " + which + first_of(lines) +
                                      " (where that is known to be harmless: harmless = […])");
    if (counts.clip == 0) return Error(Code::invalid, "the clip has no frames");
    if (files.reference && counts.reference != counts.clip)
      return Error(Code::invalid, "the clip has " + frames_text(counts.clip) + ", its reference " +
                                      std::to_string(counts.reference));
    return {};
  }

  static Error refusal(const ChildEnd& end, const std::string& which,
                       const std::vector<std::string>& lines) {
    const auto says = [&](const char* text) {
      return !lines.empty() && lines.front().find(text) != std::string::npos;
    };
    if (says("must match"))
      return {Code::invalid, "the clip and its reference differ in size" + first_of(lines)};
    if (says("[Parsed_libvmaf")) return {Code::invalid, "libvmaf can't score it" + first_of(lines)};
    if (says("matches no streams")) return {Code::invalid, which + " has no video"};
    if (end.signal != 0)
      return {Code::invalid, "ffmpeg ended with " + end.text() + first_of(lines)};
    return {Code::invalid,
            which + " can't be decoded whole (ffmpeg: " + end.text() + ')' + first_of(lines)};
  }

  Result<Row> row_of(const Item& item, const HandedFile& log, const FrameCounts& counts) const {
    TRY_ASSIGN(const std::string text, log.read(kMaxLogBytes));
    if (text.empty())
      return Error(Code::invalid, "libvmaf wrote no log to " + log.name() +
                                      ": ffmpeg must run in this machine's /proc");
    TRY_ASSIGN(const VmafLog scored, read_vmaf_log(text, video_.features));
    if (scored.frame_count != counts.clip)
      return Error(Code::invalid, "libvmaf scored " + std::to_string(scored.frame_count) + " of " +
                                      frames_text(counts.clip));
    Row row{item.key,
            {Value(counts.width), Value(counts.height), value_of(counts.fps),
             Value(static_cast<std::int64_t>(counts.clip))}};
    for (const FeatureSummary& feature : scored.features) {
      row.values.push_back(value_of(feature.mean));
      row.values.push_back(value_of(feature.standard_deviation));
    }
    return row;
  }

  static void replace(std::string& line, const std::string& what, const char* with) {
    for (std::size_t at = 0; (at = line.find(what, at)) != std::string::npos;)
      line.replace(at, what.size(), with);
  }

  const ExtractorConfig& config_;
  const VideoQualityConfig& video_;
};

// --- what makes the numbers

Result<std::string> version_line(const ExtractorConfig& config, const Cancel* cancel) {
  std::string first;
  const auto take = [&first](std::string_view line) {
    if (first.empty()) first = line;
  };
  auto ended = run_program(config, {config.video->ffmpeg, "-version"}, take, cancel);
  if (!ended) {
    if (ended.error().code() == Code::cancelled) return std::move(ended).error();
    return Error(ended.error().code(), "video-quality: " + ended.error().message(), kWayOut);
  }
  if (!ended->end || !ended->end->ok() || first.empty())
    return Error(
        Code::invalid,
        "video-quality: \"" + printable_path(config.video->ffmpeg) +
            " -version\" prints no version: " + (ended->end ? ended->end->text() : ended->trouble),
        kWayOut);
  const std::size_t copyright = first.find(" Copyright");
  return shown(std::string_view(first).substr(0, copyright));
}

/// Scores one picture; libvmaf's version, out of its log.
Result<std::string> libvmaf_version(const ExtractorConfig& config, const Cancel* cancel) {
  const VideoQualityConfig& video = *config.video;
  TRY_ASSIGN(const auto log, HandedFile::in_memory());
  TRY_ASSIGN(
      const ProgramEnd ended,
      run_program(config, trial_command(video, log.name()), [](std::string_view) {}, cancel));
  if (!ended.end || !ended.end->ok()) {
    const auto lines = complaints(ended.error_text, {});
    return Error(Code::unsupported,
                 "video-quality: " + printable_path(video.ffmpeg) +
                     " can't score a picture with model \"" + shown(video.model) + "\" (" +
                     (ended.end ? ended.end->text() : ended.trouble) + ')' + first_of(lines),
                 kWayOut);
  }
  TRY_ASSIGN(const std::string text, log.read(kMaxLogBytes));
  if (text.empty())
    return Error(Code::unsupported,
                 "video-quality: " + printable_path(video.ffmpeg) + " wrote no log to " +
                     log.name() + first_of(complaints(ended.error_text, {})),
                 "use an ffmpeg that runs outside of containers, where it sees our /proc");
  auto scored = read_vmaf_log(text, video.features);
  if (!scored)
    return std::move(scored)
        .error()
        .with("video-quality")
        .hinted("leave out of 'features' what this libvmaf or model does not have");
  return scored->version;
}

/// The file of "path=models/mine.json:name=x"; none for a model that libvmaf brings.
std::optional<std::string> model_file(const ExtractorConfig& config) {
  const std::string& model = config.video->model;
  if (!model.starts_with("path=")) return {};
  const std::filesystem::path asked(model.substr(5, model.find(':') - 5));
  return (asked.is_absolute() ? asked : std::filesystem::path(config.folder) / asked).string();
}

}  // namespace

std::unique_ptr<Extractor> make_video_quality_extractor(const ExtractorConfig& config) {
  return std::make_unique<VideoQualityExtractor>(config);
}

Result<std::string> identify_video_tool(const ExtractorConfig& config, const Cancel* cancel) {
  TRY_ASSIGN(const std::string version, version_line(config, cancel));
  TRY_ASSIGN(const std::string program, find_program(config.video->ffmpeg, config.folder));
  TRY_ASSIGN(const std::string program_sha256, file_sha256(program, cancel));
  TRY_ASSIGN(const std::string libvmaf, libvmaf_version(config, cancel));
  std::string out = version + " (sha256 " + program_sha256 + "), libvmaf " + shown(libvmaf) +
                    ", model " + shown(config.video->model);
  if (const auto file = model_file(config)) {
    TRY_ASSIGN(const std::string model_sha256, file_sha256(*file, cancel));
    out += " (sha256 " + model_sha256 + ')';
  }
  return out;
}

}  // namespace holdfast::extract
