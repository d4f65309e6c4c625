#include <gtest/gtest.h>

#include "firmware/core/invitations.hpp"
#include "firmware/core/people.hpp"
#include "firmware/core/second_factor.hpp"
#include "firmware/core/sessions.hpp"
#include "firmware/core/tokens.hpp"

namespace linli::core {
namespace {

constexpr domain::EventTime kThen{1'764'000'000'000, domain::TimeQuality::kSynchronised,
                                  18'446'744'073'709'551'615U, 42};
constexpr Lifetime kLife{kThen, {7, domain::TimeQuality::kFloor, 3, 9}, 60'000};

TEST(AccountRows, APersonReadsBackAsWritten) {
  Person person{.id = "p-1", .name = "王 \"x\"\n", .login = "mei"};
  person.role = domain::Role::kInstaller;
  person.places = {"b3", "b4"};
  person.password_hash = "$argon2id$v=19$m=12288,t=3,p=1$x$y";
  person.sealed_factor = std::string("\x01\x00\xff", 3);
  person.factor_steps = {58'800'000, 58'800'001};
  person.created = kThen;
  person.seen = kThen;
  person.version = 7;
  EXPECT_EQ(person_from_row("p-1", to_row(person)).value(), person);
  person.seen.reset();
  EXPECT_EQ(person_from_row("p-1", to_row(person)).value(), person);
}

TEST(AccountRows, SessionTokenAndInvitationReadBackAsWritten) {
  const Session session{"s-1", "p-1", std::string(32, '\x80'), kLife, "192.0.2.1", "agent", {}};
  EXPECT_EQ(session_from_row("s-1", to_row(session)).value(), session);
  Token token{.id = "t-1", .person = "p-1", .name = "script"};
  token.digest = std::string(32, '\x81');
  token.scope = {domain::Privilege::kViewSite, domain::Privilege::kReadAudit};
  token.ttl_ms = 3'600'000;
  token.life = kLife;
  token.was_used = true;
  EXPECT_EQ(token_from_row("t-1", to_row(token)).value(), token);
  Invitation invitation{.id = "i-1", .person = "p-1", .role = domain::Role::kViewer, .name = "n"};
  invitation.places = {"b3"};
  invitation.resident = "ann";
  invitation.sealed_code = std::string("\0\1", 2);
  invitation.life = kLife;
  EXPECT_EQ(invitation_from_row("i-1", to_row(invitation)).value(), invitation);
}

TEST(AccountRows, RowsOfAnotherFormAreRefused) {
  for (const char* row : {"", "{}", "[]", R"({"name":"x"})", "{\"role\":\"king\"}"}) {
    EXPECT_FALSE(person_from_row("p-1", row)) << row;
    EXPECT_FALSE(session_from_row("s-1", row)) << row;
    EXPECT_FALSE(token_from_row("t-1", row)) << row;
    EXPECT_FALSE(invitation_from_row("i-1", row)) << row;
  }
}

TEST(AccountRows, TimesOfAnotherFormAreRefused) {
  EXPECT_EQ(event_time_of(to_text(kThen)).value(), kThen);
  EXPECT_EQ(lifetime_of(to_text(kLife)).value(), kLife);
  for (const char* text : {"", "1,0,1", "1,0,1,1,1", "1,3,1,1", "-1,0,1,1", "1,0,-1,1", "x,0,1,1",
                           "9223372036854775807,0,1,1"})
    EXPECT_FALSE(event_time_of(text)) << text;
  EXPECT_FALSE(lifetime_of("1,0,1,1;1,0,1,1;-5"));
}

TEST(People, ALoginThatWasGivenUpIsFree) {
  People people;
  people.put({.id = "p-1", .name = "a", .login = "mei"});
  people.put({.id = "p-1", .name = "a", .login = "wang"});
  EXPECT_EQ(people.by_login("mei"), nullptr);
  EXPECT_EQ(people.by_login("wang")->id, "p-1");
  people.put({.id = "p-2", .name = "b", .login = ""});
  EXPECT_EQ(people.by_login(""), nullptr);
  people.remove("p-1");
  EXPECT_EQ(people.by_login("wang"), nullptr);
}

TEST(SecondFactor, Base32IsThatOfTheStandard) {
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("f"), "MY");
  EXPECT_EQ(base32("fo"), "MZXQ");
  EXPECT_EQ(base32("foo"), "MZXW6");
  EXPECT_EQ(base32("foob"), "MZXW6YQ");
  EXPECT_EQ(base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
}

TEST(Invitations, ACodeIsFoundHoweverItIsTyped) {
  EXPECT_EQ(typed_code(base::SecretText("ab2cd-3 efGH")).reveal(), "AB2CD3EFGH");
}

}  // namespace
}  // namespace linli::core
