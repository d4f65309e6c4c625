#include "firmware/console/api/change_ring.hpp"

#include <fmt/format.h>

#include "firmware/base/number.hpp"

namespace linli::console::api {
namespace {

std::size_t bytes_of(const Change& change) {
  return sizeof(Change) + change.id.size() + change.place.size() + change.text.size();
}

}  // namespace

void ChangeRing::add(Change change) {
  bytes_ += bytes_of(change);
  changes_.push_back(std::move(change));
  ++next_;
  while (changes_.size() > kMaxChanges || bytes_ > kMaxBytes) {
    bytes_ -= bytes_of(changes_.front());
    changes_.pop_front();
  }
}

void ChangeRing::clear() {
  changes_.clear();
  bytes_ = 0;
}

std::string ChangeRing::token(std::uint64_t number) const {
  return fmt::format("{}-{}", run_, number);
}

std::optional<std::uint64_t> ChangeRing::position(std::string_view token) const {
  if (!token.starts_with(run_) || token.size() <= run_.size() + 1 || token[run_.size()] != '-')
    return std::nullopt;
  const auto number = base::parse_number<std::uint64_t>(token.substr(run_.size() + 1));
  if (!number || *number < first() || *number > next_) return std::nullopt;
  return number;
}

}  // namespace linli::console::api
