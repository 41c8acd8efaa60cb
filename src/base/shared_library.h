// SPDX-License-Identifier: Apache-2.0
// A shared library of the system that is opened when it is first needed: binding one costs every start of the program, also where
// nobody asks for what it does (docs/decisions/0084-start-and-memory.md).
#pragma once
#include <string>

namespace holdfast {

class SharedLibrary {
 public:
  /// Opens `name` ("libssl.so.3") as the loader finds it. It is never closed: some keep callbacks for the end of the process.
  explicit SharedLibrary(const char* name);

  /// Sets `function` to the library's function of this name, also of a library that it depends on; null where there is none.
  template <class Function>
  void find(const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(address_of(name));
  }

  /// Empty where it was opened and everything was found; else the first thing that was wrong.
  const std::string& problem() const { return problem_; }

 private:
  void* address_of(const char* name);

  void* library_ = nullptr;
  std::string problem_;
};

}  // namespace holdfast
