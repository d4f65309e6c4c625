#include "firmware/core/lock_out.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "firmware/base/bytes.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kMaxLogin = 64;

std::string login_key(std::string_view login) {
  return login.empty() ? "" : "login " + std::string(login.substr(0, kMaxLogin));
}

// Whoever has one IPv6 address has 2^64: the first half of it is one household.
std::string address_key(std::string_view address) {
  if (address.empty()) return "";
  const std::string text(address.substr(0, kMaxLogin));
  std::array<char, sizeof(in6_addr)> bytes{};
  const bool is_v6 =
      text.find('.') == std::string::npos && inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
  return "address " + (is_v6 ? base::to_hex({bytes.data(), bytes.size() / 2}) : text);
}

base::Duration delay_after(int failures) {
  base::Duration delay = LockOut::kFirst;
  for (int i = LockOut::kFree; i < failures && delay < LockOut::kLongest; ++i) delay *= 2;
  return std::min(delay, LockOut::kLongest);
}

}  // namespace

LockOut::Verdict LockOut::attempt(std::string_view login, std::string_view address,
                                  base::TimePoint now) {
  const std::array keys{login_key(login), address_key(address)};
  Verdict verdict;
  for (const std::string& key : keys) {
    const auto found = counts_.find(key);
    if (found == counts_.end() || found->second.until <= now) continue;
    verdict.wait = std::max(verdict.wait, found->second.until - now);
    if (!found->second.is_told) verdict.begins = true;
    found->second.is_told = true;
  }
  if (verdict.wait > base::Duration::zero()) return verdict;
  for (const std::string& key : keys) {
    if (!key.empty()) count(key, now);
  }
  note_address(keys[0], keys[1]);
  return verdict;
}

void LockOut::note_address(const std::string& login, const std::string& address) {
  const auto of = counts_.find(login);
  if (of == counts_.end()) return;
  Count& count = of->second;
  count.of_address = count.address == address ? count.of_address + 1 : 1;
  count.address = address;
}

void LockOut::count(const std::string& key, base::TimePoint now) {
  if (!counts_.contains(key) && counts_.size() >= kMostKeys) {
    forget_old(now);
    make_room();
  }
  Count& of = counts_[key];
  if (now - std::max(of.last, of.until) > kForget) of = {};
  of.last = now;
  of.is_told = false;
  if (++of.failures >= kFree) of.until = now + delay_after(of.failures);
}

void LockOut::forget_old(base::TimePoint now) {
  std::erase_if(counts_, [now](const auto& each) {
    return now - std::max(each.second.last, each.second.until) > kForget;
  });
}

// Who has failed least costs least to forget: a lock cannot be pushed out by fresh names.
void LockOut::make_room() {
  if (counts_.size() < kMostKeys) return;
  const auto least =
      std::min_element(counts_.begin(), counts_.end(), [](const auto& one, const auto& other) {
        const Count& a = one.second;
        const Count& b = other.second;
        return a.failures != b.failures ? a.failures < b.failures : a.last < b.last;
      });
  counts_.erase(least);
}

void LockOut::take_back(std::string_view login, std::string_view address) {
  const auto of = counts_.find(login_key(login));
  if (of != counts_.end() && of->second.address == address_key(address)) --of->second.of_address;
  uncount(login_key(login));
  uncount(address_key(address));
}

void LockOut::uncount(const std::string& key, int failures) {
  const auto found = counts_.find(key);
  if (found == counts_.end()) return;
  found->second.failures -= failures;
  if (found->second.failures <= 0) {
    counts_.erase(found);
  } else if (found->second.failures < kFree) {
    found->second.until = {};
  }
}

void LockOut::forgive(std::string_view login, std::string_view address) {
  counts_.erase(login_key(login));
  uncount(address_key(address));
}

void LockOut::unlock(std::string_view login) {
  const auto found = counts_.find(login_key(login));
  if (found == counts_.end()) return;
  uncount(found->second.address, found->second.of_address);
  counts_.erase(login_key(login));
}

base::Duration LockOut::wait(std::string_view login, base::TimePoint now) const {
  const auto found = counts_.find(login_key(login));
  if (found == counts_.end() || found->second.until <= now) return {};
  return found->second.until - now;
}

}  // namespace linli::core
