#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "firmware/base/once.hpp"

namespace linli::core {

// Why an operation on accounts was not done. name() gives the stable code of the API.
enum class RefusalKind : std::uint8_t {
  kInvalid,
  kUnauthenticated,
  kSignInRefused,  // the same for an unknown login and a wrong password or code
  kSecondFactorRequired,
  kLockedOut,  // wait_s says for how long
  kDenied,
  kCsrf,
  kNotFound,
  kConflict,
  kGone,  // a code that is used up or too old
  kAlreadyClaimed,
  kBusy,  // too much waits, or the store cannot write now
  kInternal,
};

struct AccountRefusal {
  RefusalKind kind = RefusalKind::kInternal;
  std::string what;         // one sentence for people, without a trailing full stop
  std::int64_t wait_s = 0;  // kLockedOut
  std::string field = {};   // kInvalid: the member that is wrong, e.g. "password"

  friend bool operator==(const AccountRefusal&, const AccountRefusal&) = default;
};

template <class T>
using AccountResult = tl::expected<T, AccountRefusal>;

// Runs exactly once, on the loop's thread, later than the call.
template <class T>
using AccountDone = base::Once<void(AccountResult<T>)>;

// "sign_in_refused", …
std::string_view name(RefusalKind kind);

tl::unexpected<AccountRefusal> refuse(RefusalKind kind, std::string what, std::string field = {});

// A failure of the store or another part, as a refusal.
tl::unexpected<AccountRefusal> refuse(const base::Error& error);

}  // namespace linli::core
