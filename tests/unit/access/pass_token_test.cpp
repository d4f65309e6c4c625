#include "firmware/domain/access/pass_token.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "firmware/domain/access/pass_text.hpp"
#include "tests/unit/access/pass_kit.hpp"

namespace linli::domain::access {
namespace {

constexpr std::int64_t kNow = 1'795'680'000;
const std::vector<std::uint16_t> kGroups{7, 12};

PassToken resident() {
  return {PassKind::kResident, 1,         7, 0x0123456789ABCDEF,
          kNow - 10,           kNow + 50, 1, 0xFEDCBA9876543210};
}

PassToken visitor() {
  return {PassKind::kVisitor, 2, 12, 42, kNow, kNow + 3 * 24 * 3600, 5, 99};
}

Revocations fresh() {
  Revocations list;
  list.confirm(kNow);
  return list;
}

EventTime at(std::int64_t unix_ms, TimeQuality quality = TimeQuality::kSynchronised) {
  return {unix_ms, quality, 1, 0};
}

struct Door {
  std::string site = "site-1";
  std::vector<std::uint16_t> groups = kGroups;
  Revocations revocations = fresh();

  PassCheck shows(std::string_view text, const EventTime& now = at(kNow * 1000)) const {
    return verify(text, {site, groups, now, revocations}, kit_mac);
  }
  PassRefusal refuses(std::string_view text, const EventTime& now = at(kNow * 1000)) const {
    return shows(text, now).refusal;
  }
};

std::string signed_text(const PassToken& token, std::string_view site = "site-1") {
  return sign(token, site, kit_mac).value();
}

// A pass whose maker did not keep the rules: signed without asking sign().
std::string signed_against_rules(const PassToken& token) {
  std::string text;
  const auto mac = [&text](std::uint8_t key, std::string_view bytes) {
    text = std::string(bytes);
    return kit_mac(key, bytes);
  };
  PassToken lawful = resident();
  lawful.key = token.key;
  sign(lawful, "site-1", mac).value();
  std::string body = text.substr(0, text.size() - 29);  // "linli-pass-1", site
  const auto put = [&body](std::uint64_t number, int bytes) {
    for (int i = bytes; i-- > 0;) body += static_cast<char>((number >> (8 * i)) & 0xFFU);
  };
  const std::size_t prefix = body.size();
  put(0x10U | static_cast<unsigned>(token.kind), 1);
  put(token.key, 1);
  put(token.door_group, 2);
  put(token.subject, 8);
  put(static_cast<std::uint64_t>(token.not_before_s), 4);
  put(static_cast<std::uint64_t>(token.expires_s), 4);
  put(token.max_uses, 1);
  put(token.id, 8);
  return to_base32(body.substr(prefix) + kit_mac(token.key, body).substr(0, 16));
}

TEST(PassText, PacksIntoTheAlphanumericModeOfAQrCode) {
  const std::string text = signed_text(resident());
  EXPECT_EQ(text.size(), kPassTextChars);
  EXPECT_EQ(text.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
}

TEST(PassText, ReadsBackAsTheBytesItWas) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    std::string bytes;
    for (int byte = 0; byte < 45; ++byte) bytes += static_cast<char>(random() & 0xFFU);
    EXPECT_EQ(from_base32(to_base32(bytes), 72), bytes);
  }
}

TEST(PassText, ForgivesWhatReadersAndPeopleDo) {
  const Door door;
  const std::string text = signed_text(resident());
  std::string lower;
  std::string grouped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    lower += static_cast<char>(std::tolower(text[i]));
    if (i != 0 && i % 8 == 0) grouped += i % 16 == 0 ? "-" : " ";
    grouped += text[i] == '0' ? 'O' : text[i] == '1' ? (i % 2 == 0 ? 'l' : 'I') : text[i];
  }
  for (const std::string& typed : {lower, grouped, "\t" + text + "\r\n"})
    EXPECT_EQ(door.refuses(typed), PassRefusal::kNone) << typed;
}

