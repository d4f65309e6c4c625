#include <gtest/gtest.h>

#include "tests/story/coap/lwm2m_site.hpp"

namespace linli::story {
namespace {

using net::CoapCode;
using net::CoapMethod;
using Kind = CoapSent::Kind;
using std::chrono::seconds;

TEST(Lwm2mRegister, IsCreatedAfterItsCommitAndThenTheDeviceIsAsked) {
  Lwm2mSite site;
  site.house.store.hold();
  site.register_device();
  EXPECT_TRUE(site.sent.empty());
  site.house.store.release();
  site.house.loop.run_ready();
  ASSERT_EQ(site.sent.size(), 2U);
  EXPECT_EQ(site.sent[0].reply.code, CoapCode::kCreated);
  ASSERT_EQ(site.sent[0].reply.location.size(), 2U);
  EXPECT_EQ(site.sent[0].reply.location[0], "rd");
  EXPECT_EQ(site.sent[1].kind, Kind::kCall);
  EXPECT_EQ(site.last_telemetry(), R"({"online":true})");
  EXPECT_EQ(site.driver.status().lwm2m.registered, 1U);
}

TEST(Lwm2mRegister, ThatCouldNotBeStoredIsNoRegistration) {
  Lwm2mSite site;
  site.house.store.fail_next(1, base::Code::kInternal);
  site.register_device();
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kUnavailable);
  EXPECT_EQ(site.driver.status().lwm2m.registered, 0U);
  EXPECT_TRUE(site.calls().empty());
}

TEST(Lwm2mRegister, UnderAnothersNameOrVersionIsRefusedInWords) {
  Lwm2mSite site;
  site.post({"rd"}, {"ep=buzz2"}, Lwm2mSite::kLinks);
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kForbidden);
  EXPECT_NE(site.sent.back().reply.payload.find("buzz2"), std::string::npos);
  site.post({"rd"}, {"ep=buzz1", "lwm2m=2.0"}, Lwm2mSite::kLinks);
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kPreconditionFailed);
  EXPECT_EQ(site.driver.status().lwm2m.registered, 0U);
}

TEST(Lwm2mRegister, IsForDevicesWhoseModelIsOne) {
  CoapSite native;
  auto request = native.request(CoapMethod::kPost, "x", "</3/0>");
  request.path = {"rd"};
  request.query = {"ep=door1"};
  native.send(request);
  EXPECT_EQ(native.code(), CoapCode::kNotFound);
  Lwm2mSite site;
  site.post({"linli", "v1", "event"}, {});
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kNotFound);
}

TEST(Lwm2mRegister, InBlocksIsOneRegistration) {
  Lwm2mSite site;
  net::CoapRequest block;
  block.exchange = {1, 500, "t", true, 0};
  block.identity = "buzz1";
  block.method = CoapMethod::kPost;
  block.path = {"rd"};
  block.query = {"ep=buzz1"};
  block.content_format = 40;
  block.payload = "</3/0>,</3302/0>";
  block.block1 = net::CoapBlock{0, true, 0};
  site.send(block);
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kContinue);
  block.exchange.message_id = 501;
  block.payload = ",</3303/0>";
  block.block1 = net::CoapBlock{1, false, 0};
  site.send(block);
  EXPECT_EQ(site.sent[1].reply.code, CoapCode::kCreated);
  EXPECT_EQ(site.sent[1].reply.block1, block.block1);
}

TEST(Lwm2mRegister, AgainTakesThePlaceOfTheFirst) {
  Lwm2mSite site;
  site.settle_in();
  const std::string first = site.location();
  site.settle_in();
  EXPECT_NE(site.location(), first);
  site.post({"rd", first}, {});
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kNotFound);
  EXPECT_EQ(site.driver.status().lwm2m.registered, 1U);
}

// Beyond a lifetime of 60 s an update may be 45 s late.
constexpr base::Duration kEnd = seconds(60) + drivers::coap::Lwm2mServer::kMaxLateness;

TEST(Lwm2mLifetime, ThatEndsMakesTheDeviceOffline) {
  Lwm2mSite site;
  site.settle_in({"lt=60"});
  site.house.loop.run_for(kEnd - seconds(1));
  EXPECT_EQ(site.driver.status().lwm2m.registered, 1U);
  EXPECT_EQ(presences_of(site.house), "+");
  site.house.loop.run_for(seconds(1));
  EXPECT_EQ(site.driver.status().lwm2m.registered, 0U);
  EXPECT_EQ(site.driver.status().lwm2m.expired, 1U);
  EXPECT_EQ(presences_of(site.house), "+-");
}

