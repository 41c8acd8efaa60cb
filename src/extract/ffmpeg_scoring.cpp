// SPDX-License-Identifier: Apache-2.0
#include "extract/ffmpeg_scoring.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <tuple>
#include <utility>

#include "extract/vmaf_features.h"

namespace holdfast::extract {
namespace {

/// A value of a filter's option inside a graph: escaped for the option, then for the graph (ffmpeg-filters, "Notes on filtergraph escaping").
std::string escaped(std::string_view value) {
  const auto escape = [](std::string_view text, std::string_view marks) {
    std::string out;
    for (const char c : text) {
      if (marks.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    return out;
  };
  return escape(escape(value, "\\':"), "\\'[],;");
}

std::string filter_of(const VideoQualityConfig& config, const std::string& log) {
  std::string out = "libvmaf=log_fmt=json:log_path=" + escaped(log) +
                    ":model=" + escaped(config.model) +
                    ":n_threads=" + std::to_string(config.threads > 1 ? config.threads : 0);
  const std::string features = vmaf_feature_option(config.features);
  if (!features.empty()) out += ":feature=" + escaped(features);
  return out;
}

constexpr const char* kNumbered = "settb=1/1,setpts=N";

std::string graph_of(const VideoQualityConfig& config, const ScoringFiles& files) {
  const std::string numbered = kNumbered;
  std::string out = "[0:V:0]split[first][clip];[first]trim=end_frame=1[head];[clip]" + numbered;
  if (files.reference) {
    out += ",split[scored][counted];[1:V:0]" + numbered + ",split[against][counted2];";
  } else {
    out += ",split=3[scored][against][counted];";
  }
  return out + "[scored][against]" + filter_of(config, files.log) + "[end]";
}

void add(std::vector<std::string>& out, std::initializer_list<std::string> words) {
  out.insert(out.end(), words);
}

std::vector<std::string> first_words(const VideoQualityConfig& config) {
  return {config.ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-xerror"};
}

void add_outputs(std::vector<std::string>& out) {
  add(out, {"-c:v", "wrapped_avframe", "-fps_mode", "passthrough", "-f", "framecrc", "pipe:1"});
  add(out, {"-map", "[end]", "-fps_mode", "passthrough", "-f", "null", "-"});
}

/// "0: 1001/30000" behind "#tb ", of the stream that is asked for.
std::optional<std::string_view> header_of(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return {};
  return line.substr(name.size());
}

/// Two whole numbers with a mark between them.
std::optional<std::pair<std::int64_t, std::int64_t>> pair_of(std::string_view text, char mark) {
  std::int64_t first = 0;
  std::int64_t second = 0;
  const char* end = text.data() + text.size();
  const auto one = std::from_chars(text.data(), end, first);
  if (one.ec != std::errc() || one.ptr == end || *one.ptr != mark) return {};
  const auto two = std::from_chars(one.ptr + 1, end, second);
  if (two.ec != std::errc() || two.ptr != end) return {};
  return std::pair(first, second);
}

/// "[h264 @ 0x55c4e3cd3d00] moov" without the address: "[h264] moov".
std::string without_addresses(std::string line) {
  for (std::size_t at = 0; (at = line.find(" @ 0x", at)) != std::string::npos;) {
    const std::size_t end = line.find_first_not_of("0123456789abcdef", at + 5);
    line.erase(at, end == std::string::npos ? end : end - at);
  }
  return line;
}

}  // namespace

std::vector<std::string> scoring_command(const VideoQualityConfig& config,
                                         const ScoringFiles& files) {
  std::vector<std::string> out = first_words(config);
  const std::string threads = std::to_string(config.threads);
  // Only files: a clip that is a playlist must not make us fetch what it names.
  add(out, {"-protocol_whitelist", "file", "-threads", threads, "-i", "file:" + files.clip});
  if (files.reference)
    add(out,
        {"-protocol_whitelist", "file", "-threads", threads, "-i", "file:" + *files.reference});
  add(out, {"-filter_complex", graph_of(config, files), "-map", "[head]", "-map", "[counted]"});
  if (files.reference) add(out, {"-map", "[counted2]"});
  add_outputs(out);
  return out;
}

std::vector<std::string> trial_command(const VideoQualityConfig& config, const std::string& log) {
  std::vector<std::string> out = first_words(config);
  add(out, {"-filter_complex",
            std::string("testsrc2=size=960x540:rate=25,trim=end_frame=1,format=yuv420p,") +
                kNumbered + ",split=3[counted][scored][against];[scored][against]" +
                filter_of(config, log) + "[end]",
            "-map", "[counted]"});
  add_outputs(out);
  return out;
}

void count_line(FrameCounts& counts, std::string_view line) {
  if (line.starts_with("1,")) {
    ++counts.clip;
  } else if (line.starts_with("2,")) {
    ++counts.reference;
  } else if (const auto size = header_of(line, "#dimensions 0: ")) {
    const auto both = pair_of(*size, 'x');
    if (both) std::tie(counts.width, counts.height) = *both;
  } else if (const auto base = header_of(line, "#tb 0: ")) {
    const auto both = pair_of(*base, '/');
    if (both && both->first > 0)
      counts.fps = static_cast<double>(both->second) / static_cast<double>(both->first);
  }
}

std::vector<std::string> complaints(std::string_view error_text,
                                    const std::vector<std::string>& harmless) {
  std::vector<std::string> out;
  while (!error_text.empty()) {
    const std::size_t feed = std::min(error_text.find('\n'), error_text.size());
    const std::string line = without_addresses(std::string(error_text.substr(0, feed)));
    error_text.remove_prefix(std::min(feed + 1, error_text.size()));
    const bool is_known = line.find_first_not_of(' ') == std::string::npos ||
                          line.find("Last message repeated ") != std::string::npos ||
                          std::ranges::any_of(harmless, [&](const std::string& part) {
                            return line.find(part) != std::string::npos;
                          });
    if (!is_known) out.push_back(line);
  }
  return out;
}

std::string_view file_of(const std::vector<std::string>& lines, bool has_reference) {
  if (!has_reference) return "the clip";
  for (const std::string& line : lines) {
    if (line.starts_with("[in#0") || line.starts_with("[vist#0")) return "the clip";
    if (line.starts_with("[in#1") || line.starts_with("[vist#1")) return "the reference";
  }
  return "the clip or its reference";
}

}  // namespace holdfast::extract
