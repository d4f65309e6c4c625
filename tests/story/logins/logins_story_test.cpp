#include <gtest/gtest.h>

#include <filesystem>

#include "firmware/core/device_admin.hpp"
#include "firmware/core/login_keeper.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/sealed_keys.hpp"
#include "tests/fakes/fake_access.hpp"
#include "tests/story/house.hpp"

namespace linli::story {
namespace {

using base::Code;
using std::chrono::minutes;
using std::chrono::seconds;

domain::DeviceId id_of(const std::string& text) {
  return domain::DeviceId::parse(text).value();
}

// Registrations, their sealed passwords and the site broker's logins, which may be lost, stale or
// out of reach.
class Logins : public testing::Test {
 protected:
  Logins() {
    char folder[] = "/tmp/linli-logins-XXXXXX";
    directory = mkdtemp(folder);
    EXPECT_TRUE(tls::init_sealing_key(directory));
    keys = tls::SealedKeys::load(tls::sealing_key_file(directory)).value();
    start();
  }
  ~Logins() override { std::filesystem::remove_all(directory); }

  void start() {
    admin = std::make_unique<core::DeviceAdmin>(
        store, access, *keys, devices,
        core::DeviceAdmin::Dependencies{
            [this](const std::string& name) { return name == profile->name ? profile : nullptr; },
            [this](const std::string& /*name*/) { return &driver; }});
    keeper = std::make_unique<core::LoginKeeper>(
        loop, access, *keys, devices,
        core::LoginKeeper::Dependencies{
            [this](const std::string& name) -> base::Result<std::optional<std::string>> {
              const auto rows = store.rows(ports::Space::kSecret);
              const auto found = rows.find(name);
              return found == rows.end() ? std::nullopt : std::optional(found->second);
            }});
  }

  // The gateway dies and starts again from what is stored.
  void crash_and_restart() {
    store.crash();
    loop.drop_all();
    keeper.reset();
    admin.reset();
    devices = core::DeviceTable();
    start();
    for (const auto& [id, row] : store.rows(ports::Space::kDevice))
      EXPECT_TRUE(admin->restore(core::registration_from_row(id, row).value()));
  }

  // The password that the installer was shown, or the error.
  base::Result<std::string> add(const std::string& id, std::string_view with = core::kMqttDriver) {
    base::Result<std::string> shown = base::fail(Code::kInternal, "no answer");
    core::Registration registration;
    registration.id = id_of(id);
    registration.driver = with;
    registration.profile = profile->name;
    admin->add(registration, [&shown](base::Result<ports::DeviceCredentials> done) {
      shown = done ? base::Result<std::string>(done->password.reveal())
                   : base::Result<std::string>(base::Failure(done.error()));
    });
    loop.run_for(seconds(10));
    return shown;
  }

  base::Result<void> revoke(const std::string& id) {
    base::Result<void> answer = base::fail(Code::kInternal, "no answer");
    admin->revoke(id_of(id), [&answer](base::Result<void> done) { answer = std::move(done); });
    loop.run_for(seconds(10));
    return answer;
  }

  base::Result<void> describe(const std::string& id, std::string name, std::string place) {
    base::Result<void> answer = base::fail(Code::kInternal, "no answer");
    admin->describe(id_of(id), std::move(name), std::move(place),
                    [&answer](base::Result<void> done) { answer = std::move(done); });
    loop.run_for(seconds(1));
    return answer;
  }

  void check() {
    keeper->check();
    loop.run_for(seconds(1));
  }

