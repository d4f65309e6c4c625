#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/access/credential.hpp"

namespace linli::domain::access {

// Who somebody is in the compound, as far as its doors go. Stored by name. The console's roles
// (domain::Role) say who may run the gateway; these say who may pass and let others pass.
enum class SiteRole : std::uint8_t {
  kResident,         // 住户
  kFamily,           // 家属: lives in the household, or acts for it
  kVisitor,          // 访客
  kGuard,            // 保安
  kMaintainer,       // 维保
  kInstaller,        // 安装调试
  kPropertyManager,  // 物业经理
  kGridWorker,       // 网格员
};
inline constexpr std::size_t kSiteRoles = 8;
std::string_view name(SiteRole role);  // "resident", …
std::optional<SiteRole> site_role_of(std::string_view name);

enum class SiteAction : std::uint8_t {
  kOpen,               // 通行: at the door, with one's own credential
  kRemoteOpen,         // 远程开门
  kIssuePass,          // 发访客通行证
  kRevokePass,         // 收回通行证
  kManageHousehold,    // 家庭成员
  kMoveInOut,          // 入住/迁出
  kSetSchedule,        // 通行时段
  kManageCredentials,  // 凭证: give out, suspend, report as lost
  kReleaseFire,        // 消防释放
  kResetFire,          // 消防复位
  kBlockDoor,          // 封闭门
  kResetLimits,        // 解除密码锁定、反潜回复位
  kReadLog,            // 通行记录
  kReadOwnLog,         // 本人通行记录
  kOperate,            // 点位测试: lock, hold, test
  kView,               // 门状态
  kAuthorise,          // 本人授权: consent, and who may act for them
};
inline constexpr std::size_t kSiteActions = 17;
std::string_view name(SiteAction action);  // "open", …
std::optional<SiteAction> site_action_of(std::string_view name);

// What the door, the household or the record has to do with whoever asks.
enum class PlaceRelation : std::uint8_t {
  kHousehold,  // their own: their flat, their people, their records
  kUnit,       // the unit (单元) they live in, or were invited to
  kCommon,     // what all share: gates, garage, bicycle shed
  kElsewhere,  // another household or unit of the compound
};
inline constexpr std::size_t kPlaceRelations = 4;
std::string_view name(PlaceRelation relation);  // "household", …

// How far a right reaches; each includes those before it.
enum class Reach : std::uint8_t { kNone, kHousehold, kUnit, kCommon, kCompound };

enum class Condition : std::uint8_t {
  kAlways,
  kTerm,  // only while a term that somebody set is running
  kPair,  // so, and a second person with a right of their own has confirmed
};

struct RightsCell {
  Reach reach = Reach::kNone;
  Condition condition = Condition::kAlways;
};
// The table's cell for its test and for pages that explain it.
RightsCell cell_of(SiteRole role, SiteAction action);

// What may() must know of time and of others.
struct Standing {
  // From when to when the person has the role; absent: until further notice. A term that is set
  // must be running for everything, also for what would not need one.
  std::optional<Validity> term;
  EventTime now;
  bool is_confirmed_by_second = false;
};

enum class MayVerdict : std::uint8_t {
  kYes,
  kNo,            // not this role, or not there
  kNeedsTerm,     // this role may, but only for a time that nobody has set
  kTermOver,      // the time is over, or has not begun
  kClockUnknown,  // nobody can say whether it is
  kNeedsSecond,   // a second person must confirm
};
std::string_view name(MayVerdict verdict);  // "yes", …

MayVerdict may(SiteRole role, SiteAction action, PlaceRelation relation, const Standing& standing);

// 委托: somebody lets a person of trust act for them, an elderly mother her son, say. The delegate
// may what is named, as long as the term runs, and never more than whoever gave it may; it cannot
// be passed on, and opening at the door stays with one's own credential.
struct Delegation {
  std::string id;
  std::string from;  // for whom
  std::string to;    // who acts
  std::array<bool, kSiteActions> actions{};
  Validity term;

  friend bool operator==(const Delegation&, const Delegation&) = default;
};
inline constexpr std::int64_t kLongestDelegationMs = 366LL * 24 * 3600 * 1000;
bool is_delegable(SiteAction action);

// `role` and `relation` are those of `delegation.from`. kNo if it names another person or not this
// action.
MayVerdict may_for(const Delegation& delegation, std::string_view actor, SiteRole role,
                   SiteAction action, PlaceRelation relation, const Standing& standing);

// The stored form. kInvalid names the member: an action that cannot be delegated, nobody or oneself
// as delegate, no end or one beyond kLongestDelegationMs.
std::string to_row(const Delegation& delegation);
base::Result<Delegation> delegation_from_row(std::string_view id, std::string_view row);

}  // namespace linli::domain::access
