#include <gtest/gtest.h>

#include "tests/unit/osdp/panel_kit.hpp"

// Secure channel, keys and the window in which they are handed over.
namespace linli::drivers::osdp {
namespace {

TEST(OsdpPanelKeys, AReaderWithAKeyIsOnlineInItsSecureChannel) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  EXPECT_EQ(wire.all<CameOnline>().at(0).security, Security::kOwnKey);
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)));
  wire.reader.will_say(ReplyCode::kKeypad, hex("00 01 31"));
  wire.run(seconds(1));
  EXPECT_EQ(wire.reader.outputs.size(), 1U);
  EXPECT_EQ(wire.told<Keypad>().size(), 1U);
}

TEST(OsdpPanelKeys, NothingButTheWayToTheSecureChannelGoesInClear) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(2));
  wire.reader.lose_session();
  wire.run(seconds(2));
  for (const std::string& code : wire.reader.clear)
    EXPECT_TRUE(code == "ID" || code == "CAP") << code;
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanelKeys, AWrongKeyIsNeitherOnlineNorAskedAllTheTime) {
  Wire wire({kKey, {}});
  wire.reader.key = kOtherKey;
  wire.run(seconds(500));
  EXPECT_FALSE(wire.panel.is_online());
  const auto offline = wire.all<WentOffline>();
  ASSERT_EQ(offline.size(), 1U);
  EXPECT_EQ(offline[0].reason.code, base::Code::kDenied);
  EXPECT_NE(offline[0].reason.what.find("linlictl osdp key"), std::string::npos) << "the way out";
  EXPECT_EQ(wire.heard(CommandCode::kChallenge), 1);
  wire.run(seconds(200));
  EXPECT_EQ(wire.heard(CommandCode::kChallenge), 2) << "again after 600 s";
  EXPECT_EQ(wire.heard(CommandCode::kPoll), 0);
}

TEST(OsdpPanelKeys, WithoutAWindowTheDefaultKeyIsNeverTried) {
  Wire wire({kKey, {}});
  wire.run(seconds(700));  // the reader has the default key only
  for (const std::string& frame : wire.frames) {
    const Frame decoded = decode(frame).value();
    if (!decoded.security || !decoded.security->is(Scb::kChallenge)) continue;
    EXPECT_EQ(decoded.security->data, "\x01");
  }
  EXPECT_FALSE(wire.panel.is_online());
}

TEST(OsdpPanelKeys, AReaderCannotTalkThePanelDownToTheDefaultKey) {
  Wire wire({kKey, {}});
  wire.reader.answers_default_to_all = true;
  wire.run(seconds(10));
  EXPECT_FALSE(wire.panel.is_online());
}

TEST(OsdpPanelKeys, AReaderThatSaysItHasNoSecureChannelIsNotBelievedWhenItHasAKey) {
  Wire wire({kKey, {}});
  wire.reader.knows_encryption = false;
  wire.run(seconds(10));
  EXPECT_FALSE(wire.panel.is_online());
  EXPECT_EQ(wire.heard(CommandCode::kPoll), 0);
}

TEST(OsdpPanelKeys, InTheWindowTheDefaultKeyIsTriedWithANewSequence) {
  Wire wire({kKey, {}});
  wire.reader.key = kOtherKey;
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(1));
  std::vector<std::string> handshakes;
  for (const std::string& frame : wire.frames) {
    const Frame decoded = decode(frame).value();
    const auto code = static_cast<CommandCode>(decoded.code);
    if (code == CommandCode::kIdentify)
      handshakes.push_back(fmt::format("ID/{}", decoded.sequence));
    if (code == CommandCode::kChallenge)
      handshakes.push_back(fmt::format("CHLNG {}", static_cast<int>(decoded.security->data[0])));
  }
  ASSERT_GE(handshakes.size(), 4U);
  EXPECT_EQ(handshakes[0], "ID/0");
  EXPECT_EQ(handshakes[1], "CHLNG 1");
  EXPECT_EQ(handshakes[2], "ID/0");
  EXPECT_EQ(handshakes[3], "CHLNG 0");
}

