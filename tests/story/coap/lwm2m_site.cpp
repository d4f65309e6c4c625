#include "tests/story/coap/lwm2m_site.hpp"

#include "firmware/domain/profile_codec.hpp"

namespace linli::story {
namespace {

constexpr const char* kModel = R"({"@type":"tm:ThingModel","titles":{"zh":"x","en":"x"},
  "properties":{
    "present":{"titles":{"zh":"x","en":"x"},"type":"boolean","forms":[{"href":"/3302/0/5500","subprotocol":"lwm2m"}]},
    "temperature":{"titles":{"zh":"x","en":"x"},"type":"number","maximum":100,"forms":[{"href":"/3303/0/5700","subprotocol":"lwm2m"}]}},
  "events":{"motion":{"titles":{"zh":"x","en":"x"},"linli:stream":"alarm","forms":[{"href":"/3302/0/5500","subprotocol":"lwm2m","linli:when":true}]}},
  "actions":{
    "restart":{"titles":{"zh":"x","en":"x"},"linli:safety":"actuator","linli:timeoutSeconds":60,
      "forms":[{"href":"/3/0/4","subprotocol":"lwm2m","lwm2m:operation":"execute"}]},
    "sound":{"titles":{"zh":"x","en":"x"},"linli:safety":"life","linli:timeoutSeconds":60,
      "input":{"type":"object","properties":{"on":{"type":"boolean"}},"required":["on"]},
      "forms":[{"href":"/3338/0/5850","subprotocol":"lwm2m","lwm2m:operation":"write","linli:payload":"{on}"}]}}})";

}  // namespace

Lwm2mSite::Lwm2mSite(base::Duration silent_after)
    : profile(
          std::make_shared<domain::Profile>(domain::parse_profile("test/buzz", kModel).value())),
      driver(house.loop, *house.intake, house.clock,
             drivers::coap::CoapDriver::Dependencies{
                 [this]() -> base::Result<std::unique_ptr<net::CoapOutlet>> {
                   return std::make_unique<FakeOutlet>(sent);
                 },
                 {},
                 silent_after}) {
  house.add_device("buzz1", profile);
  (void)driver.attach(domain::DeviceId::parse("buzz1").value(), profile, "");
}

void Lwm2mSite::send(net::CoapRequest request) {
  driver.on_request(std::move(request));
  house.loop.run_ready();
}

void Lwm2mSite::post(std::vector<std::string> path, std::vector<std::string> query,
                     const std::string& links) {
  net::CoapRequest request;
  request.exchange = {session, next_id++, "t", true, 0};
  request.identity = "buzz1";
  request.address = "10.0.0.7";
  request.method = net::CoapMethod::kPost;
  request.path = std::move(path);
  request.query = std::move(query);
  request.payload = links;
  if (!links.empty()) request.content_format = 40;
  send(std::move(request));
}

void Lwm2mSite::register_device(std::vector<std::string> query, const std::string& links) {
  query.insert(query.begin(), {"ep=buzz1", "lwm2m=1.1"});
  post({"rd"}, std::move(query), links);
}

void Lwm2mSite::update(std::vector<std::string> query) {
  post({"rd", location()}, std::move(query));
}

void Lwm2mSite::answer(const CoapSent& call, const std::string& text,
                       std::optional<std::uint32_t> observe, std::uint8_t code) {
  net::CoapAnswer answer;
  answer.exchange = call.exchange;
  answer.exchange.session = session;
  answer.exchange.confirmable = false;
  answer.is_piggybacked = true;
  answer.identity = "buzz1";
  answer.code = code;
  answer.observe = observe;
  answer.payload = text;
  driver.on_answer(answer);
  house.loop.run_ready();
}

void Lwm2mSite::notify(const CoapSent& call, const std::string& text, std::uint32_t observe,
                       bool confirmable) {
  net::CoapAnswer answer;
  answer.exchange = {session, next_id++, call.exchange.token, confirmable, 0};
  answer.identity = "buzz1";
  answer.code = 0x45;
  answer.observe = observe;
  answer.payload = text;
  driver.on_answer(answer);
  house.loop.run_ready();
}

void Lwm2mSite::settle_in(std::vector<std::string> query) {
  register_device(std::move(query));
  for (auto open = calls(); !open.empty(); open = calls()) {
    for (const CoapSent& call : open) answer(call, call.call.path.back() == "5500" ? "0" : "20", 1);
  }
}

void Lwm2mSite::invoke(const std::string& action, const std::string& input,
                       base::Duration expires_in, const std::string& id) {
  driver.invoke(
      {domain::CommandId::parse(id).value(), domain::DeviceId::parse("buzz1").value(),
       domain::action_index(*profile, action).value(), input, expires_in},
      [this](base::Result<ports::ActionReply> reply) { outcomes.push_back(std::move(reply)); });
  house.loop.run_ready();
}

std::vector<CoapSent> Lwm2mSite::calls() {
  std::vector<CoapSent> found;
  for (; seen_ < sent.size(); ++seen_) {
    if (sent[seen_].kind != CoapSent::Kind::kCall) continue;
    found.push_back(sent[seen_]);
    if (sent[seen_].call.observe) observations_.push_back(sent[seen_]);
  }
  return found;
}

const CoapSent& Lwm2mSite::observation(const std::string& resource) const {
  for (auto one = observations_.rbegin(); one != observations_.rend(); ++one) {
    if (one->call.path.back() == resource) return *one;
  }
  return observations_.at(observations_.size());
}

std::string Lwm2mSite::location() const {
  for (auto one = sent.rbegin(); one != sent.rend(); ++one) {
    if (!one->reply.location.empty()) return one->reply.location.back();
  }
  return "none";
}

}  // namespace linli::story
