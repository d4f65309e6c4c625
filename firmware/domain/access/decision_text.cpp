#include <algorithm>
#include <array>

#include "firmware/domain/access/decision.hpp"

namespace linli::domain::access {
namespace {

// In the order of Reason. What happened, and what to do next.
constexpr std::array<ReasonText, kReasons> kTexts{{
    // clang-format off
    {"granted",               "已通行",                                   "Let in"},
    {"granted_soft_passback", "已通行；上次进出未配对，已记录",           "Let in; entry without an exit before it, written down"},
    {"free_passage",          "消防释放中，门已打开，请直接通行",         "Released by the fire alarm: the door is unlocked, walk through"},
    {"stale",                 "开门指令已超过10秒，未执行；请重新开门",   "The command is older than 10 s and was not carried out; ask again"},
    {"unreadable",            "没有读清，请再刷一次",                     "Not read well; show it again"},
    {"guessing",              "错误次数过多，暂停密码输入；请刷卡或稍后再试", "Too many wrong tries: codes are paused; use a card or wait"},
    {"kind_not_taken",        "此门不支持这种凭证，请换一种",             "This door does not take that kind of credential; use another"},
    {"forged_pass",           "通行码无效，请向住户或物业重新获取",       "The pass is not genuine; ask your host or the property office for a new one"},
    {"revocations_stale",     "网关超过24小时未更新吊销名单，暂不接受通行码；请刷卡或联系物业", "Revoked passes are not known for 24 h, so no pass is taken; use a card or call the property office"},
    {"replayed",              "通行码已使用过，请刷新后再试",             "The pass was used already; refresh it"},
    {"busy",                  "通行码过多，暂时无法核验；请刷卡或稍后再试", "Too many passes to check right now; use a card or wait"},
    {"unknown_credential",    "未登记的凭证，请到物业登记",               "Not registered; register it at the property office"},
    {"lost",                  "此凭证已挂失，请联系物业",                 "Reported as lost; see the property office"},
    {"suspended",             "此凭证已停用，请联系物业",                 "Suspended; see the property office"},
    {"revoked",               "此凭证已注销，请联系物业",                 "Revoked; see the property office"},
    {"not_yet_valid",         "凭证尚未生效，请在有效期内使用",           "Not valid yet; use it within its days"},
    {"expired",               "凭证已过期，请续期",                       "Expired; have it renewed"},
    {"clock_unknown",         "网关时间未校准，无法核对有效期；请刷卡或联系物业", "The gateway's clock is not set, so times cannot be checked; use a card or call the property office"},
    {"used_up",               "使用次数已用完，请重新获取",               "All its uses are used up; ask for a new one"},
    {"holder_gone",           "持有人已迁出或停用，请联系物业",           "Its holder has moved out; see the property office"},
    {"second_factor_missing", "此门还需要密码，请输入密码",               "This door wants a code too; type it"},
    {"second_factor_wrong",   "密码错误，请再试一次",                     "Wrong code; try again"},
    {"no_right",              "没有此门的通行权限，请联系物业",           "No right to pass this door; see the property office"},
    {"right_not_yet",         "此门的权限尚未生效",                       "The right to pass this door has not begun yet"},
    {"right_expired",         "此门的权限已到期，请联系物业续期",         "The right to pass this door has ended; have it renewed"},
    {"blocked",               "此门已临时封闭，请走其他出入口",           "This door is blocked for now; use another entrance"},
    {"outside_schedule",      "不在通行时段内，请在规定时间来",           "Outside of the hours for this door; come back in time"},
    {"passback",              "未见离开记录，不能再次进入；请联系保安复位", "No exit since the last entry; ask the guard to reset it"},
    // clang-format on
}};

}  // namespace

const ReasonText& text_of(Reason reason) {
  return kTexts.at(static_cast<std::size_t>(reason));
}

std::optional<Reason> reason_of(std::string_view word) {
  const auto* const found = std::find_if(
      kTexts.begin(), kTexts.end(), [word](const ReasonText& each) { return each.word == word; });
  if (found == kTexts.end()) return std::nullopt;
  return static_cast<Reason>(found - kTexts.begin());
}

Reason reason_of(PassRefusal refusal) {
  switch (refusal) {
    case PassRefusal::kNone:
      return Reason::kGranted;
    case PassRefusal::kMalformed:
    case PassRefusal::kUnknownVersion:
      return Reason::kUnreadable;
    case PassRefusal::kUnknownKey:
    case PassRefusal::kForged:
    case PassRefusal::kBadRules:
      return Reason::kForgedPass;
    case PassRefusal::kWrongDoor:
      return Reason::kNoRight;
    case PassRefusal::kClockUnknown:
      return Reason::kClockUnknown;
    case PassRefusal::kNotYet:
      return Reason::kNotYetValid;
    case PassRefusal::kExpired:
      return Reason::kExpired;
    case PassRefusal::kRevocationsStale:
      return Reason::kRevocationsStale;
    case PassRefusal::kRevoked:
      return Reason::kRevoked;
    case PassRefusal::kReplayed:
      return Reason::kReplayed;
    case PassRefusal::kBusy:
      return Reason::kBusy;
  }
  return Reason::kForgedPass;
}

}  // namespace linli::domain::access
