#include "firmware/domain/privilege.hpp"

#include <algorithm>

namespace linli::domain {
namespace {

constexpr std::size_t index_of(Role role) {
  return static_cast<std::size_t>(role);
}

constexpr std::array<std::string_view, kPrivileges.size()> kPrivilegeNames{"own",
                                                                           "view_site",
                                                                           "operate_devices",
                                                                           "operate_doors",
                                                                           "rotate_credentials",
                                                                           "configure_devices",
                                                                           "configure_doors",
                                                                           "view_system",
                                                                           "configure_system",
                                                                           "manage_people",
                                                                           "read_audit"};

constexpr std::array<std::string_view, kRoles.size()> kRoleNames{"manager", "installer", "on_call",
                                                                 "viewer", "resident"};

// Rows in the order of Privilege, columns in the order of Role.
constexpr std::array<std::array<bool, kRoles.size()>, kPrivileges.size()> kMay{{
    // clang-format off
    // manager installer on_call viewer resident
    {true,     true,     true,   true,  true},   // own
    {true,     true,     true,   true,  false},  // view_site
    {true,     true,     true,   false, false},  // operate_devices
    {true,     false,    true,   false, false},  // operate_doors
    {true,     true,     true,   false, false},  // rotate_credentials
    {true,     true,     false,  false, false},  // configure_devices
    {true,     false,    false,  false, false},  // configure_doors
    {true,     true,     true,   false, false},  // view_system
    {true,     true,     false,  false, false},  // configure_system
    {true,     false,    false,  false, false},  // manage_people
    {true,     false,    false,  false, false},  // read_audit
    // clang-format on
}};

template <class Value, std::size_t N>
std::optional<Value> value_of(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto* const found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

}  // namespace

bool may(Role role, Privilege privilege) {
  return kMay.at(static_cast<std::size_t>(privilege)).at(index_of(role));
}

std::string_view name(Privilege privilege) {
  return kPrivilegeNames.at(static_cast<std::size_t>(privilege));
}
std::optional<Privilege> privilege_of(std::string_view name) {
  return value_of<Privilege>(kPrivilegeNames, name);
}

std::string_view name(Role role) {
  return kRoleNames.at(index_of(role));
}
std::optional<Role> role_of(std::string_view name) {
  return value_of<Role>(kRoleNames, name);
}

}  // namespace linli::domain
