#include "firmware/domain/profile.hpp"

#include <algorithm>

namespace linli::domain {
namespace {

template <class Model>
std::optional<std::uint16_t> index_in(const std::vector<Model>& models, std::string_view name) {
  const auto found = std::find_if(models.begin(), models.end(),
                                  [name](const Model& model) { return model.name == name; });
  if (found == models.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - models.begin());
}

}  // namespace

std::optional<std::uint16_t> property_index(const Profile& profile, std::string_view name) {
  return index_in(profile.properties, name);
}

std::optional<std::uint16_t> action_index(const Profile& profile, std::string_view name) {
  return index_in(profile.actions, name);
}

std::optional<std::uint16_t> event_index(const Profile& profile, std::string_view name) {
  return index_in(profile.events, name);
}

Dialect dialect_of(const Profile& profile) {
  if (profile.terminal) return Dialect::kTerminal;
  if (profile.up.empty() && profile.down.empty()) return Dialect::kNative;
  const bool is_lwm2m = profile.up.empty() ? profile.down[0].resource.has_value()
                                           : profile.up[0].resource.has_value();
  return is_lwm2m ? Dialect::kLwm2m : Dialect::kTopics;
}

std::string_view name(SafetyClass safety) {
  switch (safety) {
    case SafetyClass::kNone:
      return "none";
    case SafetyClass::kActuator:
      return "actuator";
    case SafetyClass::kDoor:
      return "door";
    case SafetyClass::kLife:
      return "life";
  }
  return "none";
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kAlarm:
      return "alarm";
    case Severity::kCritical:
      return "critical";
  }
  return "info";
}

std::string_view name(ValueType type) {
  switch (type) {
    case ValueType::kBoolean:
      return "boolean";
    case ValueType::kInteger:
      return "integer";
    case ValueType::kNumber:
      return "number";
    case ValueType::kString:
      return "string";
  }
  return "number";
}

}  // namespace linli::domain
