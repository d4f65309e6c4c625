#include "drivers/osdp/secure_channel.hpp"

#include <gtest/gtest.h>

#include "drivers/osdp/command.hpp"
#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {
namespace {

const std::string kRandomA = hex("B0 B1 B2 B3 B4 B5 B6 B7");
const std::string kRandomB = hex("A0 A1 A2 A3 A4 A5 A6 A7");

constexpr std::string_view kCryptogramFrame =
    "53 80 2B 00 0D 03 12 00 76 01 02 03 04 05 06 07 08 A0 A1 A2 A3 A4 A5 A6 A7 FD E5 D2 F4 28 EC "
    "16 "
    "31 24 71 EA 3C 02 BD 77 96 0A B7";
constexpr std::string_view kInitialMacFrame =
    "53 80 1B 00 0E 03 14 01 78 B2 A3 00 57 EB 98 BA 22 29 EC 1F 87 56 62 B5 24 6E EB";

Frame framed(const Message& message, std::uint8_t sequence) {
  Frame frame;
  frame.sequence = sequence;
  frame.code = static_cast<std::uint8_t>(message.code);
  frame.data = message.data;
  return frame;
}
ClientCryptogram cryptogram_of(const Frame& frame) {
  return std::get<ClientCryptogram>(decode_reply(frame.code, frame.data).value());
}
InitialMac mac_of(const Frame& frame) {
  return std::get<InitialMac>(decode_reply(frame.code, frame.data).value());
}

SecureSession golden_session() {
  Handshake handshake(default_key(), KeyKind::kDefault, kRandomA);
  const Frame cryptogram = decode(hex(kCryptogramFrame)).value();
  EXPECT_TRUE(handshake.answer(cryptogram, cryptogram_of(cryptogram)).has_value());
  const Frame mac = decode(hex(kInitialMacFrame)).value();
  return handshake.finish(mac, mac_of(mac)).value();
}

// SIA annex E.
TEST(OsdpSecureChannel, DerivesTheStandardsKeys) {
  const SessionKeys keys = session_keys(default_key(), kRandomA);
  EXPECT_EQ(base::to_hex(keys.enc.reveal()), "bf8dc2a8329acb8c67c6d0cd9a451682");
  EXPECT_EQ(base::to_hex(keys.mac1.reveal()), "5e86c676603bdee2d8beafe178637332");
  EXPECT_EQ(base::to_hex(keys.mac2.reveal()), "6fda86e857777e81132035758239172e");
  EXPECT_EQ(base::to_hex(client_cryptogram(keys, kRandomA, kRandomB)),
            "fde5d2f428ec16312471ea3c02bd7796");
  const std::string server = server_cryptogram(keys, kRandomA, kRandomB);
  EXPECT_EQ(base::to_hex(server), "26d3356e07762d262801fc8e6665a891");
  EXPECT_EQ(base::to_hex(initial_mac(keys, server)), "b2a30057eb98ba2229ec1f875662b524");
}

TEST(OsdpSecureChannel, DerivesAReadersKeyFromAMasterKey) {
  const base::SecretText master(hex("00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F"));
  EXPECT_EQ(base::to_hex(derive_key(master, hex("00 11 22 33 44 55 66 77")).reveal()),
            "cd425ca8695b5b8c7a0d6d1db9f75c0d");
}

TEST(OsdpSecureChannel, SpeaksTheGoldenSessionByteForByte) {
  Handshake handshake(default_key(), KeyKind::kDefault, kRandomA);
  Frame challenge = framed(handshake.challenge(), 1);
  challenge.security = handshake.block(Scb::kChallenge);
  EXPECT_EQ(spaced(encode(challenge)), "53 00 13 00 0D 03 11 00 76 B0 B1 B2 B3 B4 B5 B6 B7 31 77");

  const Frame cryptogram = decode(hex(kCryptogramFrame)).value();
  Frame proof = framed(handshake.answer(cryptogram, cryptogram_of(cryptogram)).value(), 2);
  proof.security = handshake.block(Scb::kProof);
  EXPECT_EQ(spaced(encode(proof)),
            "53 00 1B 00 0E 03 13 00 77 26 D3 35 6E 07 76 2D 26 28 01 FC 8E 66 65 A8 91 40 B4");

  const Frame mac = decode(hex(kInitialMacFrame)).value();
  SecureSession session = handshake.finish(mac, mac_of(mac)).value();

  Frame first = framed(poll(), 3);
  session.seal(first);
  EXPECT_EQ(spaced(encode(first)), "53 00 0E 00 0F 02 15 60 69 BD C6 54 E1 36");
  const Frame ack = decode(hex("53 80 0E 00 0F 02 16 40 F9 BA FF 9D 78 CD")).value();
  EXPECT_EQ(session.open(ack)->reveal(), "");

  Frame out = framed(encode(OutputCommand{0, OutputControl::kOnForTime, 50}).value(), 1);
  session.seal(out);
  EXPECT_EQ(
      spaced(encode(out)),
      "53 00 1E 00 0D 02 17 68 C5 54 AC 52 B8 EB 13 81 2D 2A 30 29 F0 3F 5F 0C 02 A9 F0 4D 3D "
      "2D");
  const Frame state =
      decode(hex("53 80 1E 00 0D 02 18 4A 13 A7 0B 88 2C D5 71 E4 AF AA 69 33 75 B4 81 77 BA BE E3 "
                 "E7 4C B0"))
          .value();
  EXPECT_EQ(spaced(session.open(state)->reveal()), "01");

  Frame second = framed(poll(), 2);
  session.seal(second);
  EXPECT_EQ(spaced(encode(second)), "53 00 0E 00 0E 02 15 60 77 11 9F 58 99 75");
  const Frame card =
      decode(hex("53 80 1E 00 0E 02 18 50 1F 19 0F D9 6D 99 36 F4 EA C4 2F 3F FE A8 4D 4B 97 23 8F "
                 "17 B4 84"))
          .value();
  EXPECT_EQ(spaced(session.open(card)->reveal()), "00 01 1A 00 32 27 10 40");
}

// The reader's side of the same session: what we open and seal from the other end.
TEST(OsdpSecureChannel, SpeaksTheGoldenSessionFromTheReadersEnd) {
  const SessionKeys keys = session_keys(default_key(), kRandomA);
  SecureSession session(keys, initial_mac(keys, server_cryptogram(keys, kRandomA, kRandomB)));
  const Frame first = decode(hex("53 00 0E 00 0F 02 15 60 69 BD C6 54 E1 36")).value();
  EXPECT_EQ(session.open(first)->reveal(), "");
  Frame ack;
  ack.is_reply = true;
  ack.sequence = 3;
  ack.code = 0x40;
  session.seal(ack);
  EXPECT_EQ(spaced(encode(ack)), "53 80 0E 00 0F 02 16 40 F9 BA FF 9D 78 CD");
  const Frame out = decode(hex("53 00 1E 00 0D 02 17 68 C5 54 AC 52 B8 EB 13 81 2D 2A 30 29 F0 3F "
                               "5F 0C 02 A9 F0 4D 3D 2D"))
                        .value();
  EXPECT_EQ(spaced(session.open(out)->reveal()), "00 05 32 00");
  Frame state;
  state.is_reply = true;
  state.sequence = 1;
  state.code = 0x4A;
  state.data = "\x01";
  session.seal(state);
  EXPECT_EQ(
      spaced(encode(state)),
      "53 80 1E 00 0D 02 18 4A 13 A7 0B 88 2C D5 71 E4 AF AA 69 33 75 B4 81 77 BA BE E3 E7 4C "
      "B0");
}

TEST(OsdpSecureChannel, FullMacsAreKept) {
  const SessionKeys keys = session_keys(default_key(), kRandomA);
  const std::string first = hex("53 00 0E 00 0F 02 15 60");
  const std::string iv = initial_mac(keys, server_cryptogram(keys, kRandomA, kRandomB));
  const std::string mac = osdp::mac_of(keys, iv, first);
  EXPECT_EQ(base::to_hex(mac), "69bdc65422f89a776a13a0a8a7348344");
  EXPECT_EQ(base::to_hex(osdp::mac_of(keys, mac, hex("53 80 0E 00 0F 02 16 40"))),
            "f9baff9d6181acb402ed0890829f0419");
}

TEST(OsdpSecureChannel, CrcIsUsedWhateverWasAskedFor) {
  SecureSession session = golden_session();
  Frame frame = framed(poll(), 3);
  frame.check = Check::kChecksum;
  session.seal(frame);
  EXPECT_EQ(frame.check, Check::kCrc);
}

TEST(OsdpSecureChannel, AnAnswerUnderTheDefaultKeyIsNoneToAnotherKey) {
  Handshake handshake(default_key(), KeyKind::kInstalled, kRandomA);
  const Frame cryptogram = decode(hex(kCryptogramFrame)).value();  // its flag says SCBK-D
  const auto answer = handshake.answer(cryptogram, cryptogram_of(cryptogram));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::Code::kRefused);
}

