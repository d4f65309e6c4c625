#include "firmware/domain/access/replay_window.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"

namespace linli::domain::access {
namespace {

constexpr std::int64_t kLastSecond = 0xFFFFFFFF;
constexpr std::int64_t kMostUses = 255;

bool may_go(const PassUse& use, std::int64_t now_ms) {
  return now_ms >= (use.expires_s + ReplayWindow::kKeepS) * 1000;
}

}  // namespace

std::string to_row(const PassUse& use) {
  return base::dump_json({{"expires", use.expires_s}, {"uses", use.uses}});
}

base::Result<PassUse> pass_use_from_row(std::string_view id, std::string_view row) {
  auto pass = parse_hex64(id);
  if (!pass) return base::failure_of(std::move(pass), "id");
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  PassUse use;
  use.pass = *pass;
  use.expires_s = in.integer("expires", {0, kLastSecond});
  use.uses = static_cast<std::uint32_t>(in.integer("uses", {1, kMostUses}));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return use;
}

ReplayWindow::Taken ReplayWindow::take(const PassToken& token, std::int64_t now_ms) {
  const auto found = uses_.find(token.id);
  if (found == uses_.end()) {
    if (uses_.size() >= kMost) expire(now_ms);
    if (uses_.size() >= kMost) return {PassRefusal::kBusy, {}};
    const PassUse first{token.id, token.expires_s, 1};
    uses_.emplace(token.id, first);
    return {PassRefusal::kNone, first};
  }
  if (found->second.uses >= token.max_uses) return {PassRefusal::kReplayed, {}};
  ++found->second.uses;
  return {PassRefusal::kNone, found->second};
}

void ReplayWindow::give_back(std::uint64_t pass) {
  const auto found = uses_.find(pass);
  if (found == uses_.end()) return;
  if (--found->second.uses == 0) uses_.erase(found);
}

int ReplayWindow::uses_of(std::uint64_t pass) const {
  const auto found = uses_.find(pass);
  return found == uses_.end() ? 0 : static_cast<int>(found->second.uses);
}

void ReplayWindow::restore(const PassUse& use, std::int64_t now_ms) {
  if (!may_go(use, now_ms)) uses_.insert_or_assign(use.pass, use);
}

std::vector<std::uint64_t> ReplayWindow::expire(std::int64_t now_ms) {
  std::vector<std::uint64_t> ended;
  for (auto each = uses_.begin(); each != uses_.end();) {
    if (!may_go(each->second, now_ms)) {
      ++each;
      continue;
    }
    ended.push_back(each->first);
    each = uses_.erase(each);
  }
  return ended;
}

}  // namespace linli::domain::access
