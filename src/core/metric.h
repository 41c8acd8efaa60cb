// SPDX-License-Identifier: Apache-2.0
// Metrics as a domain tells them: families of samples. app/metrics_file.cpp writes them for Prometheus.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::core {

enum class MetricKind : unsigned char { gauge, counter };
/// As in the text format: "gauge", "counter".
constexpr std::string_view metric_kind_name(MetricKind kind) {
  return kind == MetricKind::gauge ? "gauge" : "counter";
}

/// Name and value of each label, in the order they are written.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

struct MetricSample {
  MetricLabels labels;
  double value = 0;
};

/// All samples of one name; no two with the same labels.
struct MetricFamily {
  std::string name;  // "holdfast_schema_drift_active": base units, a prefix, no colons
  std::string help;  // one line
  MetricKind kind = MetricKind::gauge;
  std::vector<MetricSample> samples = {};
};

}  // namespace holdfast::core
