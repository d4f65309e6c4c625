#include "tests/story/people/estate.hpp"

#include <algorithm>
#include <filesystem>

#include "tests/story/base32.hpp"

namespace linli::story {
namespace {

// site > building 3 > unit 3-2 > 3-2-501, and building 4 beside it.
std::optional<std::string> parent_of(const std::string& place) {
  if (place == "b3" || place == "b4") return "site";
  if (place == "3-2") return "b3";
  if (place == "3-2-501") return "3-2";
  return std::nullopt;
}

}  // namespace

Estate::Estate() {
  char folder[] = "/tmp/linli-people-XXXXXX";
  directory = mkdtemp(folder);
  EXPECT_TRUE(tls::init_sealing_key(directory));
  keys = tls::SealedKeys::load(tls::sealing_key_file(directory)).value();
  start();
}

Estate::~Estate() {
  accounts.reset();
  std::filesystem::remove_all(directory);
}

void Estate::start() {
  accounts = std::make_unique<core::Accounts>(
      loop, core::Accounts::Dependencies{store, *keys, hashes, crypto, clock, &parent_of,
                                         "jasmine-court"});
  fakes::MemoryQuery query(store);
  EXPECT_TRUE(accounts->restore(query));
  accounts->start();
  loop.run_ready();
}

void Estate::crash_and_restart() {
  store.crash();
  loop.drop_all();
  accounts.reset();
  start();
}

void Estate::reboot(domain::TimeQuality quality, std::int64_t wall_ahead_ms) {
  clock.boot += 1;
  clock.monotonic_at_start = -base::to_ms(loop.now() - base::TimePoint{hours(1)}) + 1'000;
  clock.quality = quality;
  clock.wall_at_start += wall_ahead_ms;
  crash_and_restart();
}

core::AccountResult<core::Entry> Estate::claim(const std::string& code, const std::string& login) {
  return run<core::Entry>([&](auto done) {
    accounts->claim({SecretText(code), "Mei", login, SecretText(kPassword)}, {"192.0.2.1", "test"},
                    std::move(done));
  });
}

core::Entry Estate::claimed() {
  return claim(accounts->claim_code().value().reveal()).value();
}

core::AccountResult<core::Entry> Estate::sign_in(const std::string& login,
                                                 const std::string& password,
                                                 const std::string& otp, const std::string& peer) {
  core::SignInForm form{login, SecretText(password)};
  if (!otp.empty()) form.otp = SecretText(otp);
  return run<core::Entry>([&](auto done) {
    accounts->sign_in(form, {peer, "test"}, std::move(done));
  });
}

core::AccountResult<core::CodeOffer> Estate::invite(Role role, std::vector<std::string> places,
                                                    const core::By& by) {
  return run<core::CodeOffer>([&](auto done) {
    accounts->invite(by, {role, "Somebody", std::move(places)}, std::move(done));
  });
}

core::AccountResult<core::CodeOffer> Estate::invite_resident(const std::string& resident) {
  core::InviteForm form{Role::kResident, "安女士", {"3-2-501"}, resident};
  return run<core::CodeOffer>(
      [&](auto done) { accounts->invite(core::by_local(0), std::move(form), std::move(done)); });
}

core::AccountResult<core::Entry> Estate::accept(const SecretText& code, const std::string& login) {
  core::AcceptForm form{code, "Somebody"};
  if (!login.empty()) {
    form.login = login;
    form.password = SecretText(kPassword);
  }
  return run<core::Entry>([&](auto done) {
    accounts->accept_invitation(form, {"192.0.2.7", "phone"}, std::move(done));
  });
}

core::Entry Estate::person(Role role, const std::string& login, std::vector<std::string> places) {
  return accept(invite(role, std::move(places)).value().code, login).value();
}

core::Entry Estate::resident(const std::string& place) {
  return accept(invite(Role::kResident, {place}).value().code, "").value();
}

core::AccountResult<core::Actor> Estate::admit(const core::Entry& entry) {
  return accounts->admit({entry.cookie.reveal(), "", entry.session.csrf, true});
}

core::AccountResult<core::Actor> Estate::admit(const core::TokenOffer& offer) {
  return accounts->admit({"", offer.token.reveal(), "", true});
}

std::string Estate::otp(const core::SecondFactorOffer& offer, std::int64_t ahead_ms) {
  const auto step = static_cast<std::uint64_t>((clock.now().unix_ms + ahead_ms) / 30'000);
  return crypto.one_time_code(SecretText(from_base32(offer.secret.reveal())), step);
}

core::SecondFactorOffer Estate::second_factor(const core::Entry& entry) {
  auto offer = run<core::SecondFactorOffer>([&](auto done) {
                 accounts->begin_second_factor(actor(entry), std::move(done));
               }).value();
  EXPECT_TRUE(run<void>([&](auto done) {
    accounts->confirm_second_factor(actor(entry), SecretText(otp(offer)), std::move(done));
  }));
  return offer;
}

std::vector<std::string> Estate::actions() const {
  std::vector<std::string> actions;
  for (const domain::AuditRow& row : store.audit())
    actions.push_back(domain::parse_audit_line(row.line).value().action);
  return actions;
}

std::size_t Estate::count(const std::string& action) const {
  const auto all = actions();
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), action));
}

}  // namespace linli::story
