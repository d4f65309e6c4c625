#include "firmware/domain/access/credential.hpp"

#include <gtest/gtest.h>

namespace linli::domain::access {
namespace {

constexpr const char* kHash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g";

EventTime at(std::int64_t unix_ms, TimeQuality quality = TimeQuality::kSynchronised) {
  return {unix_ms, quality, 1, 0};
}

Credential of_kind(CredentialKind kind) {
  Credential credential;
  credential.id = "c-1";
  credential.holder = "person-1";
  credential.kind = kind;
  if (kind == CredentialKind::kCard) {
    credential.card = card_of("89d41b8100", 34).value();
    credential.card.number = 2'312'379'265;
    credential.card.printed = "2312379265";
  }
  if (kind == CredentialKind::kPin) credential.pin_hash = kHash;
  if (kind == CredentialKind::kTotp) credential.number = "0427";
  if (kind == CredentialKind::kQr || kind == CredentialKind::kTotp)
    credential.secret_name = "totp/c-1";
  if (kind == CredentialKind::kFace) credential.face_id = "17";
  return credential;
}

TEST(Card, IsItsBitsAndHowManyTheyAre) {
  const Card card = card_of("D41B8100", 26).value();
  EXPECT_EQ(card_key(card), "26:d41b8100");
  EXPECT_TRUE(card.is_same(card_of("d41b8100", 26).value()));
  EXPECT_FALSE(card.is_same(card_of("d41b8100", 25).value()));
  Card printed = card;
  printed.number = 12'345;
  printed.printed = "0012345";
  EXPECT_TRUE(card.is_same(printed));
  EXPECT_EQ(card_key(card), card_key(printed));
}

TEST(Card, WhatAReaderFillsTheLastByteWithIsNotTheCard) {
  EXPECT_EQ(card_of("d41b81ff", 26).value(), card_of("d41b81c0", 26).value());
  EXPECT_NE(card_of("d41b8180", 26).value(), card_of("d41b81c0", 26).value());
  EXPECT_EQ(card_of("ff", 8).value().bits_hex, "ff");
}

TEST(Card, BitsThatDoNotFitTheirCountAreRefused) {
  EXPECT_FALSE(card_of("d41b81", 26).has_value());      // too few digits
  EXPECT_FALSE(card_of("d41b810000", 26).has_value());  // too many
  EXPECT_FALSE(card_of("d41b81xx", 26).has_value());
  EXPECT_FALSE(card_of("", 0).has_value());
  EXPECT_FALSE(card_of("e0", 3).has_value());
  EXPECT_TRUE(card_of("f0", 4).has_value());
  EXPECT_TRUE(card_of(std::string(64, 'f'), 256).has_value());
  EXPECT_FALSE(card_of(std::string(66, 'f'), 257).has_value());
}

TEST(Validity, BeginsWithItsFirstMillisecondAndEndsBeforeItsLast) {
  const Validity week{1'000, 2'000};
  EXPECT_EQ(judge(week, at(999)), ValidityVerdict::kNotYet);
  EXPECT_EQ(judge(week, at(1'000)), ValidityVerdict::kValid);
  EXPECT_EQ(judge(week, at(1'999)), ValidityVerdict::kValid);
  EXPECT_EQ(judge(week, at(2'000)), ValidityVerdict::kExpired);
  EXPECT_EQ(judge({}, at(0)), ValidityVerdict::kValid);
}

TEST(Validity, AClockThatIsAFloorProvesAnEndAndNothingElse) {
  const Validity week{1'000, 2'000};
  EXPECT_EQ(judge(week, at(1'500, TimeQuality::kFloor)), ValidityVerdict::kUnknown);
  EXPECT_EQ(judge(week, at(2'000, TimeQuality::kFloor)), ValidityVerdict::kExpired);
  EXPECT_EQ(judge(week, at(2'000, TimeQuality::kUnknown)), ValidityVerdict::kUnknown);
  EXPECT_EQ(judge({}, at(0, TimeQuality::kUnknown)), ValidityVerdict::kValid);
}

TEST(Credential, ACountOfUsesEndsIt) {
  Credential credential;
  EXPECT_FALSE(credential.is_used_up());
  credential.max_uses = 2;
  credential.uses = 1;
  EXPECT_FALSE(credential.is_used_up());
  credential.uses = 2;
  EXPECT_TRUE(credential.is_used_up());
}

TEST(Credential, TheRowOfEveryKindAndStateReadsBackAsItself) {
  for (std::size_t kind = 0; kind < kCredentialKinds; ++kind) {
    for (const auto state : {CredentialState::kActive, CredentialState::kSuspended,
                             CredentialState::kLost, CredentialState::kRevoked}) {
      Credential credential = of_kind(static_cast<CredentialKind>(kind));
      credential.state = state;
      EXPECT_EQ(credential_from_row("c-1", to_row(credential)).value(), credential);
      credential.validity = {1, 1'795'000'000'000};
      credential.max_uses = 3;
      credential.uses = 2;
      EXPECT_EQ(credential_from_row("c-1", to_row(credential)).value(), credential);
      EXPECT_EQ(credential_kind_of(name(credential.kind)), credential.kind);
      EXPECT_EQ(credential_state_of(name(state)), state);
    }
  }
}

TEST(Credential, APinInClearIsNotARowAndNotInTheError) {
  const auto read = credential_from_row(
      "c-1", R"({"holder":"p","kind":"pin","state":"active","uses":0,"pin_hash":"482913"})");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().what.rfind("pin_hash", 0), 0U);
  EXPECT_EQ(read.error().what.find("482913"), std::string::npos);
}

TEST(Credential, AMistakeIsNamedByItsMember) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"holder":"","kind":"face","state":"active","uses":0,"face_id":"1"})", "holder"},
      {R"({"holder":"p","kind":"key","state":"active","uses":0})", "kind"},
      {R"({"holder":"p","kind":"face","state":"on","uses":0,"face_id":"1"})", "state"},
      {R"({"holder":"p","kind":"face","state":"active","uses":-1,"face_id":"1"})", "uses"},
      {R"({"holder":"p","kind":"face","state":"active","uses":0})", "face_id"},
      {R"({"holder":"p","kind":"totp","state":"active","uses":0,"number":"0427","secret_name":""})",
       "secret_name"},
      {R"({"holder":"p","kind":"totp","state":"active","uses":0,"number":"427","secret_name":"x"})",
       "number"},
      {R"({"holder":"p","kind":"card","state":"active","uses":0})", "card"},
      {R"({"holder":"p","kind":"card","state":"active","uses":0,"card":{"bits":"ff","count":12}})",
       "card.bits"},
      {R"({"holder":"p","kind":"card","state":"active","uses":0,"card":{"bits":"ff","count":2}})",
       "card.count"},
      {R"({"holder":"p","kind":"face","state":"active","uses":0,"face_id":"1","pin_hash":"x"})",
       "pin_hash"},
      {R"({"holder":"p","kind":"face","state":"active","uses":0,"face_id":"1","from_ms":5,"until_ms":5})",
       "until_ms"},
      {R"({"holder":"p","kind":"face","state":"active","uses":0,"face_id":"1","max_uses":0})",
       "max_uses"},
  };
  for (const auto& [row, member] : table) {
    const auto read = credential_from_row("c-1", row);
    ASSERT_FALSE(read.has_value()) << row;
    EXPECT_EQ(read.error().what.rfind(member, 0), 0U) << read.error().what;
  }
}

}  // namespace
}  // namespace linli::domain::access
