#pragma once

#include <fmt/format.h>

#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "firmware/base/error.hpp"

namespace linli::base {

template <class T>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

// A failure to return: fail(Code::kInvalid, "port {} is taken", port).
template <class... Args>
Failure fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return Failure(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

// Passes the failure of `result` up, as another Result's failure.
template <class T>
Failure failure_of(Result<T>&& result) {
  return Failure(std::move(result).error());
}

// The same with a place added: failure_of(std::move(r), "devices[3]").
template <class T>
Failure failure_of(Result<T>&& result, std::string_view place) {
  return Failure(std::move(result).error().in(place));
}

}  // namespace linli::base
