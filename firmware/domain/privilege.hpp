#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace linli::domain {

// What somebody may do. Stands beside each route of the API; a person has those of the role, a
// token a part of its maker's. The words are part of the API.
enum class Privilege : std::uint8_t {
  kOwn,                // one's own account, session and data
  kViewSite,           // places, devices, values, events
  kOperateDevices,     // commands
  kOperateDoors,       // open and block doors, release and reset fire rules
  kRotateCredentials,  // new credentials for a device that is there
  kConfigureDevices,   // add, move, remove devices and places
  kConfigureDoors,     // doors, and the hours in which they may be passed
  kViewSystem,         // the way to the platform, metrics, diagnostics, frames
  kConfigureSystem,    // settings, backup, restore
  kManagePeople,
  kReadAudit,
};

inline constexpr std::array kPrivileges{Privilege::kOwn,
                                        Privilege::kViewSite,
                                        Privilege::kOperateDevices,
                                        Privilege::kOperateDoors,
                                        Privilege::kRotateCredentials,
                                        Privilege::kConfigureDevices,
                                        Privilege::kConfigureDoors,
                                        Privilege::kViewSystem,
                                        Privilege::kConfigureSystem,
                                        Privilege::kManagePeople,
                                        Privilege::kReadAudit};

// Who somebody is in this compound. Stored by name.
enum class Role : std::uint8_t {
  kManager,    // 物业经理: everything
  kInstaller,  // 安装调试: everything but people, audit and doors
  kOnCall,     // 值班: looks, operates devices and doors, gives a device new credentials
  kViewer,     // 只读
  kResident,   // 住户: what is their own
};

inline constexpr std::array kRoles{Role::kManager, Role::kInstaller, Role::kOnCall, Role::kViewer,
                                   Role::kResident};

bool may(Role role, Privilege privilege);

std::string_view name(Privilege privilege);  // "view_site", …
std::optional<Privilege> privilege_of(std::string_view name);
std::string_view name(Role role);  // "manager", …
std::optional<Role> role_of(std::string_view name);

// Roles that sign in to the console with login and password; the others use the resident app.
constexpr bool uses_console(Role role) {
  return role != Role::kResident;
}

}  // namespace linli::domain