TEST(PassText, AnythingElseIsMalformed) {
  const Door door;
  const std::string text = signed_text(resident());
  for (const std::string& wrong :
       {std::string(), text.substr(1), text + "0", "U" + text.substr(1), text.substr(0, 71) + "*",
        text + text, std::string(100'000, '-'), std::string("\0\0", 2)})
    EXPECT_EQ(door.refuses(wrong), PassRefusal::kMalformed) << wrong.size();
}

TEST(PassToken, WhatWasSignedIsWhatIsRead) {
  const Door door;
  for (const PassToken& token : {resident(), visitor()}) {
    const PassCheck check = door.shows(signed_text(token));
    EXPECT_EQ(check.refusal, PassRefusal::kNone) << name(check.refusal);
    EXPECT_EQ(check.token, token);
    EXPECT_EQ(read_unverified(signed_text(token)).value(), token);
  }
}

TEST(PassToken, EveryRefusalHasItsReason) {
  Door door;
  EXPECT_EQ(door.refuses("nonsense"), PassRefusal::kMalformed);
  EXPECT_EQ(door.refuses("4" + signed_text(resident()).substr(1)), PassRefusal::kUnknownVersion);
  EXPECT_EQ(door.refuses(signed_text(resident(), "site-2")), PassRefusal::kForged);

  PassToken other = resident();
  other.door_group = 8;
  EXPECT_EQ(door.refuses(signed_text(other)), PassRefusal::kWrongDoor);

  const std::string text = signed_text(resident());
  EXPECT_EQ(door.refuses(text, at(kNow * 1000, TimeQuality::kFloor)), PassRefusal::kClockUnknown);

  Door stale;
  stale.revocations.confirm(kNow - Revocations::kMaxAgeS - 1);
  EXPECT_EQ(stale.refuses(text), PassRefusal::kRevocationsStale);

  Door moved_out;
  ASSERT_TRUE(moved_out.revocations.revoke_subject(resident().subject));
  EXPECT_EQ(moved_out.refuses(text), PassRefusal::kRevoked);
  Door taken_back;
  ASSERT_TRUE(taken_back.revocations.revoke_pass(resident().id));
  EXPECT_EQ(taken_back.refuses(text), PassRefusal::kRevoked);
}

TEST(PassToken, AKeyThatIsGoneRefusesWhatItSigned) {
  const Door door;
  const auto only_two = [](std::uint8_t key, std::string_view bytes) {
    return key == 2 ? kit_mac(key, bytes) : std::string();
  };
  const PassContext context{"site-1", door.groups, at(kNow * 1000), door.revocations};
  EXPECT_EQ(verify(signed_text(resident()), context, only_two).refusal, PassRefusal::kUnknownKey);
  EXPECT_EQ(verify(signed_text(visitor()), context, only_two).refusal, PassRefusal::kNone);
  EXPECT_EQ(sign(resident(), "site-1", only_two).error().code, base::Code::kNotFound);
}

TEST(PassToken, ItsTimeIsHeldToTheMillisecond) {
  const Door door;
  const PassToken token = resident();
  const std::string text = signed_text(token);
  const std::int64_t from = (token.not_before_s - kPassSkewS) * 1000;
  const std::int64_t until = token.expires_s * 1000;
  EXPECT_EQ(door.refuses(text, at(from - 1)), PassRefusal::kNotYet);
  EXPECT_EQ(door.refuses(text, at(from)), PassRefusal::kNone);
  EXPECT_EQ(door.refuses(text, at(until - 1)), PassRefusal::kNone);
  EXPECT_EQ(door.refuses(text, at(until)), PassRefusal::kExpired);
}

TEST(PassToken, TheListOfWhatWasTakenBackMayBeADayOld) {
  Door door;
  PassToken token = visitor();
  const std::string text = signed_text(token);
  const std::int64_t last = (kNow + Revocations::kMaxAgeS) * 1000;
  EXPECT_EQ(door.refuses(text, at(last)), PassRefusal::kNone);
  EXPECT_EQ(door.refuses(text, at(last + 1)), PassRefusal::kRevocationsStale);
  door.revocations = Revocations{};
  EXPECT_EQ(door.refuses(text), PassRefusal::kRevocationsStale);
  door.revocations.confirm(kNow + Revocations::kSkewS + 1);  // of the future
  EXPECT_EQ(door.refuses(text), PassRefusal::kRevocationsStale);
}

TEST(PassToken, NoBitCanBeChanged) {
  const Door door;
  const std::string text = signed_text(resident());
  const std::string bytes = from_base32(text, 72).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(door.refuses(to_base32(changed)), PassRefusal::kNone) << bit;
    EXPECT_LE(door.refuses(to_base32(changed)), PassRefusal::kForged) << bit;
  }
}

TEST(PassToken, WhatItsMakerMayNotGiveIsRefusedOnBothSides) {
  const Door door;
  std::vector<PassToken> table(7, resident());
  table[0].expires_s = table[0].not_before_s + kResidentLifeS + 1;
  table[1].max_uses = 2;
  table[2].max_uses = 0;
  table[3].expires_s = table[3].not_before_s;
  table[4].door_group = 0;
  table[5] = visitor();
  table[5].expires_s = table[5].not_before_s + kVisitorLifeS + 1;
  table[6] = visitor();
  table[6].max_uses = kMostVisitorUses + 1;
  for (const PassToken& token : table) {
    EXPECT_EQ(sign(token, "site-1", kit_mac).error().code, base::Code::kInvalid);
    EXPECT_EQ(door.refuses(signed_against_rules(token)), PassRefusal::kBadRules);
  }
  EXPECT_EQ(door.refuses(signed_against_rules(resident())), PassRefusal::kNone);
}

TEST(PassToken, TheFirstReasonInTheOrderOfThemIsTold) {
  Door door;
  ASSERT_TRUE(door.revocations.revoke_subject(resident().subject));
  PassToken token = resident();
  token.not_before_s = kNow - 1000;
  token.expires_s = kNow - 950;
  EXPECT_EQ(door.refuses(signed_text(token)), PassRefusal::kExpired);
  token.door_group = 8;
  EXPECT_EQ(door.refuses(signed_text(token)), PassRefusal::kWrongDoor);
  EXPECT_EQ(door.refuses(signed_text(token, "site-2")), PassRefusal::kForged);
}

TEST(PassToken, TheWordsOfRefusalsAreAllDifferent) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kPassRefusals; ++i) words.insert(name(static_cast<PassRefusal>(i)));
  EXPECT_EQ(words.size(), kPassRefusals);
}

