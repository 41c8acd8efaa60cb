// SPDX-License-Identifier: Apache-2.0
#include "extract/vmaf_features.h"

#include <algorithm>
#include <array>

namespace holdfast::extract {
namespace {

constexpr std::array kFeatures = {VmafFeature{"adm2", "adm", ""},
                                  VmafFeature{"adm_scale0", "adm", ""},
                                  VmafFeature{"adm_scale1", "adm", ""},
                                  VmafFeature{"adm_scale2", "adm", ""},
                                  VmafFeature{"adm_scale3", "adm", ""},
                                  VmafFeature{"vif_scale0", "vif", ""},
                                  VmafFeature{"vif_scale1", "vif", ""},
                                  VmafFeature{"vif_scale2", "vif", ""},
                                  VmafFeature{"vif_scale3", "vif", ""},
                                  VmafFeature{"motion", "", ""},
                                  VmafFeature{"motion2", "", ""},
                                  VmafFeature{"motion3", "", ""},
                                  VmafFeature{"psnr_y", "psnr", "psnr"},
                                  VmafFeature{"psnr_cb", "psnr", "psnr"},
                                  VmafFeature{"psnr_cr", "psnr", "psnr"},
                                  VmafFeature{"float_ssim", "", "float_ssim"},
                                  VmafFeature{"float_ms_ssim", "", "float_ms_ssim"},
                                  VmafFeature{"cambi", "", "cambi"},
                                  VmafFeature{"ciede2000", "", "ciede"},
                                  VmafFeature{"psnr_hvs", "", "psnr_hvs"},
                                  VmafFeature{"vmaf", "", ""},
                                  VmafFeature{"adm3", "", ""}};

}  // namespace

std::span<const VmafFeature> vmaf_features() {
  return kFeatures;
}

Result<std::vector<std::string>> choose_vmaf_features(const std::vector<std::string>& words) {
  const auto means = [](const VmafFeature& feature, std::string_view word) {
    return !word.empty() && (feature.name == word || feature.family == word);
  };
  for (const std::string& word : words) {
    if (std::ranges::any_of(kFeatures, [&](const auto& each) { return means(each, word); }))
      continue;
    std::string known = "adm, vif, psnr";
    for (const VmafFeature& each : kFeatures)
      known += ", " + std::string(each.name);
    return Error(Code::invalid, "\"" + word + "\" is no feature: " + known);
  }
  std::vector<std::string> out;
  for (const VmafFeature& each : kFeatures) {
    if (std::ranges::any_of(words, [&](const auto& word) { return means(each, word); }))
      out.emplace_back(each.name);
  }
  return out;
}

std::string vmaf_feature_option(const std::vector<std::string>& features) {
  std::vector<std::string_view> extractors;
  for (const VmafFeature& each : kFeatures) {
    const bool chosen = std::ranges::find(features, each.name) != features.end();
    const bool is_new = std::ranges::find(extractors, each.extractor) == extractors.end();
    if (chosen && is_new && !each.extractor.empty()) extractors.push_back(each.extractor);
  }
  std::string out;
  for (const std::string_view extractor : extractors)
    out += (out.empty() ? "name=" : "|name=") + std::string(extractor);
  return out;
}

}  // namespace holdfast::extract
