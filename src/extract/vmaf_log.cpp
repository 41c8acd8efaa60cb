// SPDX-License-Identifier: Apache-2.0
#include "extract/vmaf_log.h"

#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "core/json_scan.h"

namespace holdfast::extract {
namespace {

using core::JsonScan;
using core::JsonSpan;

// Values are printed with six digits behind the point, so two means over the same frames differ by less than this.
constexpr double kPrintedTwice = 2e-6;
constexpr double kOfLargeValues = 1e-9;
constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

Error bad(const std::string& what) {
  return {Code::invalid, "libvmaf's log: " + what};
}

/// Calls `member` with each name and value of an object; false where it is none.
template <class Member>
bool each_member(std::string_view json, Member member) {
  JsonScan scan(json, core::JsonNumbers::python);
  scan.skip_space();
  return scan.members([&](JsonSpan name, JsonSpan value) {
    return member(core::json_unescaped(name.of(json)), value.of(json));
  });
}

/// Calls `element` with each element of an array; false where it is none.
template <class Element>
bool each_element(std::string_view json, Element element) {
  JsonScan scan(json, core::JsonNumbers::python);
  scan.skip_space();
  if (!scan.take('[')) return false;
  scan.skip_space();
  if (scan.take(']')) return true;
  do {
    scan.skip_space();
    const std::size_t begin = scan.at();
    if (!scan.value() || !element(json.substr(begin, scan.at() - begin))) return false;
    scan.skip_space();
  } while (scan.take(','));
  return scan.take(']');
}

std::optional<double> number_of(std::string_view json) {
  if (json == "NaN") return std::nan("");
  double out = 0;
  const auto read = std::from_chars(json.data(), json.data() + json.size(), out);
  if (read.ec != std::errc() || read.ptr != json.data() + json.size()) return {};
  return out;
}

/// Where a feature's value is looked for: 2k for "f" of the k-th, 2k + 1 for "integer_f".
std::map<std::string, std::size_t, std::less<>> places_of(
    const std::vector<std::string>& features) {
  std::map<std::string, std::size_t, std::less<>> out;
  for (std::size_t k = 0; k < features.size(); ++k) {
    out.emplace(features[k], 2 * k);
    out.emplace("integer_" + features[k], 2 * k + 1);
  }
  return out;
}

class LogReading {
 public:
  explicit LogReading(const std::vector<std::string>& features)
      : features_(features),
        places_(places_of(features)),
        values_(features.size()),
        used_(features.size()) {}

  Result<VmafLog> run(std::string_view json) {
    std::string_view frames;
    std::string_view pooled;
    const bool is_object = each_member(json, [&](const std::string& name, std::string_view value) {
      if (name == "version" && value.starts_with('"')) out_.version = core::json_unescaped(value);
      if (name == "frames") frames = value;
      if (name == "pooled_metrics") pooled = value;
      return true;
    });
    if (!is_object || frames.empty()) return bad("no object with \"frames\"");
    const bool all = each_element(frames, [this](std::string_view frame) { return take(frame); });
    if (problem_) return *problem_;
    if (!all) return bad("\"frames\" is no list");
    for (const std::vector<double>& values : values_)
      out_.features.push_back(summary_of(values));
    if (!pooled.empty()) TRY(compare(pooled));
    return std::move(out_);
  }

 private:
  bool refuse(const std::string& what) {
    problem_ = bad("frame " + std::to_string(out_.frame_count) + ": " + what);
    return false;
  }

  bool take(std::string_view frame) {
    std::string_view number;
    std::string_view metrics;
    const bool is_object = each_member(frame, [&](const std::string& name, std::string_view value) {
      if (name == "frameNum") number = value;
      if (name == "metrics") metrics = value;
      return true;
    });
    if (!is_object || number != std::to_string(out_.frame_count))
      return refuse("it is numbered " + (number.empty() ? "nothing" : std::string(number)));
    return take_metrics(metrics);
  }

  bool take_metrics(std::string_view metrics) {
    std::vector<std::string_view> found(2 * features_.size());
    const bool is_object =
        each_member(metrics, [&](const std::string& name, std::string_view value) {
          const auto place = places_.find(name);
          if (place != places_.end()) found[place->second] = value;
          return true;
        });
    if (!is_object) return refuse("no \"metrics\"");
    for (std::size_t k = 0; k < features_.size(); ++k) {
      const std::size_t place = !found[2 * k].empty()       ? 2 * k
                                : !found[2 * k + 1].empty() ? 2 * k + 1
                                                            : kNowhere;
      if (place == kNowhere) return refuse("no \"" + features_[k] + '"');
      if (out_.frame_count > 0 && place != used_[k])
        return refuse('"' + features_[k] + "\" stands under another name than before");
      used_[k] = place;
      const std::string_view text = found[place];
      if (text == "null") continue;
      const auto value = number_of(text);
      if (!value) return refuse('"' + features_[k] + "\" is no number");
      if (!std::isnan(*value)) values_[k].push_back(*value);
    }
    ++out_.frame_count;
    return true;
  }

  // In two steps, so that nothing is lost where the mean is large and the values lie close together.
  static FeatureSummary summary_of(const std::vector<double>& values) {
    if (values.empty()) return {};
    const auto count = static_cast<long double>(values.size());
    long double sum = 0;
    for (const double value : values)
      sum += value;
    const long double mean = sum / count;
    long double squares = 0;
    for (const double value : values)
      squares += (value - mean) * (value - mean);
    return {.mean = static_cast<double>(mean),
            .standard_deviation = static_cast<double>(std::sqrt(squares / count))};
  }

  Status compare(std::string_view pooled) {
    std::optional<Error> differs;
    const bool is_object = each_member(pooled, [&](const std::string& name, std::string_view json) {
      const auto place = places_.find(name);
      if (place == places_.end() || used_[place->second / 2] != place->second) return true;
      const FeatureSummary& summary = out_.features[place->second / 2];
      each_member(json, [&](const std::string& which, std::string_view value) {
        const auto mean = which == "mean" ? number_of(value) : std::nullopt;
        if (mean && summary.mean && !agrees(*mean, *summary.mean))
          differs = bad('"' + name + "\" has a pooled mean of " + std::string(value) +
                        ", which is not that of its frames");
        return true;
      });
      return true;
    });
    if (differs) return *differs;
    return is_object ? Status() : Status(bad("\"pooled_metrics\" is no object"));
  }

  static bool agrees(double pooled, double mean) {
    return !(std::abs(pooled - mean) > kPrintedTwice + kOfLargeValues * std::abs(mean));
  }

  const std::vector<std::string>& features_;
  const std::map<std::string, std::size_t, std::less<>> places_;
  std::vector<std::vector<double>> values_;
  std::vector<std::size_t> used_;  // the place of each feature in every frame
  std::optional<Error> problem_;
  VmafLog out_;
};

}  // namespace

Result<VmafLog> read_vmaf_log(std::string_view json, const std::vector<std::string>& features) {
  return LogReading(features).run(json);
}

}  // namespace holdfast::extract
