#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// Doors: who may pass when, what opens them in a fire, and the list of households.
constexpr std::array kEntries{
    // clang-format off
    // Holidays and made-up working days.
    Entry{"expected a date such as '2026-10-01'", "日期应写成 2026-10-01 的样子"},
    Entry{"is before 'from'", "早于 from：结束日期不能在开始日期之前"},
    Entry{"is empty", "不能留空：请填写"},
    Entry{"say where the days come from", "请写明这些日期的出处，如放假通知"},
    Entry{"{} is not in the year {}", "{} 不在 {} 年：请写进它那一年的日历"},
    Entry{"{}: {} is not in the year {}", "{}：{} 不在 {} 年：请写进它那一年的日历"},
    Entry{"{}: {} is a holiday already", "{}：{} 前面已列为节假日：请删去重复的"},
    Entry{"{}: {} is a holiday above", "{}：{} 已列为节假日，不能又是调休上班日：请删去一处"},
    Entry{"{}: {} is a {} and no day of a weekend", "{}：{} 是{}，不是周末：调休上班日只能是周六或周日"},
    Entry{"{}: {} is a made-up workday already", "{}：{} 前面已列为调休上班日：请删去重复的"},
    // Hours of passing.
    Entry{"'{}' is not a window: expected '07:00-22:00', up to 24:00", "“{}”不是时段：应写成 07:00-22:00 的样子，最晚到 24:00"},
    Entry{"'{}' is empty: the whole day is '00:00-24:00'", "时段“{}”起止相同，是空的：全天请写 00:00-24:00"},
    Entry{"expected a list such as [\"07:00-22:00\"]", "应为一组时段，如 [\"07:00-22:00\"]"},
    Entry{"expected a text such as \"07:00-22:00\"", "时段应为文字，如 \"07:00-22:00\""},
    Entry{"more than {} windows a day", "一天最多 {} 个时段：请合并一些"},
    Entry{"{}: {} does not begin after {} ends: write windows in order, and make one of those that touch", "{}：时段 {} 没有在 {} 结束之后开始：请按先后填写，首尾相接的合成一个"},
    Entry{"expected a weekday, 'mon' to 'sun', or 'mon-fri'", "应为星期几：mon 到 sun，或 mon-fri 这样的一段"},
    Entry{"{}: {} is named twice", "{}：{}写了两次：请只留一处"},
    Entry{"expected 'as_weekday', a weekday such as 'sun', or a list of windows", "应为 as_weekday（照常）、某个星期几（如 sun）或一组时段"},
    // Credentials: cards, PINs, faces.
    Entry{"a card has {} to {} bits, not {}", "卡应为 {} 到 {} 位，不能是 {} 位：请核对位数"},
    Entry{"{} bits are {} hexadecimal digits, not {}", "{} 位应为 {} 个十六进制数字，收到的是 {} 个"},
    Entry{"a number is made into 26 or 34 bits, not {}: give the raw bits as 0x…", "卡面数字只用于 26 或 34 位的卡，不能用于 {} 位：请用 0x… 填写原始位"},
    Entry{"a card of {} bits has a number from 1 to {}", "{} 位的卡，卡号应在 1 到 {} 之间：请核对卡号和位数"},
    Entry{"expected 'card', 'pin', 'qr', 'totp' or 'face'", "凭证应为 card（卡）、pin（密码）、qr（二维码）、totp（动态码）或 face（人脸）"},
    Entry{"expected 'active', 'suspended', 'lost' or 'revoked'", "凭证状态应为 active（有效）、suspended（停用）、lost（挂失）或 revoked（注销）"},
    Entry{"is not a person's id", "不是人员编号：请用 1 到 64 个 a-z A-Z 0-9 . _ -"},
    Entry{"is not after 'from_ms'", "须晚于 from_ms：结束要在开始之后"},
    Entry{"is not an Argon2id string; a PIN is never kept in clear", "不是 Argon2id 散列：密码从不以明文保存"},
    Entry{"a face must not be the only way in: add cards, PINs or passes", "不能只靠人脸开门：请再加上卡、密码或通行码"},
    Entry{"the door takes no credential at all: nobody could come in", "这扇门不接受任何凭证，谁也进不来：请至少选一种"},
    // Doors, as the console sets them up.
    Entry{"the door was changed since", "这扇门刚被别人改过：请刷新后重试"},
    Entry{"id: is another one than in the path", "id：与地址中的编号不一致，请去掉或改成一样"},
    Entry{"year: is another one than in the path", "year：与地址中的年份不一致，请改成一样"},
    // Doors and rights.
    Entry{"expected 'unknown', 'closed' or 'open'", "门磁应为 unknown（未知）、closed（关）或 open（开）"},
    Entry{"is not a phase of a door", "不是门的状态"},
    Entry{"expected 'off', 'soft' or 'hard'", "防反潜回应为 off（不用）、soft（只记录）或 hard（拒绝）"},
    Entry{"{} cannot be delegated", "{} 不能委托给别人：请去掉这一项"},
    Entry{"names nothing", "没有选任何事项：请至少选一项"},
    Entry{"is the same person", "委托人和受托人是同一个人：请另选一人"},
    Entry{"is more than a year after 'from_ms'", "委托最长一年：请把结束时间改到 from_ms 之后一年以内"},
    // Passes and visitors' codes.
    Entry{"a pass has {} characters of 0-9 and A-Z", "通行码应为 {} 个 0-9 和 A-Z：请重新获取"},
    Entry{"a pass lies between the years 1970 and 2106", "通行码的有效期须在 1970 年到 2106 年之间"},
    Entry{"a pass needs a door group, a beginning before its end, and at most {} s and one use for a resident, {} s and {} uses for a visitor", "通行码须有门组，结束须晚于开始；住户动态码最长 {} 秒、限用一次，访客通行证最长 {} 秒、最多用 {} 次"},
    Entry{"the pass is of a version that this gateway does not know", "网关不认识这个版本的通行码：请升级网关，或重新获取通行码"},
    Entry{"there is no key {} to sign a pass with", "没有第 {} 号签名密钥，不能签发通行码"},
    Entry{"expected 16 hexadecimal digits in a string", "应为文字：16 个十六进制数字"},
    Entry{"expected 32 hexadecimal digits", "应为 32 个十六进制数字"},
    Entry{"a visitor's code ends after it begins, in the future, and lives at most {} h", "访客码的结束时间须晚于开始、晚于现在，有效期最长 {} 小时"},
    Entry{"a visitor's code opens 1 to {} times", "访客码可以开门 1 到 {} 次"},
    Entry{"is not after 'from'", "须晚于 from：结束要在开始之后"},
    Entry{"the code has no tag", "访客码没有校验值：请重新生成"},
    Entry{"these six digits are in use: take others", "这六位数字正在使用：请换一组"},
    Entry{"{} visitor's codes are live for these doors: end one, or give a pass instead", "这些门已有 {} 个有效的访客码：请先作废一个，或改发访客通行证"},
    Entry{"'{}' lives in household '{}': they erase their own in the app, for others move them out first", "“{}”还住在“{}”这一户：请本人在应用里删除，或先办理迁出"},
    Entry{"nothing is stored of '{}'", "没有保存“{}”的任何信息：请核对编号"},
    Entry{"what was to be deleted has come back into use", "要删除的内容又在使用：这次不删，以后再看"},
    // What opens the escape path in a fire.
    Entry{"the fire rule '{}' is not active: there is nothing to reset", "消防联动规则“{}”没有触发：不用复位"},
    Entry{"the fire rule '{}' is still triggered: reset the fire panel first, nothing was locked", "消防联动规则“{}”的火警还没有解除：请先复位消防主机，门都没有上锁"},
    Entry{"expected a list", "应为一个列表"},
    Entry{"'{}', a {}, has no event '{}'", "设备“{}”（型号 {}）没有事件“{}”：请改成它有的事件"},
    Entry{"'{}', a {}, has no property '{}'", "设备“{}”（型号 {}）没有属性“{}”：请改成它有的属性"},
    Entry{"'{}' is there twice in this rule with '{}'", "设备“{}”的动作“{}”在这条规则里写了两次：请删去一处"},
    Entry{"'{}' is there twice in this rule", "“{}”在这条规则里写了两次：请删去一处"},
    Entry{"is there twice in this rule", "在这条规则里写了两次：请删去一处"},
    Entry{"'{}' is there twice", "名称“{}”用了两次：请换一个"},
    Entry{"expected true, false, a number or a string", "应为 true、false、数字或文字"},
    Entry{"is empty: the rule would never be triggered", "是空的，规则永远不会触发：请至少写一个触发条件"},
    Entry{"is empty: the rule would open nothing", "是空的，规则不会打开任何门：请至少写一扇门"},
    Entry{"stands beside a property: make two of them", "与属性写在了一起：请分成两个触发条件"},
    Entry{"the device '{}' is not registered: add it, or correct the name", "没有登记设备“{}”：请先登记，或改正编号"},
    Entry{"the action '{}' of '{}', a {}, {}: name the one that unlocks", "设备“{1}”（型号 {2}）的动作“{0}”{3}：请写能开锁的那个动作"},
    Entry{"is not there", "不存在"},
    Entry{"opens no way", "不能开门"},
    // The list of households: its file.
    Entry{"the text is UTF-16 (\"Unicode text\"): save it as \"CSV UTF-8\" instead", "文件是 UTF-16（“Unicode 文本”）：请另存为“CSV UTF-8”"},
    Entry{"the text is not UTF-8, and this system cannot read GB18030: save it as UTF-8", "文件不是 UTF-8，而网关的系统读不了 GB18030：请另存为 UTF-8"},
    Entry{"byte {} is neither UTF-8 nor GB18030: save the file as \"CSV UTF-8\"", "第 {} 个字节既不是 UTF-8 也不是 GB18030：请另存为“CSV UTF-8”"},
    Entry{"the file is empty: its first line names the columns, {}", "文件是空的：第一行应为列名，{}"},
    Entry{"the file is larger than {} MiB: divide it", "文件超过 {} MiB：请分成几个文件"},
    Entry{"more than {} lines: divide the file", "超过 {} 行：请分成几个文件"},
    Entry{"more than {} columns", "超过 {} 列：请删去多余的列"},
    Entry{"the cell is longer than {} bytes", "单元格超过 {} 字节：请缩短"},
    Entry{"a quote within the cell: put the whole cell in quotes and double this one", "单元格中间有引号：请用引号括住整个单元格，并把这个引号写成两个"},
    Entry{"text after the closing quote: double the quotes that belong to the text", "右引号之后还有文字：属于内容的引号请写成两个"},
    Entry{"the quote that begins here is never closed: nothing after it was read", "从这里开始的引号没有结束，后面的都没有读：请补上右引号"},
    Entry{"the column {} ({}) is missing", "缺少“{}”列（{}）：请补上"},
    Entry{"the column 位数 (bits) is missing: say how many bits the cards have", "缺少“位数”列（bits）：请补上，并填写卡的位数"},
    Entry{"this column is not known and would not be kept: delete it, or call it one of {}", "不认识这一列，内容不会保存：请删去它，或改成以下列名之一：{}"},
    Entry{"column {} is the same: delete one of them", "与第 {} 列重复：请删去一列"},
    Entry{"there is nobody below the header", "列名下面没有人：请填写住户"},
    // Its rows.
    Entry{"more cells than the header has: quote cells with commas", "单元格比列名多：内容带逗号的单元格请加引号"},
    Entry{"begins with '{}' like a formula: write the value itself, or leave it empty", "以“{}”开头，像公式：请直接填写内容，或留空"},
    Entry{"has a line break or a control character: write it on one line", "有换行或控制字符：请写在一行里"},
    Entry{"is empty: say which flat", "没有填写：请填房号"},
    Entry{"'{}' is not a place of the compound: add it first, or correct the number", "小区里没有房号“{}”：请先添加这个位置，或改正房号"},
    Entry{"is empty: say who lives there", "没有填写：请填姓名"},
    Entry{"is longer than {} bytes: shorten it", "超过 {} 字节：请缩短"},
    Entry{"is not an id: use 1 to 64 of a-z A-Z 0-9 . _ -, or leave it empty", "不能作编号：请用 1 到 64 个 a-z A-Z 0-9 . _ -，或留空"},
    Entry{"'{}' is registered already: leave the line out, or give another id", "人员编号“{}”已登记：请删去这一行，或换一个编号"},
    Entry{"'{}' stands in line {} already: a further line of a person is the same but for its card", "“{}”已写在第 {} 行：同一人再写一行时，只有卡可以不同"},
    Entry{"'{}' stands in line {} for the same flat: give both a person id", "同一房号的“{}”已写在第 {} 行：请给两行都填上人员编号"},
    Entry{"expected 住户 (resident) or 家属 (family)", "身份应为“住户”或“家属”"},
    Entry{"expected a day such as 2026-01-31: format the column as text", "日期应写成 2026-01-31 的样子：请把这一列设为文本格式"},
    Entry{"is before the first day: exchange them", "早于生效日期：请对调"},
    Entry{"stands without a card: leave it empty", "没有卡号却填了位数：请留空"},
    Entry{"expected how many bits the card has: 26 or 34 for printed digits", "应为卡的位数：卡面数字填 26 或 34"},
    Entry{"expected digits as they are printed on the card, or 0x and its raw bits", "应为卡面上印的数字，或 0x 加原始位"},
    Entry{"the spreadsheet has rounded this number: format the column as text and type it again", "电子表格改动了这个号码的末几位：请把这一列设为文本格式，再重新输入"},
    Entry{"the same card stands in line {}: a card has one holder", "第 {} 行已有这张卡：一张卡只能有一个持有人"},
    Entry{"is registered already: end it there first, or leave it out", "这张卡已登记：请先在原处注销，或删去它"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_access() {
  return kEntries;
}

}  // namespace linli::console::words
