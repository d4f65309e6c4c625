#include <gtest/gtest.h>

#include "drivers/osdp/stored_keys.hpp"
#include "tests/unit/osdp/driver_kit.hpp"

// Keys of readers, from the window to the disk.
namespace linli::drivers::osdp {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;

class OsdpDriverKeys : public testing::Test {
 protected:
  OsdpDriverKeys() {
    site.wires.readers.emplace_back(std::uint8_t{5});
    EXPECT_TRUE(site.attach().has_value());
    site.loop.run_for(seconds(2));
  }

  std::string stored() const {
    const auto rows = site.store.rows(ports::Space::kSecret);
    const auto found = rows.find("key/door1");
    return found == rows.end() ? "" : found->second;
  }
  static std::string row_of(const base::SecretText& current, const base::SecretText& next) {
    return "key/door1|" + to_secret({current, next}).reveal();
  }

  Site site;
};

TEST_F(OsdpDriverKeys, AKeyIsMadeStoredHandedOverAndProven) {
  site.invoke("key_install", "{}");
  site.loop.run_for(seconds(3));
  EXPECT_TRUE(site.answers.at(0).has_value());
  EXPECT_EQ(site.events("key_installed"), 1);
  ASSERT_TRUE(site.reader().key.has_value());
  EXPECT_EQ(stored(), row_of(*site.reader().key, {}));
  EXPECT_EQ(site.readings("secure_channel").back(), "\"own_key\"");
}

TEST_F(OsdpDriverKeys, TheKeyIsOnDiskBeforeTheReaderHasIt) {
  site.store.hold();
  site.invoke("key_install", "{}");
  site.loop.run_for(seconds(5));
  EXPECT_FALSE(site.reader().key.has_value());
  site.store.release();
  site.loop.run_for(seconds(3));
  EXPECT_TRUE(site.reader().key.has_value());
}

TEST_F(OsdpDriverKeys, AKeyThatCannotBeStoredIsNotHandedOver) {
  site.store.fail_next(1, Code::kFull);
  site.invoke("key_install", "{}");
  site.loop.run_for(seconds(5));
  EXPECT_FALSE(site.reader().key.has_value());
  EXPECT_EQ(site.events("key_refused"), 1);
}

TEST_F(OsdpDriverKeys, AfterARestartTheReaderIsSpokenToWithItsKey) {
  site.invoke("key_install", "{}");
  site.loop.run_for(seconds(3));
  site.crash_and_restart();
  site.reader().clear.clear();
  ASSERT_TRUE(site.attach().has_value());
  site.loop.run_for(seconds(3));
  EXPECT_EQ(site.readings("secure_channel").back(), "\"own_key\"");
  for (const std::string& code : site.reader().clear)
    EXPECT_TRUE(code == "ID" || code == "CAP") << code;
}

TEST_F(OsdpDriverKeys, ACrashBetweenReaderAndDiskLosesNoKey) {
  site.invoke("key_install", "{}");
  while (!site.reader().key) site.loop.run_for(milliseconds(10));
  site.crash_and_restart();
  ASSERT_TRUE(site.attach().has_value());
  site.loop.run_for(seconds(3));
  EXPECT_EQ(site.presences().back(), domain::Presence::kOnline);
  EXPECT_EQ(site.readings("secure_channel").back(), "\"own_key\"");
  EXPECT_EQ(stored(), row_of(*site.reader().key, {}));
}

TEST_F(OsdpDriverKeys, WhatHappensToAReaderThatIsNotTrustedDoesNotMakeItOnline) {
  site.invoke("key_install", "{}");
  site.loop.run_for(seconds(3));
  site.reader().key = base::SecretText("not the same key");
  site.reader().lose_session();
  site.loop.run_for(seconds(30));
  ASSERT_EQ(site.presences().back(), domain::Presence::kOffline);
  site.reader().refuses[CommandCode::kKeySet] = 3;
  site.reader().takes_default_key = true;
  const std::size_t before = site.intake.reports.size();
  ASSERT_TRUE(site.driver->open_window(Site::id("door1"), seconds(60)).has_value());
  site.loop.run_for(seconds(10));
  EXPECT_EQ(site.events("key_refused"), 1);
  for (std::size_t i = before; i < site.intake.reports.size(); ++i)
    EXPECT_EQ(site.intake.reports[i].presence, domain::Presence::kOffline);
}

TEST_F(OsdpDriverKeys, AWindowIsOpenedForAReaderThatIsOfflineForItsKey) {
  site.invoke("key_install", "{}");
  site.loop.run_for(seconds(3));
  site.reader().key.reset();  // reset to the default key, or another one in its place
  site.reader().takes_default_key = true;
  site.reader().lose_session();
  site.loop.run_for(seconds(30));
  ASSERT_EQ(site.presences().back(), domain::Presence::kOffline);
  ASSERT_TRUE(site.driver->open_window(Site::id("door1"), seconds(60)).has_value());
  site.loop.run_for(seconds(5));
  EXPECT_EQ(site.presences().back(), domain::Presence::kOnline);
  EXPECT_EQ(stored(), row_of(*site.reader().key, {}));
  EXPECT_EQ(site.driver->open_window(Site::id("nobody"), seconds(60)).error().code,
            Code::kNotFound);
}

TEST_F(OsdpDriverKeys, AKeyThatCannotBeOpenedKeepsTheReaderOut) {
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kSecret, "key/door1", "garbage"});
  site.store.commit(std::move(turn), [](const base::Result<void>& /*done*/) {});
  site.loop.run_for(seconds(1));
  const auto attached = site.attach();
  EXPECT_EQ(attached.error().code, Code::kCorrupt);
  site.wires.sent.clear();
  site.loop.run_for(seconds(10));
  EXPECT_TRUE(site.wires.sent.empty()) << "it is not spoken to in clear instead";
}

TEST_F(OsdpDriverKeys, KeysAreWrittenAndReadTheSame) {
  const base::SecretText one("sixteen byte key");
  const base::SecretText two("another16bytekey");
  for (const ReaderKeys& keys : {ReaderKeys{one, two}, ReaderKeys{one, {}}, ReaderKeys{{}, two}}) {
    const ReaderKeys back = keys_from_secret(to_secret(keys)).value();
    EXPECT_EQ(back.current.reveal(), keys.current.reveal());
    EXPECT_EQ(back.next.reveal(), keys.next.reveal());
  }
  for (const char* bad : {"", "00", ":00", "zz:", "00112233445566778899aabbccddeeff"})
    EXPECT_EQ(keys_from_secret(base::SecretText(bad)).error().code, Code::kCorrupt) << bad;
}

}  // namespace
}  // namespace linli::drivers::osdp
