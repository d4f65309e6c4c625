#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// The scenario of doors: setting it up, asking for it, and who may.
constexpr std::array kEntries{
    // clang-format off
    // Setting up a door.
    Entry{"a {} has no event '{}'", "型号 {} 没有事件“{}”"},
    Entry{"a {} has no property '{}'", "型号 {} 没有属性“{}”"},
    Entry{"is not a device's id", "不是设备编号：请用 1 到 64 个 a-z A-Z 0-9 . _ -"},
    Entry{"'{}' is not a door's id", "“{}”不是门的编号：请用 1 到 64 个 a-z A-Z 0-9 . _ -"},
    Entry{"expected a boolean, a number or a text", "应为 true/false、数字或文字"},
    Entry{"expected 'in' or 'out'", "方向应为 in（进）或 out（出）"},
    Entry{"action '{}' of a {} opens no door: its safety class is {}", "型号 {1} 的动作“{0}”不能开门：它的安全等级是 {2}"},
    Entry{"readers: head {} of '{}' stands there twice", "读头：“{1}”的 {0} 号读头写了两次"},
    Entry{"readers: head {} of '{}' belongs to door '{}' already", "读头：“{1}”的 {0} 号读头已属于门“{2}”"},
    Entry{"lock: '{}' unlocks door '{}' already", "门锁：“{}”已用于门“{}”"},
    Entry{"contact: '{}' watches door '{}' already", "门磁：“{}”已用于门“{}”"},
    Entry{"there are {} doors already: remove some first", "已有 {} 扇门：请先删去一些"},
    Entry{"'{}' is the lock of door '{}': open the door instead, so that its rules hold and its log says who came", "“{0}”是门“{1}”的锁：请改用“开门”，这样封门等规则才有效，通行记录也会写明是谁"},
    Entry{"there is no door '{}'", "没有门“{}”"},
    Entry{"the door was removed meanwhile", "这扇门刚刚被删除了"},
    Entry{"a fire has released door '{}': reset the fire first", "门“{}”处于消防释放：请先做消防复位"},
    Entry{"no driver serves '{}'", "没有驱动服务设备“{}”"},
    // Hours and rights.
    Entry{"there are {} schedules already: remove some first", "已有 {} 个通行时段：请先删去一些"},
    Entry{"'{}' is neither a schedule nor a calendar", "“{}”既不是通行时段也不是日历"},
    Entry{"there is no schedule '{}': put it first", "没有通行时段“{}”：请先建立它"},
    Entry{"expected ids of doors", "应为门的编号"},
    Entry{"expected numbers from 1 to 65535", "应为 1 到 65535 的数字"},
    Entry{"names no door, and there is no group either", "没有写门，也没有写门组：请至少写一个"},
    Entry{"there are {} rights already: remove old ones first", "已有 {} 条通行权限：请先删去旧的"},
    Entry{"there is no right '{}'", "没有通行权限“{}”"},
    // Credentials and passes.
    Entry{"this {} is known already, as credential '{}': revoke that one first", "这个 {} 已登记为凭证“{}”：请先注销那一个"},
    Entry{"these digits are taken: choose others", "这组数字不能使用：请换一组"},
    Entry{"there are {} credentials already: remove old ones first", "已有 {} 个凭证：请先删去旧的"},
    Entry{"a PIN has {} to {} digits", "密码应为 {} 到 {} 位数字"},
    Entry{"a PIN of one digit again and again is guessed at once", "密码不能全是同一个数字：太容易猜到"},
    Entry{"there is no credential '{}'", "没有凭证“{}”"},
    Entry{"credential '{}' was revoked for ever: give a new id", "凭证“{}”已注销，不能恢复：请用新的编号"},
    Entry{"credential '{}' is another person's: give a new id", "凭证“{}”是别人的：请用新的编号"},
    Entry{"there is no key to look PINs up with: see the log", "没有查找密码用的密钥：请查看日志"},
    Entry{"expected 'card', 'pin', 'totp' or 'face'", "凭证应为 card（卡）、pin（密码）、totp（动态码）或 face（人脸）"},
    Entry{"expected 'card', 'pin', 'totp' or 'face': passes come with issue_pass", "凭证应为 card（卡）、pin（密码）、totp（动态码）或 face（人脸）；通行码请用 issue_pass"},
    Entry{"there are no passing hours '{}'", "没有通行时段“{}”"},
    Entry{"rights have the passing hours '{}': give them others first", "还有权限在用通行时段“{}”：请先给这些权限换一个时段"},
    Entry{"is not four digits", "不是四位数字"},
    Entry{"all 10000 numbers of dynamic codes are taken: revoke old ones", "动态码的一万个编号都已占用：请先注销旧的"},
    Entry{"there is no key to make codes with: see the log", "没有生成动态码的密钥：请看日志"},
    Entry{"'{}' is no list of used codes", "“{}”不是用过的动态码列表"},
    Entry{"expected 'visitor' or 'resident'", "应为 visitor（访客）或 resident（住户）"},
    Entry{"expected the 16 hexadecimal digits of a pass's id", "应为通行证编号：16 个十六进制数字"},
    Entry{"the gateway's clock is not synchronised: a pass would have no beginning", "网关时钟没有校准，不能发通行证：请先校准时钟"},
    Entry{"the list of passes that were taken back is full", "收回的通行证名单已满"},
    Entry{"the list of people whose passes were taken back is full", "收回通行证的人员名单已满"},
    Entry{"'{}' has given {} passes that are still good: take some back", "“{}”已发出 {} 张有效的通行证：请先收回一些"},
    Entry{"{} visitors' passes are out: take some back", "已发出 {} 张访客通行证：请先收回一些"},
    Entry{"no six digits were free: ask again", "没有空闲的六位数字：请再试一次"},
    Entry{"there is no visitor's code '{}'", "没有访客码“{}”：可能已过期或已收回"},
    Entry{"'{}' has not agreed that a face is used: record the consent first, or give a card", "“{}”没有同意使用人脸：请先登记本人同意，或改发门禁卡"},
    Entry{"'{}' has agreed to nothing of this, and no face is stored", "“{}”没有给过这项同意，也没有登记人脸"},
    Entry{"expected 'face'", "应为 face（人脸）"},
    Entry{"'{}' is no count of uses", "“{}”不是使用次数"},
    Entry{"'{}' is no key of ours", "“{}”不是我们的记录"},
    // Households.
    Entry{"is none that we know", "不认识这个值"},
    Entry{"expected hexadecimal digits", "应为十六进制数字"},
    Entry{"expected 16 hexadecimal digits", "应为 16 个十六进制数字"},
    Entry{"expected 1 to 64 of a-z A-Z 0-9 . _ -", "应为 1 到 64 个 a-z A-Z 0-9 . _ -"},
    Entry{"expected 'resident' or 'family'", "身份应为 resident（住户）或 family（家属）"},
    Entry{"expected ids of people", "应为人员编号"},
    Entry{"names nobody", "一个人也没有写"},
    Entry{"people: the id '{}' is too long", "人员：编号“{}”太长"},
    Entry{"there is no household '{}'", "没有住户“{}”"},
    Entry{"'{}' does not live in household '{}'", "“{}”不住在“{}”户"},
    Entry{"a household has at most {} people: move some out first", "一户最多 {} 人：请先办理迁出"},
    Entry{"'{}' lives in household '{}': move them out there first", "“{}”登记在“{}”户：请先在那里办理迁出"},
    Entry{"there are {} households already: remove some first", "已有 {} 户：请先删去一些"},
    Entry{"'{}' lives nowhere here", "“{}”不是这里的住户"},
    Entry{"there is no visitor's pass '{}'", "没有这个访客邀请“{}”：可能已过期或已收回"},
    Entry{"expected 'pass' or 'code'", "应为 pass（通行证）或 code（六位访客码）"},
    Entry{"there is no delegation '{}'", "没有委托“{}”"},
    Entry{"delegation '{}' is another person's: give a new id", "委托“{}”是别人的：请用新的编号"},
    Entry{"there are {} delegations already: end some", "已有 {} 项委托：请先结束一些"},
    Entry{"this is not base64", "这不是 base64 编码"},
    Entry{"expected the file in pieces of base64", "文件应分段用 base64 编码"},
    Entry{"more than {} people in one list: divide it here", "一份名单最多 {} 人：请从这一行起分成两份"},
    Entry{"the list has {} problems, the first: {}", "名单有 {} 处问题，第一处：{}"},
    // Who may ask, and openings from afar.
    Entry{"the doors have no action '{}'", "门禁没有动作“{}”"},
    Entry{"the doors have no such action", "门禁没有这个动作"},
    Entry{"role '{}' has no part in the doors, and '{}' lives nowhere here", "角色“{}”与门禁无关，“{}”也不是这里的住户"},
    Entry{"role '{}' may not '{}' here: {}", "角色“{}”在这里不能“{}”：{}"},
    Entry{"role '{}' holds at '{}' only", "角色“{}”只在“{}”有效"},
    Entry{"not this role, or not there", "这个角色不允许，或不在这个位置"},
    Entry{"this role may only for a time that somebody has set", "这个角色须先由物业设定时限"},
    Entry{"the time for it is over, or has not begun", "时限已过，或还没有开始"},
    Entry{"the gateway's clock is not synchronised, so nobody can say whether the time has come", "网关时钟没有校准，无法判断时限：请先校准时钟"},
    Entry{"a second person must confirm", "须由第二个人确认"},
    Entry{"the opening was meant for '{}', not for here", "这次开门是给“{}”的，不是这里"},
    Entry{"an opening counts for {} s from when it was asked for, by a clock that is synchronised: ask again", "远程开门只在发出后 {} 秒内有效，且双方时钟须校准：请重新发起"},
    Entry{"a guard has blocked door '{}'", "门“{}”已被保安封闭"},
    Entry{"this opening was made already: ask for another one", "这次开门已经用过：请重新发起"},
    Entry{"the record could not be written, so the door stays shut", "记录没能写入存储，门没有打开"},
    Entry{"the record was written too late, so the door stays shut", "记录写入太晚，门没有打开：请重新发起"},
    Entry{"it counts from now on, and is written as soon as the store does", "已经生效，存储恢复后会写入"},
    Entry{"not written down", "没能写入存储，什么也没有改变"},
    Entry{"no fire rules are set up on this gateway", "这台网关没有设置消防联动规则"},
    Entry{"the journal cannot be read now", "现在读不到记录：请稍后再试"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_doors() {
  return kEntries;
}

}  // namespace linli::console::words