TEST(OsdpPanelKeys, AKeyIsHandedOverInTheWindowAndProvenAtOnce) {
  Wire wire;
  wire.run(seconds(1));
  EXPECT_TRUE(wire.all<WantsKey>().empty());
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(1));
  ASSERT_EQ(wire.all<WantsKey>().size(), 1U);
  ASSERT_TRUE(wire.panel.install_key(wire.now, kKey).has_value());
  wire.run(seconds(1));
  EXPECT_EQ(wire.all<KeyTaken>().at(0).key.reveal(), kKey.reveal());
  EXPECT_EQ(wire.reader.key->reveal(), kKey.reveal());
  EXPECT_EQ(wire.all<CameOnline>().back().security, Security::kOwnKey);
  EXPECT_EQ(wire.all<WantsKey>().size(), 1U) << "one key a window";
}

TEST(OsdpPanelKeys, AnInstalledKeyIsExchangedInANewWindow) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.reader.takes_default_key = false;
  wire.run(seconds(1));
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.install_key(wire.now, kOtherKey).has_value());
  wire.run(seconds(1));
  EXPECT_EQ(wire.reader.key->reveal(), kOtherKey.reveal());
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanelKeys, WithoutAnOpenWindowNoKeyIsHandedOver) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  EXPECT_EQ(wire.panel.install_key(wire.now, kOtherKey).error().code, base::Code::kConflict);
  wire.panel.open_window(wire.now, wire.now + seconds(5));
  wire.run(seconds(6));
  EXPECT_EQ(wire.panel.install_key(wire.now, kOtherKey).error().code, base::Code::kConflict);
  EXPECT_EQ(wire.heard(CommandCode::kKeySet), 0);
}

TEST(OsdpPanelKeys, AWindowThatClosesWithoutAKeyEndsTheDefaultKeysSession) {
  Wire wire;
  wire.panel.open_window(wire.now, wire.now + seconds(5));
  wire.run(seconds(2));
  EXPECT_EQ(wire.panel.security(), Security::kDefaultKey);
  wire.run(seconds(10));
  EXPECT_EQ(wire.panel.security(), Security::kClear);
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanelKeys, AReaderThatLostItsKeyTellsNothingUnderTheDefaultKey) {
  Wire wire({kKey, {}});
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.reader.answers_default_to_all = true;
  wire.reader.will_say(ReplyCode::kKeypad, hex("00 01 31"));
  wire.run(seconds(5));
  EXPECT_EQ(wire.panel.security(), Security::kDefaultKey);
  EXPECT_TRUE(wire.told<Keypad>().empty());
  EXPECT_FALSE(wire.panel.is_online());
  EXPECT_FALSE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)).has_value());
  ASSERT_TRUE(wire.panel.install_key(wire.now, kOtherKey).has_value()) << "but may take a new one";
  wire.reader.answers_default_to_all = false;
  wire.run(seconds(2));
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanelKeys, AKeyWhoseAnswerWasLostIsFoundByTryingBoth) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.install_key(wire.now, kOtherKey).has_value());
  wire.reader.lose = 1;
  while (wire.heard(CommandCode::kKeySet) == 0) wire.run(milliseconds(10));
  wire.reader.is_silent = true;  // and the power goes
  wire.run(seconds(10));
  EXPECT_FALSE(wire.panel.is_online());
  wire.reader.is_silent = false;
  wire.run(seconds(10));
  EXPECT_TRUE(wire.panel.is_online());
  EXPECT_EQ(wire.all<KeyTaken>().back().key.reveal(), kOtherKey.reveal());
}