TEST(OsdpSecureChannel, AnotherKeyIsDenied) {
  Handshake handshake(base::SecretText("another key, 16b"), KeyKind::kDefault, kRandomA);
  const Frame cryptogram = decode(hex(kCryptogramFrame)).value();
  EXPECT_EQ(handshake.answer(cryptogram, cryptogram_of(cryptogram)).error().code,
            base::Code::kDenied);
}

TEST(OsdpSecureChannel, OnlyOneSaysThatTheReaderAccepts) {
  for (const unsigned status : {0U, 2U, 255U}) {
    Handshake handshake(default_key(), KeyKind::kDefault, kRandomA);
    const Frame cryptogram = decode(hex(kCryptogramFrame)).value();
    ASSERT_TRUE(handshake.answer(cryptogram, cryptogram_of(cryptogram)).has_value());
    Frame mac = decode(hex(kInitialMacFrame)).value();
    mac.security->data = std::string(1, static_cast<char>(status));
    EXPECT_EQ(handshake.finish(mac, mac_of(mac)).error().code, base::Code::kDenied) << status;
  }
}

TEST(OsdpSecureChannel, AWrongInitialMacIsNoProof) {
  Handshake handshake(default_key(), KeyKind::kDefault, kRandomA);
  const Frame cryptogram = decode(hex(kCryptogramFrame)).value();
  ASSERT_TRUE(handshake.answer(cryptogram, cryptogram_of(cryptogram)).has_value());
  const Frame mac = decode(hex(kInitialMacFrame)).value();
  EXPECT_EQ(handshake.finish(mac, InitialMac{std::string(16, 'x')}).error().code,
            base::Code::kDenied);
}

