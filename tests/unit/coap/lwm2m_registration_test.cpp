#include "drivers/coap/lwm2m_registration.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::coap {
namespace {

using net::CoapCode;

const std::string kLinks = "</3/0>,</3302/0>";

net::CoapRequest request_of(std::vector<std::string> query) {
  net::CoapRequest request;
  request.method = net::CoapMethod::kPost;
  request.path = {"rd"};
  request.query = std::move(query);
  request.content_format = 40;
  return request;
}

Lwm2mParsed<Lwm2mRegistration> parse(std::vector<std::string> query,
                                     const std::string& links = kLinks) {
  return parse_registration(request_of(std::move(query)), links, "sm01");
}

CoapCode refusal(std::vector<std::string> query, const std::string& links = kLinks) {
  const auto parsed = parse(std::move(query), links);
  return parsed ? CoapCode::kCreated : parsed.error().code;
}

TEST(Lwm2mRegistration, HasItsLifetimeModeAndInstances) {
  const auto said = parse({"ep=sm01", "lt=300", "lwm2m=1.1", "b=U"});
  ASSERT_TRUE(said.has_value()) << said.error().payload;
  EXPECT_EQ(said->lifetime_s, 300U);
  EXPECT_FALSE(said->is_queued);
  EXPECT_EQ(said->objects.instances,
            (std::set<std::pair<std::uint16_t, std::uint16_t>>{{3, 0}, {3302, 0}}));
}

TEST(Lwm2mRegistration, WithoutParametersIsForADayAndVersionOne) {
  const auto said = parse({"ep=sm01"});
  ASSERT_TRUE(said.has_value());
  EXPECT_EQ(said->lifetime_s, 86'400U);
  EXPECT_EQ(said->version, Lwm2mVersion::kV10);
}

TEST(Lwm2mRegistration, SaysQueueModeInTheWordsOfEitherVersion) {
  EXPECT_TRUE(parse({"ep=sm01", "lwm2m=1.0", "b=UQ"})->is_queued);
  EXPECT_TRUE(parse({"ep=sm01", "lwm2m=1.1", "b=U", "Q"})->is_queued);
  EXPECT_TRUE(parse({"ep=sm01", "lwm2m=1.1", "Q"})->is_queued);
  EXPECT_FALSE(parse({"ep=sm01", "lwm2m=1.1", "b=U"})->is_queued);
}

TEST(Lwm2mRegistration, UnderAnothersNameIsForbidden) {
  EXPECT_EQ(refusal({"ep=sm02"}), CoapCode::kForbidden);
  EXPECT_EQ(refusal({"ep=sm0"}), CoapCode::kForbidden);
  EXPECT_EQ(refusal({"lt=60"}), CoapCode::kBadRequest);
  EXPECT_NE(parse({"ep=sm02"}).error().payload.find("'sm02'"), std::string::npos);
}

TEST(Lwm2mRegistration, OfAnotherVersionIsAPreconditionThatFailed) {
  for (const char* version : {"lwm2m=2.0", "lwm2m=1.2", "lwm2m=0.9", "lwm2m=1", "lwm2m=1.10"})
    EXPECT_EQ(refusal({"ep=sm01", version}), CoapCode::kPreconditionFailed) << version;
}

TEST(Lwm2mRegistration, IsForNoLongerAndNoShorterThanItMay) {
  EXPECT_EQ(refusal({"ep=sm01", "lt=10"}), CoapCode::kCreated);
  EXPECT_EQ(refusal({"ep=sm01", "lt=2678400"}), CoapCode::kCreated);
  for (const char* lifetime :
       {"lt=9", "lt=0", "lt=-1", "lt=", "lt", "lt=2678401", "lt=60s", "lt=99999999999999999999"})
    EXPECT_EQ(refusal({"ep=sm01", lifetime}), CoapCode::kBadRequest) << lifetime;
}

TEST(Lwm2mRegistration, IsBounded) {
  std::vector<std::string> many{"ep=sm01"};
  for (std::size_t i = 1; i < kMaxQueryParameters; ++i) many.push_back("x" + std::to_string(i));
  EXPECT_EQ(refusal(many), CoapCode::kCreated);
  many.emplace_back("y");
  EXPECT_EQ(refusal(many), CoapCode::kBadRequest);
  EXPECT_EQ(refusal({"ep=sm01", "x=" + std::string(kMaxParameterBytes, 'x')}),
            CoapCode::kBadRequest);
  EXPECT_EQ(refusal({"ep=sm01", "lt=60", "lt=70"}), CoapCode::kBadRequest);
  std::string links = "</3/0>";
  while (links.size() <= 4096) links += ",</3303/0>";
  EXPECT_EQ(refusal({"ep=sm01"}, links), CoapCode::kBadRequest);
}

TEST(Lwm2mRegistration, NeedsUdpAndObjects) {
  EXPECT_EQ(refusal({"ep=sm01", "b=S"}), CoapCode::kBadRequest);
  EXPECT_EQ(refusal({"ep=sm01", "b=X"}), CoapCode::kBadRequest);
  EXPECT_EQ(refusal({"ep=sm01"}, ""), CoapCode::kBadRequest);
  EXPECT_EQ(refusal({"ep=sm01"}, "</1>"), CoapCode::kBadRequest);
  EXPECT_EQ(refusal({"ep=sm01"}, "<"), CoapCode::kBadRequest);
}

TEST(Lwm2mRegistration, OfLinksInAnotherFormatIsNotUnderstood) {
  auto request = request_of({"ep=sm01"});
  request.content_format = 50;
  EXPECT_EQ(parse_registration(request, kLinks, "sm01").error().code, CoapCode::kUnsupportedFormat);
  request.content_format.reset();
  EXPECT_TRUE(parse_registration(request, kLinks, "sm01").has_value());
}

TEST(Lwm2mRegistration, MayHaveItsObjectsBelowARootAndSayItsFormats) {
  const auto said =
      parse({"ep=sm01"}, R"(</lwm2m>;rt="oma.lwm2m";ct="112 110",</lwm2m/3303/0>;ver=1.1,</3/0>)");
  ASSERT_TRUE(said.has_value());
  EXPECT_EQ(said->objects.root, "/lwm2m");
  EXPECT_TRUE(said->objects.speaks_senml);
  EXPECT_EQ(said->objects.instances,
            (std::set<std::pair<std::uint16_t, std::uint16_t>>{{3303, 0}}));
  const auto plain = parse({"ep=sm01"}, R"(</>;rt="oma.lwm2m";ct=11542,</3/0>)");
  EXPECT_EQ(plain->objects.root, "");
  EXPECT_FALSE(plain->objects.speaks_senml);
}

TEST(Lwm2mUpdate, ChangesWhatItNamesAndNothingElse) {
  const auto none = parse_update(request_of({}), "", Lwm2mVersion::kV10);
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(none->lifetime_s || none->is_queued || none->objects);
  const auto all = parse_update(request_of({"lt=60", "b=UQ"}), "</3/0>", Lwm2mVersion::kV10);
  EXPECT_EQ(all->lifetime_s, 60U);
  EXPECT_EQ(all->is_queued, true);
  EXPECT_EQ(all->objects->instances.size(), 1U);
  EXPECT_EQ(parse_update(request_of({"lt=1"}), "", Lwm2mVersion::kV10).error().code,
            CoapCode::kBadRequest);
}

TEST(Lwm2mUpdate, EndsQueueModeByItsBindingInVersionOneAndNotInTheNext) {
  const auto update = request_of({"b=U"});
  EXPECT_EQ(parse_update(update, "", Lwm2mVersion::kV10)->is_queued, false);
  EXPECT_EQ(parse_update(update, "", Lwm2mVersion::kV11)->is_queued, std::nullopt);
}

}  // namespace
}  // namespace linli::drivers::coap