TEST(Lwm2mLifetime, IsRenewedByAnUpdateThatWasRepeatedOnTheWay) {
  Lwm2mSite site;
  site.settle_in({"lt=60"});
  for (int i = 0; i < 20; ++i) {
    site.house.loop.run_for(seconds(100));
    site.update();
    EXPECT_EQ(site.sent.back().reply.code, CoapCode::kChanged);
    for (const CoapSent& call : site.calls()) site.answer(call, "0", 1);
  }
  EXPECT_EQ(presences_of(site.house), "+");
}

TEST(Lwm2mLifetime, IsToldAgainIfItCouldNotBeStored) {
  Lwm2mSite site;
  site.settle_in({"lt=60"});
  site.house.loop.run_for(kEnd - seconds(30));  // the row of last values has been written
  site.house.store.fail_next(1, base::Code::kInternal);
  site.house.loop.run_for(seconds(30));
  EXPECT_EQ(presences_of(site.house), "+");
  site.house.loop.run_for(drivers::coap::Lwm2mServer::kStoreAgain);
  EXPECT_EQ(presences_of(site.house), "+-");
}

TEST(Lwm2mLifetime, BeginsAnewWithEachUpdateWhichMayChangeIt) {
  Lwm2mSite site;
  site.settle_in({"lt=60"});
  site.house.loop.run_for(seconds(50));
  site.update({"lt=20"});
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kChanged);
  site.house.loop.run_for(seconds(39));  // a short one may be late by itself
  EXPECT_EQ(site.driver.status().lwm2m.registered, 1U);
  site.house.loop.run_for(seconds(1));
  EXPECT_EQ(site.driver.status().lwm2m.registered, 0U);
}

TEST(Lwm2mDevice, ThatDoesNotComeBackAfterARestartIsOffline) {
  Lwm2mSite site(seconds(3600));
  site.house.loop.run_for(seconds(3599));
  EXPECT_EQ(presences_of(site.house), "");
  site.house.loop.run_for(seconds(1));
  EXPECT_EQ(presences_of(site.house), "-");
  site.settle_in({"lt=86400"});
  site.house.loop.run_for(seconds(3600));
  EXPECT_EQ(presences_of(site.house), "-+") << "now its lifetime counts";
}

TEST(Lwm2mUpdate, AfterTheEndIsNotFoundSoThatTheDeviceRegistersAnew) {
  Lwm2mSite site;
  site.settle_in({"lt=60"});
  const std::string location = site.location();
  site.house.loop.run_for(kEnd);
  site.post({"rd", location}, {});
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kNotFound);
}

TEST(Lwm2mDeregister, IsGoodbye) {
  Lwm2mSite site;
  site.settle_in();
  net::CoapRequest request;
  request.exchange = {1, 900, "t", true, 0};
  request.identity = "buzz1";
  request.method = CoapMethod::kDelete;
  request.path = {"rd", site.location()};
  site.send(request);
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kDeleted);
  EXPECT_EQ(site.last_telemetry(), R"({"online":false})");
  EXPECT_EQ(site.driver.status().lwm2m.registered, 0U);
  site.notify(site.observation("5500"), "1", 2);
  EXPECT_EQ(site.sent.back().kind, Kind::kReset);
}

TEST(Lwm2mDeregister, OfWhatIsNotThereIsNotFoundAndOtherMethodsAreNotAllowed) {
  Lwm2mSite site;
  site.post({"rd", "nobody"}, {});
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kNotFound);
  net::CoapRequest request;
  request.exchange = {1, 900, "t", true, 0};
  request.identity = "buzz1";
  request.method = CoapMethod::kGet;
  request.path = {"rd"};
  site.send(request);
  EXPECT_EQ(site.sent.back().reply.code, CoapCode::kMethodNotAllowed);
}

TEST(Lwm2mDevice, ThatIsRemovedIsForgottenWithItsCommands) {
  Lwm2mSite site;
  site.settle_in();
  site.invoke("restart");
  site.driver.detach(domain::DeviceId::parse("buzz1").value());
  site.house.loop.run_for(seconds(100'000));
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, base::Code::kNotFound);
}

}  // namespace
}  // namespace linli::story
