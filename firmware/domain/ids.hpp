#pragma once

#include "firmware/base/id.hpp"

namespace linli::domain {

struct DeviceKind {
  static constexpr std::string_view kName = "device";
};
struct CommandKind {
  static constexpr std::string_view kName = "command";
};

using DeviceId = base::Id<DeviceKind>;    // 设备编号, unique in the compound
using CommandId = base::Id<CommandKind>;  // chosen by the issuer, unique for ever

}  // namespace linli::domain
