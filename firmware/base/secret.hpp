#pragma once

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero is not in <cstring>

#include <string>
#include <string_view>
#include <utility>

namespace linli::base {

// A password, key or token. It cannot be printed, compared with == or put in JSON; whoever needs
// the value says reveal(), which a reviewer can search for. The memory is wiped on destruction.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
    return *this;
  }
  ~Secret() { wipe(); }

  const T& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  bool operator==(const Secret&) const = delete;

 private:
  void wipe() {
    if (!value_.empty()) explicit_bzero(value_.data(), value_.size() * sizeof(value_[0]));
    value_.clear();
  }

  T value_;
};

using SecretText = Secret<std::string>;

}  // namespace linli::base
