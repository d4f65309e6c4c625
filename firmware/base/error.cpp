#include "firmware/base/error.hpp"

#include <utility>

namespace linli::base {

std::string_view name(Code code) {
  switch (code) {
    case Code::kInvalid:
      return "invalid";
    case Code::kNotFound:
      return "not_found";
    case Code::kTimeout:
      return "timeout";
    case Code::kOffline:
      return "offline";
    case Code::kRefused:
      return "refused";
    case Code::kDenied:
      return "denied";
    case Code::kConflict:
      return "conflict";
    case Code::kFull:
      return "full";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

Error Error::in(std::string_view place) && {
  return {code, std::string(place) + ": " + std::move(what)};
}

}  // namespace linli::base
