// SPDX-License-Identifier: Apache-2.0
#include "schemas/contract.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/nearest.h"
#include "base/root_folder.h"
#include "core/json_scan.h"
#include "schemas/drift.h"

namespace holdfast::schemas {
namespace {

/// The pin that a path belongs to: of its folder's name, or the longest name that the file's begins with.
const Pin* pin_of_sample(const PinFolder& pins, const std::string& path) {
  const std::string folder = name_of(folder_of(path));
  const std::string file = name_of(path);
  const Pin* best = nullptr;
  for (const Pin& pin : pins.pins) {
    if (pin.name == folder) return &pin;
    const bool begins =
        file.starts_with(pin.name) && file.size() > pin.name.size() &&
        std::string_view(".-_").find(file[pin.name.size()]) != std::string_view::npos;
    if (begins && (best == nullptr || pin.name.size() > best->name.size())) best = &pin;
  }
  return best;
}

std::string title_of(const Pin& schema) {
  std::string title;
  const std::string& text = schema.text.canonical;
  core::JsonScan scan(text);
  if (!text.starts_with('{')) return title;
  scan.members([&](core::JsonSpan key, core::JsonSpan value) {
    if (key.of(text) == "\"title\"" && value.of(text).starts_with('"'))
      title = core::json_unescaped(value.of(text));
    return true;
  });
  return title;
}

/// What the registry has of the pins now, in place of them.
Result<PinFolder> published_pins(const SchemasConfig& config, const ContractOptions& options) {
  TRY_ASSIGN(DriftRun run, observe_drift(config, {options.cancel, options.clock, 0, {}}));
  if (run.pins_problem) return error_of(*run.pins_problem);
  if (run.registry_problem) return error_of_registry(*run.registry_problem);
  PinFolder out;
  out.path = config.registry.shown();
  for (SchemaState& state : run.schemas) {
    Pin pin = state.published ? *std::move(state.published) : Pin();
    pin.name = state.name;
    if (state.problem)
      pin.problem = std::move(state.problem);
    else if (pin.bytes.empty())
      pin.problem =
          Problem{ProblemKind::not_found, out.path + " has no " + printable_path(state.name)};
    out.pins.push_back(std::move(pin));
  }
  return out;
}

Result<PinFolder> held_against(const SchemasConfig& config, const ContractOptions& options) {
  if (options.against == Against::published) return published_pins(config, options);
  auto pins = read_pins(config.fixtures);
  if (!pins) return error_of(pins.problem());
  return std::move(*pins);
}

class Contract {
 public:
  Contract(const SchemasConfig& config, const ContractOptions& options)
      : config_(config), options_(options) {}

  Result<ContractRun> run() {
    TRY_ASSIGN(pins_, held_against(config_, options_));
    if (!options_.of.empty() && pins_.find(schema_name_of(options_.of)) == nullptr)
      return no_pin(options_.of);
    for (const std::string& name : config_.critical)
      if (pins_.find(name) == nullptr) out_.critical_missing.push_back(name);
    if (!options_.samples.empty()) TRY(hold_samples());
    for (const std::string& file : options_.extend) {
      TRY_ASSIGN(auto result, extension(file));
      out_.extensions.push_back(std::move(result));
    }
    return std::move(out_);
  }

 private:
  Error no_pin(const std::string& name) const {
    std::vector<std::string> known;
    for (const Pin& pin : pins_.pins)
      known.push_back(pin.name);
    return {Code::not_found, printable_path(pins_.path) + " has no " + printable_path(name) +
                                 did_you_mean(schema_name_of(name), known)};
  }

  Status hold_samples() {
    auto opened = RootFolder::open(options_.samples);
    if (!opened && opened.error().code() == Code::not_found)
      return Error(Code::not_found, "there is no folder " + printable_path(options_.samples),
                   "--samples names a folder of documents");
    TRY_ASSIGN(const auto root, std::move(opened));
    TRY_ASSIGN(const auto listing, root.list());
    std::map<const Pin*, std::vector<std::string>> by_pin;
    for (const std::string& file : listing.files) {
      if (!file.ends_with(".json")) continue;
      const std::string path = options_.samples + '/' + file;
      const Pin* pin = pin_of_sample(pins_, path);
      if (pin == nullptr) {
        out_.samples_without_pin.push_back(path);
      } else {
        by_pin[pin].push_back(path);
      }
    }
    cannot_hold(listing);
    if (by_pin.empty() && out_.samples_without_pin.empty() && out_.samples.empty())
      return Error(Code::invalid,
                   printable_path(options_.samples) +
                       " has no sample (NAME.json, NAME-anything.json or NAME/anything.json)");
    for (const auto& [pin, files] : by_pin)
      hold_all(*pin, files);
    std::ranges::sort(out_.samples, {},
                      [](const SampleResult& each) { return each.document.file; });
    return {};
  }

