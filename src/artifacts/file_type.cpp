// SPDX-License-Identifier: Apache-2.0
// The words of seed 002 (notebook, figure, dataset, model, tabular_dataset) by extension.
#include "artifacts/file_type.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace holdfast::artifacts {
namespace {

struct TypeRule {
  std::string_view type;
  std::string_view extensions;  // with a space before and behind each
};

constexpr std::array kRules{
    TypeRule{"notebook", " ipynb "},
    TypeRule{"figure", " png jpg jpeg svg gif webp tif tiff eps "},
    TypeRule{"tabular_dataset", " csv tsv parquet feather arrow orc xlsx jsonl ndjson "},
    TypeRule{"dataset", " h5 hdf5 nc zarr npy npz mat db sqlite zip tar gz zst bz2 xz "},
    TypeRule{"model", " pt pth ckpt onnx safetensors gguf pkl joblib pb tflite lgb ubj "},
    TypeRule{"document", " pdf md html htm tex docx rst "},
};

}  // namespace

std::string file_type_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return "file";
  const std::string wanted = ' ' + ascii_lowered(name.substr(dot + 1)) + ' ';
  const auto found = std::find_if(kRules.begin(), kRules.end(), [&](const TypeRule& rule) {
    return wanted.find(' ', 1) == wanted.size() - 1 &&
           rule.extensions.find(wanted) != std::string_view::npos;
  });
  return found == kRules.end() ? "file" : std::string(found->type);
}

std::string file_type_rules() {
  std::string out;
  for (const TypeRule& rule : kRules) {
    if (!out.empty()) out += "; ";
    out += rule.type;
    out += ':';
    out += rule.extensions.substr(0, rule.extensions.size() - 1);
  }
  return out + "; file: all else";
}

}  // namespace holdfast::artifacts
