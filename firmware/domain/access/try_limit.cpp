#include "firmware/domain/access/try_limit.hpp"

#include <algorithm>

namespace linli::domain::access {
namespace {

constexpr base::Duration kRemembered = TryLimit::kWindows.back().span;
constexpr std::size_t kMostFailures = TryLimit::kWindows.back().failures;

bool is_typed(CredentialKind kind) {
  return kind == CredentialKind::kPin || kind == CredentialKind::kTotp;
}

}  // namespace

bool TryLimit::locks(const Try& at) {
  if (at.kind == CredentialKind::kQr || at.kind == CredentialKind::kFace) return false;
  return is_typed(at.kind) || !at.credential.empty();
}

// PIN and TOTP share the keypad. Ids have no blanks, so no two keys are the same by accident.
std::string TryLimit::key_of(const Try& at) {
  const std::string_view way = is_typed(at.kind) ? "keypad" : name(at.kind);
  std::string key(at.door);
  key += ' ';
  key += at.credential.empty() ? way : at.credential;
  key += at.credential.empty() ? " unknown" : "";
  return key;
}

bool TryLimit::reaches_limit(const Count& count, base::TimePoint now) {
  return std::any_of(kWindows.begin(), kWindows.end(), [&count, now](const Window& window) {
    const auto recent =
        std::count_if(count.failures.begin(), count.failures.end(),
                      [now, &window](base::TimePoint each) { return now - each < window.span; });
    return static_cast<std::size_t>(recent) >= window.failures;
  });
}

base::Duration TryLimit::wait(const Try& at, base::TimePoint now) const {
  if (!locks(at)) return base::Duration{0};
  const auto found = counts_.find(key_of(at));
  if (found == counts_.end() || found->second.locked_until <= now) return base::Duration{0};
  return found->second.locked_until - now;
}

TryLimit::Counted TryLimit::failed(const Try& at, base::TimePoint now) {
  const std::string key = key_of(at);
  if (!counts_.contains(key)) make_room(now);
  Count& count = counts_[key];
  if (!count.failures.empty() && now - count.last >= kRemembered) count = {};
  count.last = now;
  count.failures.push_back(now);
  if (count.failures.size() > kMostFailures) count.failures.pop_front();
  if (!reaches_limit(count, now)) return {};
  if (!locks(at)) {
    // Told once for each ten, not for each one after the tenth.
    count.failures.clear();
    return {base::Duration{0}, true};
  }
  base::Duration lock = kFirstLock;
  for (int i = 0; i < count.locks && lock < kLongestLock; ++i) lock *= 2;
  lock = std::min(lock, kLongestLock);
  ++count.locks;
  count.locked_until = now + lock;
  return {lock, true};
}

void TryLimit::succeeded(const Try& at) {
  if (!at.credential.empty()) counts_.erase(key_of(at));
}

void TryLimit::unlock(const Try& at) {
  counts_.erase(key_of(at));
}

void TryLimit::make_room(base::TimePoint now) {
  if (counts_.size() < kMostKeys) return;
  const auto rank = [now](const Count& count) {
    return std::pair(count.locked_until > now, count.last);
  };
  const auto oldest = std::min_element(
      counts_.begin(), counts_.end(),
      [&rank](const auto& a, const auto& b) { return rank(a.second) < rank(b.second); });
  counts_.erase(oldest);
}

}  // namespace linli::domain::access