  // What is not opened is not passed.
  void cannot_hold(const RootFolder::Listing& listing) {
    const auto add = [&](const std::string& file, const std::string& why) {
      const std::string path = options_.samples + '/' + file;
      out_.samples.push_back(
          {"", {path, Problem{ProblemKind::unreadable, printable_path(path) + ' ' + why}, {}}});
    };
    for (const std::string& folder : listing.unreadable)
      add(folder, "can't be listed");
    for (const std::string& link : listing.links)
      add(link, "is a symbolic link, which is not followed");
    for (const std::string& file : listing.special)
      if (file.ends_with(".json")) add(file, "is no regular file");
  }

  void hold_all(const Pin& pin, const std::vector<std::string>& files) {
    auto held = pin.problem ? Looked<std::vector<HeldDocument>>(*pin.problem)
                            : hold_documents(pin, files, config_.comparison.format);
    if (held) {
      for (HeldDocument& document : *held)
        out_.samples.push_back({pin.name, std::move(document)});
      return;
    }
    for (const std::string& file : files)
      out_.samples.push_back({pin.name, {file, held.problem(), {}}});
  }

  Result<ExtensionResult> extension(const std::string& file) const {
    ExtensionResult out;
    out.file = file;
    TRY_ASSIGN(std::string bytes, real_file_system().read(file, kMostSchemaBytes));
    const Pin model =
        pin_of(schema_name_of(name_of(file)), file, std::move(bytes), printable_path(file));
    const Pin* pin = base_of(model);
    if (pin != nullptr) out.schema = pin->name;
    if (pin == nullptr || pin->problem || model.problem) {
      out.problem = pin == nullptr
                        ? Problem{ProblemKind::not_found, "no pin fits it; name one with --of"}
                    : model.problem ? *model.problem
                                    : *pin->problem;
      return out;
    }
    // An extension is held by its own rule, whatever a new version has to keep.
    ComparisonOptions options = config_.comparison;
    options.mode.reset();
    auto comparison = compare_schemas(*pin, model, options);
    if (!comparison) {
      out.problem = comparison.problem();
      return out;
    }
    out.is_within = comparison->forward;
    out.witness = comparison->forward_witness.value_or("");
    out.comparison = *std::move(comparison);
    return out;
  }

  const Pin* base_of(const Pin& model) const {
    if (!options_.of.empty()) return pins_.find(schema_name_of(options_.of));
    if (const Pin* pin = pins_.find(model.name)) return pin;
    if (model.problem) return nullptr;
    const std::string title = title_of(model);
    const auto fits = [&](const Pin& pin) {
      return !pin.problem && !title.empty() &&
             (pin.name == title || pin.name.ends_with('.' + title) || title_of(pin) == title);
    };
    const auto found = std::ranges::find_if(pins_.pins, fits);
    return found == pins_.pins.end() ? nullptr : &*found;
  }

  const SchemasConfig& config_;
  const ContractOptions& options_;
  PinFolder pins_;
  ContractRun out_;
};

}  // namespace

std::int64_t ContractRun::failed() const {
  auto count = static_cast<std::int64_t>(samples_without_pin.size() + critical_missing.size());
  count += std::ranges::count_if(samples, [](const auto& each) {
    return !each.document.problem && !each.document.is_valid();
  });
  return count + std::ranges::count_if(
                     extensions, [](const auto& each) { return !each.problem && !each.passes(); });
}

std::int64_t ContractRun::undecided() const {
  const auto count = std::ranges::count_if(
      samples, [](const auto& each) { return each.document.problem.has_value(); });
  return count + std::ranges::count_if(extensions,
                                       [](const auto& each) { return each.problem.has_value(); });
}

std::int64_t ContractRun::total() const {
  return static_cast<std::int64_t>(samples.size() + samples_without_pin.size() +
                                   critical_missing.size() + extensions.size());
}

Result<ContractRun> run_contract(const SchemasConfig& config, const ContractOptions& options) {
  return Contract(config, options).run();
}

Result<BrokenSamples> broken_samples(const SchemasConfig& config, const std::string& schema_name,
                                     const std::string& folder, const SampleOptions& options) {
  ContractOptions contract;
  contract.samples = folder;
  contract.cancel = options.cancel;
  contract.clock = options.clock;
  TRY_ASSIGN(const ContractRun pinned, run_contract(config, contract));
  contract.against = Against::published;
  TRY_ASSIGN(ContractRun published, run_contract(config, contract));
  std::set<std::string> invalid_before;
  for (const SampleResult& each : pinned.samples)
    if (!each.document.faults.empty()) invalid_before.insert(each.document.file);
  BrokenSamples out;
  for (SampleResult& each : published.samples) {
    if (each.schema != schema_name) continue;
    ++out.held;
    if (each.document.problem)
      out.not_held.push_back(std::move(each.document));
    else if (!each.document.is_valid() && !invalid_before.contains(each.document.file))
      out.broken.push_back(std::move(each.document));
  }
  return out;
}

}  // namespace holdfast::schemas
