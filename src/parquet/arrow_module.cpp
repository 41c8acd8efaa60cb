// SPDX-License-Identifier: Apache-2.0
#include "parquet/arrow_module.h"

#include <filesystem>
#include <system_error>

#include <dlfcn.h>

#include "base/root_folder.h"

namespace holdfast::parquet {
namespace {

constexpr std::string_view kFileName = "libholdfast-arrow.so";
constexpr std::string_view kInstall =
    "install Holdfast whole (make install puts the module into lib/holdfast), or build the target "
    "holdfast-arrow";

std::vector<std::string> places() {
  std::vector<std::string> found;
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const std::filesystem::path folder = program.parent_path();
    found.push_back((folder / kFileName).string());
    found.push_back((folder.parent_path() / "lib" / "holdfast" / kFileName).string());
  }
#ifdef HOLDFAST_BUILT_ARROW_MODULE
  found.emplace_back(HOLDFAST_BUILT_ARROW_MODULE);
#endif
  return found;
}

Result<ArrowModule*> find_arrow_module() {
  std::string looked_at;
  for (const std::string& place : places()) {
    std::error_code ignored;
    if (std::filesystem::exists(place, ignored)) return open_arrow_module(place);
    looked_at += (looked_at.empty() ? "" : ", ") + printable_path(place);
  }
  return Error(Code::unsupported,
               "rows of Parquet files need " + std::string(kFileName) +
                   ", which is not there: looked at " + looked_at,
               std::string(kInstall));
}

}  // namespace

Result<ArrowModule*> open_arrow_module(const std::string& path) {
  // RTLD_LOCAL: its libraries carry private copies of others, which nobody else shall see. Never closed: they don't expect it.
  void* opened = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) {
    const char* why = ::dlerror();
    return Error(Code::unsupported,
                 printable_path(path) + ": can't be opened: " + (why == nullptr ? "" : why),
                 std::string(kInstall));
  }
  const auto factory = reinterpret_cast<ArrowModuleFactory>(::dlsym(opened, kArrowModuleFactory));
  ArrowModule* module = factory == nullptr ? nullptr : factory(kArrowModuleVersion.data());
  if (module == nullptr)
    return Error(
        Code::unsupported,
        printable_path(path) + ": belongs to another build of Holdfast than " + HOLDFAST_VERSION,
        std::string(kInstall));
  return module;
}

Result<ArrowModule*> arrow_module() {
  static const Result<ArrowModule*> kModule = find_arrow_module();
  return kModule;
}

}  // namespace holdfast::parquet
