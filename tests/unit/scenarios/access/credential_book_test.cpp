#include "firmware/scenarios/access/credential_book.hpp"

#include <gtest/gtest.h>

#include "tests/unit/access/pass_kit.hpp"

namespace linli::scenarios::access {
namespace {

using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::CredentialState;

std::string mac(std::string_view bytes) {
  return domain::access::kit_mac(1, bytes);
}

Credential card(const std::string& id, const std::string& holder, const char* bits = "d41b8100") {
  Credential credential;
  credential.id = id;
  credential.holder = holder;
  credential.card = domain::access::card_of(bits, 26).value();
  return credential;
}

Credential pin(const std::string& id, const std::string& holder) {
  Credential credential;
  credential.id = id;
  credential.holder = holder;
  credential.kind = CredentialKind::kPin;
  credential.pin_hash = "$argon2id$v=19$…";
  return credential;
}

TEST(CredentialBook, FindsACardByItsBitsAlone) {
  CredentialBook book;
  book.put(card("c1", "p1"));
  Credential shown = card("", "");
  shown.card.printed = "0012345";
  ASSERT_NE(book.by_card(shown.card), nullptr);
  EXPECT_EQ(book.by_card(shown.card)->id, "c1");
  EXPECT_EQ(book.by_card(domain::access::card_of("d41b8140", 26).value()), nullptr);
}

TEST(CredentialBook, FindsAPinByItsTagAndNothingWithoutTheKey) {
  CredentialBook book;
  const std::string tag = pin_tag("4711", &mac);
  book.put(pin("k1", "p1"), tag);
  EXPECT_EQ(book.by_pin_tag(pin_tag("4711", &mac))->id, "k1");
  EXPECT_EQ(book.by_pin_tag(pin_tag("4712", &mac)), nullptr);
  EXPECT_TRUE(pin_tag("4711", [](std::string_view) { return std::string(); }).empty());
  EXPECT_EQ(book.by_pin_tag(""), nullptr);
}

TEST(CredentialBook, GivesNothingToTwoPeopleUntilItIsRevoked) {
  CredentialBook book;
  book.put(card("c1", "p1"));
  EXPECT_EQ(book.check(card("c2", "p2"), "").error().code, base::Code::kConflict);
  EXPECT_TRUE(book.check(card("c1", "p1"), "").has_value()) << "itself again";
  Credential old = *book.find("c1");
  old.state = CredentialState::kRevoked;
  book.put(old);
  EXPECT_TRUE(book.check(card("c2", "p2"), "").has_value());
  EXPECT_EQ(book.by_card(old.card), nullptr);
  EXPECT_EQ(book.find("c1")->state, CredentialState::kRevoked) << "it stays for the journal";
}

TEST(CredentialBook, DoesNotSayWhosePinItIs) {
  CredentialBook book;
  book.put(pin("k1", "p1"), "tag");
  const auto checked = book.check(pin("k2", "p2"), "tag");
  EXPECT_EQ(checked.error().code, base::Code::kConflict);
  EXPECT_EQ(checked.error().what.find("k1"), std::string::npos);
}

TEST(CredentialBook, KeepsALostCardFindableSoThatItIsKnownAsLost) {
  CredentialBook book;
  Credential lost = card("c1", "p1");
  lost.state = CredentialState::kLost;
  book.put(lost);
  ASSERT_NE(book.by_card(lost.card), nullptr);
  EXPECT_EQ(book.by_card(lost.card)->state, CredentialState::kLost);
}

TEST(CredentialBook, ListsWhatAHolderHasAndForgetsWhatIsRemoved) {
  CredentialBook book;
  book.put(card("c1", "p1"));
  book.put(pin("k1", "p1"), "tag");
  book.put(card("c2", "p2", "ffffff00"));
  EXPECT_EQ(book.of_holder("p1").size(), 2U);
  book.remove("c1");
  book.remove("nobody");
  ASSERT_EQ(book.of_holder("p1").size(), 1U);
  EXPECT_EQ(book.of_holder("p1").front()->id, "k1");
  EXPECT_EQ(book.by_card(card("", "").card), nullptr);
  EXPECT_EQ(book.pin_tag("k1"), "tag");
  book.remove("k1");
  EXPECT_EQ(book.by_pin_tag("tag"), nullptr);
}

TEST(Pin, IsFourToTwelveDigitsThatAreNotAllTheSame) {
  EXPECT_TRUE(check_pin("4711").has_value());
  EXPECT_TRUE(check_pin("123456789012").has_value());
  for (const char* bad : {"", "123", "1234567890123", "12a4", "1111", "000000"})
    EXPECT_FALSE(check_pin(bad).has_value()) << bad;
}

}  // namespace
}  // namespace linli::scenarios::access