TEST(OsdpPanelKeys, AKeyThatWaitedWhenTheReaderFellOutOfStepIsAskedForAnewAndNeverTakenForNone) {
  Wire wire;
  wire.run(seconds(1));
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(1));
  ASSERT_EQ(wire.all<WantsKey>().size(), 1U);
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)));
  while (wire.reader.outputs.empty()) wire.run(milliseconds(1));
  // Between two orders stands a POLL, and with that the session is gone before the key's turn.
  ASSERT_TRUE(wire.panel.install_key(wire.now, kKey).has_value());
  wire.reader.lose_session();
  while (wire.all<WantsKey>().size() < 2) wire.run(milliseconds(1));
  wire.run(milliseconds(200));
  EXPECT_EQ(wire.heard(CommandCode::kKeySet), 0) << "not before it is said again";
  ASSERT_TRUE(wire.panel.install_key(wire.now, kKey).has_value());
  wire.run(seconds(1));
  ASSERT_EQ(wire.all<KeyTaken>().size(), 1U);
  EXPECT_EQ(wire.all<KeyTaken>().at(0).key.reveal(), kKey.reveal());
  EXPECT_EQ(wire.panel.security(), Security::kOwnKey);
  wire.reader.lose_session();
  wire.run(seconds(2));
  EXPECT_EQ(wire.panel.security(), Security::kOwnKey) << "and never in clear again";
}

TEST(OsdpPanelKeys, ASecondKeyIsRefusedWhileOneIsOnItsWay) {
  Wire wire;
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(2));
  ASSERT_TRUE(wire.panel.install_key(wire.now, kKey).has_value());
  EXPECT_TRUE(wire.panel.install_key(wire.now, kKey).has_value()) << "the same, said twice";
  EXPECT_EQ(wire.panel.install_key(wire.now, kOtherKey).error().code, base::Code::kConflict);
  wire.run(seconds(1));
  EXPECT_EQ(wire.heard(CommandCode::kKeySet), 1);
  EXPECT_EQ(wire.all<KeyTaken>().at(0).key.reveal(), kKey.reveal());
}

TEST(OsdpPanelKeys, AnOrderWaitsWhileTheSecureChannelIsMadeAnew) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  wire.reader.lose_session();
  const auto handshakes = wire.heard(CommandCode::kIdentify);
  while (wire.heard(CommandCode::kIdentify) == handshakes) wire.run(milliseconds(1));
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)).has_value());
  EXPECT_TRUE(wire.reader.outputs.empty());
  wire.run(seconds(1));
  EXPECT_EQ(wire.reader.outputs.size(), 1U);
  EXPECT_TRUE(wire.all<OrderDone>().at(0).reply.has_value());
  for (const std::string& code : wire.reader.clear)
    EXPECT_TRUE(code == "ID" || code == "CAP") << code;
}

TEST(OsdpPanelKeys, AnOrderThatWaitedIsNotSentUnderAnotherKey) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.reader.answers_default_to_all = true;  // exchanged for one that was reset
  wire.reader.lose_session();
  const auto handshakes = wire.heard(CommandCode::kIdentify);
  while (wire.heard(CommandCode::kIdentify) == handshakes) wire.run(milliseconds(1));
  if (!wire.panel.order(7, wire.unlock(), wire.now + seconds(50)).has_value()) return;
  wire.run(seconds(5));
  EXPECT_TRUE(wire.reader.outputs.empty());
  ASSERT_EQ(wire.all<OrderDone>().size(), 1U);
  EXPECT_EQ(wire.all<OrderDone>()[0].reply.error().code, base::Code::kOffline);
}

TEST(OsdpPanelKeys, AQuestionThatIsRefusedInClearIsNotAskedAgainButForTampering) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.reader.refuses_in_clear = true;
  wire.reader.refuses[CommandCode::kInputStatus] = 9;
  wire.reader.refuses[CommandCode::kLocalStatus] = 9;
  wire.run(seconds(20));
  EXPECT_EQ(wire.heard(CommandCode::kInputStatus), 1);
  const auto asked = wire.heard(CommandCode::kLocalStatus);
  EXPECT_GT(asked, 0);
  wire.reader.refuses.erase(CommandCode::kLocalStatus);
  wire.run(seconds(60));
  EXPECT_EQ(wire.heard(CommandCode::kInputStatus), 1);
  EXPECT_GT(wire.heard(CommandCode::kLocalStatus), asked);
}

