#include "firmware/core/account_refusal.hpp"

#include <utility>

namespace linli::core {
namespace {

RefusalKind kind_of(base::Code code) {
  switch (code) {
    case base::Code::kInvalid:
      return RefusalKind::kInvalid;
    case base::Code::kNotFound:
      return RefusalKind::kNotFound;
    case base::Code::kConflict:
      return RefusalKind::kConflict;
    case base::Code::kDenied:
      return RefusalKind::kDenied;
    case base::Code::kFull:
    case base::Code::kTimeout:
    case base::Code::kOffline:
      return RefusalKind::kBusy;
    default:
      return RefusalKind::kInternal;
  }
}

}  // namespace

std::string_view name(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::kInvalid:
      return "invalid";
    case RefusalKind::kUnauthenticated:
      return "unauthenticated";
    case RefusalKind::kSignInRefused:
      return "sign_in_refused";
    case RefusalKind::kSecondFactorRequired:
      return "second_factor_required";
    case RefusalKind::kLockedOut:
      return "locked_out";
    case RefusalKind::kDenied:
      return "denied";
    case RefusalKind::kCsrf:
      return "csrf";
    case RefusalKind::kNotFound:
      return "not_found";
    case RefusalKind::kConflict:
      return "conflict";
    case RefusalKind::kGone:
      return "gone";
    case RefusalKind::kAlreadyClaimed:
      return "already_claimed";
    case RefusalKind::kBusy:
      return "busy";
    case RefusalKind::kInternal:
      return "internal";
  }
  return "internal";
}

tl::unexpected<AccountRefusal> refuse(RefusalKind kind, std::string what, std::string field) {
  return tl::unexpected(AccountRefusal{kind, std::move(what), 0, std::move(field)});
}

tl::unexpected<AccountRefusal> refuse(const base::Error& error) {
  return refuse(kind_of(error.code), error.what);
}

}  // namespace linli::core
