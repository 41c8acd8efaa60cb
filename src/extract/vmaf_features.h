// SPDX-License-Identifier: Apache-2.0
// The features that libvmaf computes, under the names and in the order of the original script's columns (seed 004): the order of columns
// is locked, and a new feature goes to the end.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::extract {

struct VmafFeature {
  std::string_view
      name;  // of the value in the log, "integer_" left out, and of the columns: vmaf_mean, vmaf_std
  std::string_view family;     // asks for several at once: "adm"; "" where it has none
  std::string_view extractor;  // of libvmaf, which must be asked for; "" where the model brings it
};

/// All, in the order of the columns. Lives as long as the process.
std::span<const VmafFeature> vmaf_features();

/// The names that were asked for, families taken apart, in the locked order, each once. `invalid` names a word that is neither.
Result<std::vector<std::string>> choose_vmaf_features(const std::vector<std::string>& words);

/// libvmaf's option `feature` for these: "name=psnr|name=cambi"; "" where the model brings them all.
std::string vmaf_feature_option(const std::vector<std::string>& features);

}  // namespace holdfast::extract