TEST(OsdpSecureChannel, ClearAndChangedAnswersAreNotOpened) {
  const Frame ack = decode(hex("53 80 0E 00 0F 02 16 40 F9 BA FF 9D 78 CD")).value();
  SecureSession session = golden_session();
  Frame first = framed(poll(), 3);
  session.seal(first);
  Frame clear = ack;
  clear.security.reset();
  EXPECT_EQ(session.open(clear).error().code, base::Code::kRefused);
  Frame changed = ack;
  changed.code = 0x41;
  EXPECT_EQ(session.open(changed).error().code, base::Code::kCorrupt);
  Frame moved = ack;
  moved.sequence = 2;
  EXPECT_EQ(session.open(moved).error().code, base::Code::kCorrupt);
  EXPECT_TRUE(session.open(ack).has_value());
  EXPECT_EQ(session.open(ack).has_value(), true) << "our own MAC has not moved on";
  Frame second = framed(poll(), 1);
  session.seal(second);
  EXPECT_EQ(session.open(ack).error().code, base::Code::kCorrupt) << "a replay";
}

TEST(OsdpSecureChannel, DataIsAlwaysPadded) {
  const SessionKeys keys = session_keys(default_key(), kRandomA);
  const std::string iv(16, 'i');
  for (const std::size_t size : {1U, 15U, 16U, 17U, 32U}) {
    const std::string plain(size, 'p');
    const std::string cipher = encrypt(keys, iv, plain);
    EXPECT_EQ(cipher.size(), (size / 16 + 1) * 16);
    base::SecretText back;
    ASSERT_TRUE(decrypt(keys, iv, cipher, back));
    EXPECT_EQ(back.reveal(), plain);
  }
  base::SecretText nothing;
  EXPECT_FALSE(decrypt(keys, iv, "", nothing));
  EXPECT_FALSE(decrypt(keys, iv, std::string(15, 'c'), nothing));
  EXPECT_FALSE(decrypt(keys, iv, std::string(16, 'c'), nothing)) << "no padding in it";
}

}  // namespace
}  // namespace linli::drivers::osdp
