#include "firmware/console/message.hpp"

namespace linli::console {
namespace {

std::string_view value_in(const std::map<std::string, std::string>& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::string_view Request::header(const std::string& name) const {
  return value_in(headers, name);
}

std::string_view Request::parameter(const std::string& name) const {
  return value_in(query, name);
}

}  // namespace linli::console
