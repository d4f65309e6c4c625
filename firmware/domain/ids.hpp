#pragma once

#include "firmware/base/id.hpp"

namespace linli::domain {

struct DeviceKind {
  static constexpr std::string_view kName = "device";
};
struct CommandKind {
  static constexpr std::string_view kName = "command";
};
struct PlaceKind {
  static constexpr std::string_view kName = "place";
};

using DeviceId = base::Id<DeviceKind>;    // 设备编号, unique in the compound
using CommandId = base::Id<CommandKind>;  // chosen by the issuer, unique for ever
using PlaceId = base::Id<PlaceKind>;      // 地点编号, unique in the compound

}  // namespace linli::domain