  std::string directory;
  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  fakes::FakeAccess access{loop};
  TestDriver driver{loop};
  core::DeviceTable devices;
  std::shared_ptr<const domain::Profile> profile = test_profile();
  std::unique_ptr<tls::SealedKeys> keys;
  std::unique_ptr<core::DeviceAdmin> admin;
  std::unique_ptr<core::LoginKeeper> keeper;
};

TEST_F(Logins, ThatTheBrokerLostComeBackWithTheirOldPassword) {
  const std::string password = add("door1").value();
  add("door2").value();
  access.there.clear();
  crash_and_restart();
  check();
  EXPECT_EQ(access.there.at("door1").password, password);
  EXPECT_EQ(keeper->counts().granted, 2U);
}

TEST_F(Logins, OfTerminalsAreTheBrokersToo) {
  const std::string password = add("1305433", core::kTerminalDriver).value();
  access.there["ghost"] = {"p", {}};
  check();
  EXPECT_TRUE(access.there.contains("1305433"));
  access.there.clear();
  check();
  EXPECT_EQ(access.there.at("1305433").password, password);
}

TEST_F(Logins, ThatAreAsTheyShouldBeAreLeftAlone) {
  add("door1").value();
  const int before = access.changes;
  check();
  check();
  EXPECT_EQ(access.changes, before);
  EXPECT_EQ(keeper->counts().checks, 2U);
}

TEST_F(Logins, OfNobodyAreTakenAway) {
  add("door1").value();
  access.there["ghost"] = {"p", {}};
  check();
  EXPECT_FALSE(access.there.contains("ghost"));
  EXPECT_TRUE(access.there.contains("door1"));
}

TEST_F(Logins, WithOtherRightsThanTheModelGivesAreMended) {
  const std::string password = add("door1").value();
  access.there["door1"].topics.publish.emplace_back("everything/#");
  check();
  EXPECT_EQ(access.there["door1"].topics.publish,
            access.topics_of(id_of("door1"), *profile).publish);
  EXPECT_EQ(access.there["door1"].password, password);
}

TEST_F(Logins, OfARevokedDeviceTakeItsDriversKeyWithThem) {
  add("door1").value();
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kSecret, ports::device_key_name("door1"), "sealed"});
  store.commit(std::move(turn), [](const base::Result<void>& /*done*/) {});
  loop.run_for(seconds(1));
  ASSERT_TRUE(revoke("door1").has_value());
  EXPECT_TRUE(store.rows(ports::Space::kSecret).empty());
}

