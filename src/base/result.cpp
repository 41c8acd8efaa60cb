// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include "base/log.h"

namespace holdfast {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::not_found:
      return "not_found";
    case Code::conflict:
      return "conflict";
    case Code::corrupt:
      return "corrupt";
    case Code::io:
      return "io";
    case Code::unavailable:
      return "unavailable";
    case Code::unsupported:
      return "unsupported";
    case Code::cancelled:
      return "cancelled";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

void drop(const Status& status, std::string_view why) {
  if (!status) log_warning("dropped an error", {{"why", why}, {"error", status.error().message()}});
}

}  // namespace holdfast