TEST(OsdpPanelKeys, AReaderThatKeptItsOldKeyIsFoundToo) {
  Wire wire({kKey, kOtherKey});
  wire.reader.key = kKey;
  wire.run(seconds(2));
  EXPECT_TRUE(wire.panel.is_online());
  EXPECT_EQ(wire.all<KeyTaken>().at(0).key.reveal(), kKey.reveal());
}

TEST(OsdpPanelKeys, ARefusedKeyLeavesTheOldOne) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.reader.refuses[CommandCode::kKeySet] = 3;
  wire.run(seconds(1));
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.install_key(wire.now, kOtherKey).has_value());
  wire.run(seconds(1));
  EXPECT_EQ(wire.all<KeyRefused>().size(), 1U);
  EXPECT_TRUE(wire.panel.is_online());
  EXPECT_EQ(wire.panel.security(), Security::kOwnKey);
}

TEST(OsdpPanelKeys, AClearReaderThatRefusesTheDefaultKeyStaysInClear) {
  Wire wire;
  wire.reader.takes_default_key = false;
  wire.run(seconds(1));
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(2));
  EXPECT_EQ(wire.all<KeyRefused>().size(), 1U);
  EXPECT_TRUE(wire.panel.is_online());
  EXPECT_TRUE(wire.all<WentOffline>().empty());
}

TEST(OsdpPanelKeys, AReaderWithoutEncryptionSaysSoInTheWindow) {
  Wire wire;
  wire.reader.knows_encryption = false;
  wire.run(seconds(1));
  wire.panel.open_window(wire.now, wire.now + seconds(60));
  wire.run(seconds(2));
  EXPECT_EQ(wire.all<KeyRefused>().size(), 1U);
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanelKeys, AReaderThatWantsTheSecureChannelFirstSaysWhatToDo) {
  Wire wire;
  wire.reader.secure_only = true;
  wire.run(seconds(5));
  EXPECT_FALSE(wire.panel.is_online());
  EXPECT_NE(wire.all<WentOffline>().at(0).reason.what.find("linlictl osdp key"), std::string::npos);
}

TEST(OsdpPanelKeys, AWrongMacEndsTheSessionAndANewOneIsMade) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  wire.reader.corrupt_mac = true;
  wire.exchange();
  wire.run(milliseconds(100));
  wire.reader.corrupt_mac = false;
  wire.run(seconds(3));
  EXPECT_GE(wire.panel.counts().restarts, 1U);
  EXPECT_TRUE(wire.panel.is_online());
  EXPECT_TRUE(wire.all<WentOffline>().empty());
}

TEST(OsdpPanelKeys, ClearAnswersInsideTheSessionAreNotBelieved) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  wire.now = std::max(wire.now, wire.panel.due());
  const Frame sent = decode(wire.panel.next(wire.now).value()).value();
  const Frame forged{5, true, sent.sequence, Check::kCrc, {}, 0x53, hex("00 01 31"), ""};
  wire.panel.on_frame(wire.now, forged);
  wire.run(seconds(1));
  EXPECT_TRUE(wire.told<Keypad>().empty());
  EXPECT_GE(wire.panel.counts().restarts, 1U);
}

TEST(OsdpPanelKeys, ABusyReaderKeepsItsSession) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  wire.reader.busy = 2;
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)));
  wire.run(seconds(2));
  EXPECT_EQ(wire.reader.outputs.size(), 1U);
  EXPECT_EQ(wire.panel.counts().restarts, 0U);
}

TEST(OsdpPanelKeys, RepeatsInsideTheSessionAreTheSameFrame) {
  Wire wire({kKey, {}});
  wire.reader.key = kKey;
  wire.run(seconds(1));
  wire.reader.lose = 1;
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)));
  wire.reader.swallow = 1;
  wire.run(seconds(3));
  EXPECT_EQ(wire.reader.outputs.size(), 1U);
  EXPECT_EQ(wire.panel.counts().restarts, 0U);
}

}  // namespace
}  // namespace linli::drivers::osdp
