#include <coap3/coap.h>

#include <algorithm>

#include "drivers/coap/coap_driver.hpp"
#include "firmware/domain/profile_codec.hpp"
#include "firmware/net/coap_pdu.hpp"
#include "tests/fakes/virtual_loop.hpp"
#include "tests/story/coap/coap_site.hpp"

namespace {

namespace coap = linli::drivers::coap;
namespace domain = linli::domain;
namespace net = linli::net;
namespace story = linli::story;

std::shared_ptr<const domain::Profile> profile() {
  static const auto kProfile = std::make_shared<domain::Profile>(
      domain::parse_profile("fuzz/lwm2m", R"({"@type":"tm:ThingModel","titles":{"zh":"x","en":"x"},
    "properties":{"n":{"titles":{"zh":"x","en":"x"},"type":"number","maximum":9,"forms":[{"href":"/1/0/1","subprotocol":"lwm2m"}]},
      "i":{"titles":{"zh":"x","en":"x"},"type":"integer","forms":[{"href":"/1/0/2","subprotocol":"lwm2m"}]},
      "s":{"titles":{"zh":"x","en":"x"},"type":"string","forms":[{"href":"/1/0/3","subprotocol":"lwm2m"}]}},
    "events":{"e":{"titles":{"zh":"x","en":"x"},"linli:stream":"alarm","forms":[{"href":"/1/0/4","subprotocol":"lwm2m","linli:when":true}]}},
    "actions":{"a":{"titles":{"zh":"x","en":"x"},"linli:safety":"none","forms":[{"href":"/1/0/5","subprotocol":"lwm2m","lwm2m:operation":"execute"}]}}})")
          .value());
  return kProfile;
}

// Takes every report, and holds it to what a report is.
class Intake final : public linli::ports::Intake {
 public:
  explicit Intake(linli::base::Loop& loop) : loop_(loop) {}
  void take(linli::ports::Delivery delivery, linli::base::Done<void> committed) override {
    for (const domain::Report& report : delivery.reports) {
      const bool is_empty = report.readings.empty() && report.events.empty() && !report.presence;
      if (report.rejection && !is_empty) __builtin_trap();
    }
    loop_.post([done = std::move(committed)]() mutable { std::move(done)({}); });
  }

 private:
  linli::base::Loop& loop_;
};

struct Site {
  linli::fakes::VirtualLoop loop;
  story::TestClock clock{loop};
  Intake intake{loop};
  std::vector<story::CoapSent> sent;
  coap::CoapDriver driver{loop, intake, clock,
                          coap::CoapDriver::Dependencies{
                              [this]() -> linli::base::Result<std::unique_ptr<net::CoapOutlet>> {
                                return std::make_unique<story::FakeOutlet>(sent);
                              },
                              {}}};
};

// One message: a request as it is; an answer with the token of the call that was sent last, unless
// its own one is longer than a byte.
void deliver(Site& site, const coap_pdu_t& pdu) {
  if (coap_pdu_get_code(&pdu) < net::coap_code(2, 0)) {
    net::CoapRequest request = net::request_of(pdu);
    request.exchange.session = 1;
    request.identity = "d";
    site.driver.on_request(std::move(request));
  } else {
    net::CoapAnswer answer = net::answer_of(pdu);
    answer.exchange.session = 1;
    answer.identity = "d";
    if (answer.exchange.token.size() < 2 && !site.sent.empty())
      answer.exchange.token = site.sent.back().exchange.token;
    site.driver.on_answer(answer);
  }
  site.loop.run_ready();
}

}  // namespace

// Datagrams of one device, each with its length before it (2 bytes), through libcoap's parser and
// the whole LwM2M server: registrations, links, updates, answers, notifications.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const bool kStarted = [] {
    coap_startup();
    coap_set_log_level(LOG_EMERG);
    return true;
  }();
  Site site;
  const auto device = domain::DeviceId::parse("d").value();
  if (!kStarted || !site.driver.attach(device, profile(), "")) __builtin_trap();
  while (size > 2) {
    const std::size_t length = std::min(std::size_t{data[0]} << 8U | data[1], size - 2);
    coap_pdu_t* const pdu = coap_pdu_init(COAP_MESSAGE_CON, COAP_EMPTY_CODE, 0, 2048);
    if (pdu == nullptr) return 0;
    if (length < 2048 && coap_pdu_parse(COAP_PROTO_UDP, data + 2, length, pdu) != 0 &&
        coap_pdu_get_code(pdu) != 0)
      deliver(site, *pdu);
    coap_delete_pdu(pdu);
    data += length + 2;
    size -= length + 2;
  }
  site.driver.invoke(
      {domain::CommandId::parse("c").value(), device, 0, "{}", std::chrono::seconds(1)},
      [](const linli::base::Result<linli::ports::ActionReply>&) {});
  site.loop.run_for(std::chrono::hours(24 * 32));
  if (site.driver.status().lwm2m.registered != 0) __builtin_trap();
  return 0;
}
