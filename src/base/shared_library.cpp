// SPDX-License-Identifier: Apache-2.0
#include "base/shared_library.h"

#include <dlfcn.h>

namespace holdfast {

SharedLibrary::SharedLibrary(const char* name) : library_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
  if (library_ != nullptr) return;
  const char* const why = ::dlerror();
  problem_ = why == nullptr ? std::string(name) + " can't be opened" : why;
}

void* SharedLibrary::address_of(const char* name) {
  void* const address = library_ == nullptr ? nullptr : ::dlsym(library_, name);
  if (address == nullptr && problem_.empty()) problem_ = "it has no function " + std::string(name);
  return address;
}

}  // namespace holdfast