TEST(Revocations, ReadBackAsThemselves) {
  Revocations list = fresh();
  ASSERT_TRUE(list.revoke_subject(0xFFFFFFFFFFFFFFFF));
  ASSERT_TRUE(list.revoke_pass(1));
  EXPECT_EQ(Revocations::parse(list.to_row()).value(), list);
  EXPECT_EQ(Revocations::parse(Revocations{}.to_row()).value(), Revocations{});
}

TEST(Revocations, AreBounded) {
  Revocations list;
  for (std::uint64_t i = 0; i < Revocations::kMost; ++i) ASSERT_TRUE(list.revoke_pass(i));
  EXPECT_FALSE(list.revoke_pass(Revocations::kMost));
  EXPECT_TRUE(list.revoke_pass(1));
  EXPECT_EQ(Revocations::parse(list.to_row()).value(), list);
}

TEST(Revocations, AMistakeIsNamedByItsMember) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"as_of":-1,"subjects":[],"passes":[]})", "as_of"},
      {R"({"as_of":1,"subjects":[],"passes":[],"list":[]})", "list"},
      {R"({"as_of":1,"subjects":["00000000000004d2","4d2"],"passes":[]})", "subjects[1]"},
      {R"({"as_of":1,"subjects":[],"passes":[7]})", "passes[0]"},
  };
  for (const auto& [text, place] : table) {
    const auto read = Revocations::parse(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().what.rfind(place, 0), 0U) << read.error().what;
  }
}

}  // namespace
}  // namespace linli::domain::access
