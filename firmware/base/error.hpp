#pragma once

#include <string>
#include <string_view>

namespace linli::base {

// What kind of thing went wrong; the caller's next step depends on it. A closed set.
enum class Code {
  kInvalid,      // the input is wrong; repeating it will not help
  kNotFound,     // the named thing does not exist
  kTimeout,      // no answer within the limit
  kOffline,      // the other side is not connected
  kRefused,      // the other side understood and said no
  kDenied,       // the asker lacks the right
  kConflict,     // it exists already, or is busy
  kFull,         // a quota or the disk is used up
  kCorrupt,      // stored data cannot be trusted
  kUnsupported,  // known, but this build or device cannot do it
  kInternal,     // our own fault
};

// The word for `code` in logs, JSON answers and command outcomes, e.g. "not_found".
std::string_view name(Code code);

// `what` is one sentence a field engineer can act on, without a trailing full stop.
struct Error {
  Code code = Code::kInternal;
  std::string what;

  // Adds a place while the error is passed up: in("meter 12") gives "meter 12: no answer".
  Error in(std::string_view place) &&;

  friend bool operator==(const Error&, const Error&) = default;
};

}  // namespace linli::base
