#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// Backup and restore, the store, the history, the diagnostics.
constexpr std::array kEntries{
    // clang-format off
    // Backup and restore.
    Entry{"making a key", "生成密钥"},
    Entry{"signing the certificate of {}", "签发 {} 的证书"},
    Entry{"the backup's words go into X-Backup-Key", "请提供备份的密钥词（X-Backup-Key）"},
    Entry{"the body must be the backup's file", "内容须是备份文件"},
    Entry{"no backup of this name is kept", "没有保留这个名称的备份"},
    Entry{"no backup '{}' is here any more: only the last {} are kept until the next start, make a new one", "备份“{}”已不在：只保留最近 {} 份到下次启动为止，请重新备份"},
    Entry{"the backup is no longer there", "备份已不在：请重新备份"},
    Entry{"the backup cannot be read", "备份读不了：请重新备份"},
    Entry{"{}; nothing was changed", "{}；没有任何改动"},
    Entry{"cannot {} {}: {}; nothing was changed", "不能 {} {}：{}；没有任何改动"},
    Entry{"cannot {} {}: {}", "不能 {} {}：{}"},
    Entry{"cannot read {}: may this user read it?", "不能读取 {}：请检查网关用户有没有读它的权限"},
    Entry{"cannot read {}: does it exist, and may this user read it?", "不能读取 {}：请检查它是否存在，网关用户有没有权限"},
    Entry{"cannot read {}: {}", "不能读取 {}：{}"},
    Entry{"cannot read {}", "不能读取 {}"},
    Entry{"cannot write {}: {}", "不能写入 {}：{}"},
    Entry{"cannot write into {}: {}", "不能写入文件夹 {}：{}"},
    Entry{"{} became shorter meanwhile", "{} 在读取时变短了：请再备份一次"},
    Entry{"{} is larger than 1 MiB", "{} 大于 1 MiB"},
    Entry{"{} is there already: choose another name", "{} 已存在：请换一个名称"},
    Entry{"sync the directory of", "写定文件夹"},
    Entry{"make the directory", "建立文件夹"},
    Entry{"the archive ends too early: take another copy of it", "备份文件不完整：请换一份拷贝"},
    Entry{"a backup needs {} MiB in {} for a while, and {} are free: write it elsewhere", "备份暂时需要 {1} 里的 {0} MiB，只剩 {2}：请先腾出空间"},
    Entry{"copying the database", "拷贝数据库"},
    Entry{"the key that opens stored passwords is not here (is it a systemd credential?): keep it yourself, or each device needs a new password after a restore", "打开已存密码的密钥不在这里（是 systemd 凭据吗？）：请自行保管，否则恢复后每台设备都要换密码"},
    Entry{"{} is not there, and so not in the backup", "{} 不存在，所以不在备份里"},
    Entry{"{} has a name that is not ours: left out", "{} 不是网关的文件，没有备份"},
    Entry{"reading the archive back", "核对备份"},
    Entry{"the archive does not hold what was put into it", "备份核对不一致：请检查磁盘，再备份一次"},
    Entry{"that this backup was made is not noted: {}", "这次备份没能记录下来：{}"},
    Entry{"the archive lacks its manifest or its database", "备份里缺少清单或数据库：请换一份备份"},
    Entry{"zlib has no memory", "内存不足，不能压缩"},
    Entry{"not a gzip stream", "不是 gzip 数据"},
    Entry{"bytes behind the end", "结尾之后还有多余的字节"},
    Entry{"a key has {} words, not {}: type it again", "密钥是 {} 个词，不是 {} 个：请重新输入"},
    Entry{"word {} of the key, '{}', is not in the list{}", "密钥的第 {} 个词“{}”不在词表里{}"},
    Entry{", did you mean '{}'?", "，是不是“{}”？"},
    Entry{"the words are in the list, but do not belong together: is their order right, and each as it was written down?", "这些词都在词表里，但合起来不对：请核对顺序和每个词"},
    Entry{"the archive holds '{}', which no backup does", "文件里有“{}”，备份里不会有它：请换一份备份"},
    Entry{"this is no backup of Linli", "这不是邻里的备份文件"},
    Entry{"the archive is cut off", "备份文件不完整：请换一份拷贝"},
    Entry{"the archive is damaged at its beginning", "备份文件开头已损坏：请换一份拷贝"},
    Entry{"a newer linlid made this archive (format {}, this one knows {}): install that version first", "备份来自更新的版本（格式 {}，本机只认识 {}）：请先安装那个版本"},
    Entry{"these words are not the key of this archive: each backup has its own, try again with those that were shown with it", "这些词不是这份备份的密钥：每份备份各有一组，请用备份时显示的那一组"},
    Entry{"the archive is damaged or cut off between byte {} and {}: take another copy of it", "备份文件在第 {} 到 {} 字节之间损坏或缺失：请换一份拷贝"},
    Entry{"no octal number", "数字格式有误"},
    Entry{"an entry of the archive has no form that we know", "备份里有一项无法识别"},
    Entry{"an entry of the archive has a name that we never give", "备份里有一项的名称不是网关起的"},
    Entry{"a key has {} bytes", "密钥须为 {} 字节"},
    Entry{"a piece is cut off", "有一段不完整"},
    Entry{"a piece was changed", "有一段被改过"},
    Entry{"the database of now", "现在的数据库"},
    Entry{"the database in the archive", "备份里的数据库"},
    Entry{"no randomness for a new epoch", "系统给不出随机数"},
    Entry{"the database in the archive is damaged: {}", "备份里的数据库已损坏：{}"},
    Entry{"a newer linlid wrote the database in the archive (schema {}, this one knows {}): install that version first", "备份里的数据库来自更新的版本（结构 {}，本机只认识 {}）：请先安装那个版本"},
    // The store and the history.
    Entry{"a chart has at most {} points: ask for less time", "一张图最多 {} 个点：请缩短时间"},
    Entry{"the history cannot be read now: the database is being put right or is busy, try again in a minute ({})", "现在读不了历史：数据库正在修复或正忙，请过一分钟再试（{}）"},
    Entry{"limit: expected 1 to {}", "每页条数应为 1 到 {}"},
    Entry{"too many ask about the past at once: try again in a moment", "同时查询历史的太多：请稍后再试"},
    Entry{"there is no database", "没有数据库"},
    Entry{"cannot open", "打不开"},
    Entry{"opening {}", "打开 {}"},
    Entry{"no room for a database of {} bytes", "没有空间放 {} 字节的数据库"},
    Entry{"the database was damaged and had to be replaced: starting anew with it", "数据库已损坏并被替换：网关正用新的数据库重新启动"},
    Entry{"it writes", "可以写入"},
    Entry{"it turns", "正常运行"},
    // Files of the diagnostics bundle.
    Entry{"system, memory of the process and the machine, disk", "系统、进程和机器的内存、磁盘"},
    Entry{"subjects and dates of certificates, no keys", "证书的主体和日期，没有密钥"},
    Entry{"this list", "本清单"},
    Entry{"our own log of the last 24 hours, as far as it is in memory at {}", "网关最近 24 小时的日志（截至 {} 仍在内存中的部分）"},
    Entry{"devices with model and presence, without names and places", "设备的型号和在线情况，不含名称和位置"},
    Entry{"what linlid runs with", "网关正在使用的配置"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_upkeep() {
  return kEntries;
}

}  // namespace linli::console::words
