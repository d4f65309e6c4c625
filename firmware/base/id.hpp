#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "firmware/base/result.hpp"

namespace linli::base {

// True for 1 to 64 characters of a-z A-Z 0-9 . _ - that begin with a letter or digit. Nothing that
// means something in an MQTT topic (+ # / $), a path, a shell or a log line can be an id.
bool is_id(std::string_view text);

// A name of one kind of thing: ids of different kinds do not mix. A bare std::string is text for
// people. Default-constructed it is empty, which no parsed id is.
template <class Kind>
class Id {
 public:
  Id() = default;

  static Result<Id> parse(std::string_view text) {
    if (!is_id(text)) {
      return fail(Code::kInvalid, "'{}' is not a valid {} id: use 1 to 64 of a-z A-Z 0-9 . _ -",
                  text.substr(0, 64), Kind::kName);
    }
    return Id(std::string(text));
  }

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct IdHash {
  template <class Kind>
  std::size_t operator()(const Id<Kind>& id) const {
    return std::hash<std::string>{}(id.str());
  }
};

}  // namespace linli::base
