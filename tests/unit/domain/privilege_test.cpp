#include "firmware/domain/privilege.hpp"

#include <gtest/gtest.h>

namespace linli::domain {
namespace {

TEST(Privilege, EveryNameReadsBackAsItself) {
  for (const Privilege each : kPrivileges) EXPECT_EQ(privilege_of(name(each)), each);
  for (const Role each : kRoles) EXPECT_EQ(role_of(name(each)), each);
  EXPECT_EQ(privilege_of("root"), std::nullopt);
  EXPECT_EQ(role_of(""), std::nullopt);
}

TEST(Privilege, TheManagerMayDoEverythingAndAResidentOnlyWhatIsTheirOwn) {
  for (const Privilege each : kPrivileges) {
    EXPECT_TRUE(may(Role::kManager, each)) << name(each);
    EXPECT_EQ(may(Role::kResident, each), each == Privilege::kOwn) << name(each);
  }
}

TEST(Privilege, WhoIsOnCallGivesADeviceNewCredentialsButDoesNotAddOne) {
  EXPECT_TRUE(may(Role::kOnCall, Privilege::kRotateCredentials));
  EXPECT_FALSE(may(Role::kOnCall, Privilege::kConfigureDevices));
  EXPECT_FALSE(may(Role::kViewer, Privilege::kOperateDevices));
  EXPECT_FALSE(may(Role::kInstaller, Privilege::kManagePeople));
}

TEST(Privilege, DoorsAreOperatedByWhoGuardsThemAndSetUpByTheManager) {
  EXPECT_TRUE(may(Role::kOnCall, Privilege::kOperateDoors));
  EXPECT_FALSE(may(Role::kInstaller, Privilege::kOperateDoors));
  EXPECT_FALSE(may(Role::kOnCall, Privilege::kConfigureDoors));
  EXPECT_FALSE(may(Role::kInstaller, Privilege::kConfigureDoors));
}

}  // namespace
}  // namespace linli::domain