TEST_F(Logins, RevokedWhileTheBrokerIsAwayGoWhenItIsBack) {
  add("door1").value();
  access.fails_with = base::Error{Code::kOffline, "not connected"};
  const auto answer = revoke("door1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_NE(answer.error().what.find("as soon as the site broker answers"), std::string::npos);
  EXPECT_EQ(devices.find(id_of("door1")), nullptr);
  crash_and_restart();
  access.fails_with.reset();
  check();
  EXPECT_TRUE(access.there.empty());
}

TEST_F(Logins, OfADeviceAddedWhileTheBrokerIsAwayAreMadeWhenItIsBack) {
  access.fails_with = base::Error{Code::kOffline, "not connected"};
  EXPECT_FALSE(add("door1").has_value());
  access.fails_with.reset();
  check();
  EXPECT_TRUE(access.there.contains("door1"));
}

TEST_F(Logins, AreComparedAgainByItselfAfterAFailure) {
  add("door1").value();
  access.there.clear();
  access.fails_with = base::Error{Code::kTimeout, "no answer"};
  check();
  access.fails_with.reset();
  loop.run_for(minutes(1));
  EXPECT_TRUE(access.there.contains("door1"));
}

TEST_F(Logins, WithoutAStoredPasswordAreCountedAndNewCredentialsMendThem) {
  add("door1").value();
  access.there.clear();
  ports::Turn forget;
  forget.erasures.push_back({ports::Space::kSecret, core::login_secret_name(id_of("door1"))});
  store.commit(std::move(forget), [](const base::Result<void>&) {});
  check();
  EXPECT_EQ(keeper->counts().without_secret, 1U);
  admin->replace(id_of("door1"), [](const base::Result<ports::DeviceCredentials>&) {});
  loop.run_for(seconds(1));
  check();
  EXPECT_EQ(keeper->counts().without_secret, 0U);
  EXPECT_TRUE(access.there.contains("door1"));
}

TEST_F(Logins, AndValuesStayWhenADeviceIsCalledOtherwiseOrHangsElsewhere) {
  const std::string password = add("door1").value();
  devices.find(id_of("door1"))->slots[0].value = 7.0;
  EXPECT_TRUE(describe("door1", "大门", "b3-gate").has_value());
  EXPECT_EQ(devices.find(id_of("door1"))->slots[0].value, domain::Value(7.0));
  crash_and_restart();
  EXPECT_EQ(devices.find(id_of("door1"))->registration.name, "大门");
  EXPECT_EQ(devices.find(id_of("door1"))->registration.place, "b3-gate");
  EXPECT_EQ(access.there.at("door1").password, password);
}

TEST_F(Logins, OfADeviceThatCouldNotBeCalledOtherwiseKeepItsName) {
  add("door1").value();
  EXPECT_EQ(describe("door2", "x", "y").error().code, Code::kNotFound);
  EXPECT_EQ(describe("door1", std::string(300, 'x'), "").error().code, Code::kInvalid);
  EXPECT_EQ(describe("door1", "\xff", "").error().code, Code::kInvalid);
  store.fail_next(1, Code::kFull);
  EXPECT_EQ(describe("door1", "x", "y").error().code, Code::kFull);
  EXPECT_EQ(devices.find(id_of("door1"))->registration.name, "");
}

TEST_F(Logins, OfADeviceWhoseEndCouldNotBeWrittenDownStay) {
  add("door1").value();
  store.fail_next(1, Code::kFull);
  EXPECT_FALSE(revoke("door1").has_value());
  EXPECT_NE(devices.find(id_of("door1")), nullptr);
  EXPECT_TRUE(access.there.contains("door1"));
}

TEST_F(Logins, OfTenThousandLostOnesComeBackWithoutDeepStacks) {
  for (int i = 0; i < 10'000; ++i) {
    core::Registration registration;
    registration.id = id_of("d" + std::to_string(i));
    registration.profile = profile->name;
    ASSERT_TRUE(admin->restore(registration));
  }
  check();
  EXPECT_EQ(keeper->counts().without_secret, 10'000U);
}

// One is on its way to the broker while all the others are revoked, or registered, at once.
TEST_F(Logins, OfVeryManyThatNeedNothingAnyMoreArePassedOverWithoutDeepStacks) {
  constexpr int kMany = 200'000;
  const auto put = [this](const std::string& id) {
    core::Registration registration;
    registration.id = id_of(id);
    registration.profile = profile->name;
    devices.put(registration, profile);
  };
  add("door1").value();
  access.there.clear();
  for (int i = 0; i < kMany; ++i) access.there["new" + std::to_string(i)] = {"p", {}};
  access.there["zz-ghost"] = {"p", {}};
  keeper->check();
  ASSERT_TRUE(loop.run_one());  // the list is made, and the ghost's turn has come
  for (int i = 0; i < kMany; ++i) put("new" + std::to_string(i));
  loop.run_for(seconds(1));
  EXPECT_EQ(keeper->counts().revoked, 1U);
  EXPECT_EQ(access.there.size(), kMany + 1U);

  access.there.erase("new0");
  for (int i = 1; i < kMany; ++i) access.there["new" + std::to_string(i)].topics = {};
  keeper->check();
  ASSERT_TRUE(loop.run_one());
  for (int i = 0; i < kMany; ++i) devices.remove(id_of("new" + std::to_string(i)));
  loop.run_for(seconds(1));
  EXPECT_EQ(keeper->counts().checks, 2U);
  EXPECT_LE(keeper->counts().without_secret, 1U);
}

TEST_F(Logins, APasswordIsNeverStoredInTheClear) {
  const std::string password = add("door1").value();
  for (const auto space : {ports::Space::kDevice, ports::Space::kSecret}) {
    for (const auto& [key, row] : store.rows(space))
      EXPECT_EQ(row.find(password), std::string::npos);
  }
}

}  // namespace
}  // namespace linli::story
