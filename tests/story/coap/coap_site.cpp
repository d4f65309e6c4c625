#include "tests/story/coap/coap_site.hpp"

namespace linli::story {

CoapSite::CoapSite(std::vector<base::Subnet> plain_from,
                   const std::shared_ptr<const domain::Profile>& profile,
                   base::Duration silent_after)
    : driver(house.loop, *house.intake, house.clock,
             drivers::coap::CoapDriver::Dependencies{
                 [this]() -> base::Result<std::unique_ptr<net::CoapOutlet>> {
                   ++opened;
                   if (!can_open) return base::fail(base::Code::kConflict, "the port is taken");
                   return std::make_unique<FakeOutlet>(sent);
                 },
                 std::move(plain_from), silent_after}) {
  house.add_device("door1", profile);
  (void)driver.attach(domain::DeviceId::parse("door1").value(), profile, "");
}

std::string presences_of(const House& house) {
  std::string told;
  for (const domain::Envelope& envelope : house.stored(domain::Stream::kTelemetry)) {
    if (envelope.type == domain::kPresenceEvent)
      told += envelope.data == R"({"online":true})" ? '+' : '-';
  }
  return told;
}

net::CoapRequest CoapSite::request(net::CoapMethod method, const std::string& name,
                                   const std::string& payload) {
  net::CoapRequest request;
  request.exchange = {1, next_id++, "t", true, 0};
  request.identity = "door1";
  request.address = "10.0.0.7";
  request.method = method;
  request.path = {"linli", "v1", name};
  request.payload = payload;
  request.bytes = 40 + payload.size();
  return request;
}

void CoapSite::send(net::CoapRequest request) {
  driver.on_request(std::move(request));
  house.loop.run_ready();
}

void CoapSite::observe(std::uint64_t session, const std::string& token) {
  auto get = request(net::CoapMethod::kGet, "command");
  get.exchange.session = session;
  get.exchange.token = token;
  get.observe = 0;
  send(std::move(get));
}

void CoapSite::invoke(const std::string& command, base::Duration expires_in) {
  driver.invoke(
      {domain::CommandId::parse(command).value(), domain::DeviceId::parse("door1").value(), 0, "{}",
       expires_in},
      [this](base::Result<ports::ActionReply> reply) { outcomes.push_back(std::move(reply)); });
  house.loop.run_ready();
}

}  // namespace linli::story
