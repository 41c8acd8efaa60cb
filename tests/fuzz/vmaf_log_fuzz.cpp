// SPDX-License-Identifier: Apache-2.0
// What ffmpeg hands us (libvmaf's log, its lines, its messages) never brings us down, and a log that is taken has a mean within its frames.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "extract/ffmpeg_scoring.h"
#include "extract/vmaf_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size_bytes);
  const auto log = holdfast::extract::read_vmaf_log(text, {"vmaf", "adm2"});
  if (log) {
    for (const auto& feature : log->features) {
      if (feature.mean.has_value() != feature.standard_deviation.has_value()) std::abort();
      if (feature.mean && log->frame_count == 0) std::abort();
    }
  }
  holdfast::extract::FrameCounts counts;
  holdfast::extract::count_line(counts, text);
  const auto lines = holdfast::extract::complaints(text, {"co located"});
  for (const auto& line : lines) {
    if (line.empty() || line.find('\n') != std::string::npos) std::abort();
  }
  return holdfast::extract::file_of(lines, true).empty() ? 1 : 0;
}
