#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/net/coap_requester.hpp"

namespace linli::story {

// A platform that speaks CoAP, and the association with it, in virtual time. It puts blocks
// together, accepts whole batches, and keeps one observation.
class CoapPlatform {
 public:
  struct Arrival {
    std::string path;  // the last segment: the stream
    std::string payload;
    std::uint64_t accepted = 0;
    base::TimePoint at;
  };

  explicit CoapPlatform(base::Loop& loop) : loop_(loop) {}

  // What platform::CoapLink is given: its end of the association.
  std::unique_ptr<net::CoapRequester> make(net::CoapRequesterEvents events);

  void go_up();
  void go_down();
  void command(const std::string& payload);
  // A response that nobody asked for; what the gateway says to it.
  bool say(const net::CoapResponse& response) const { return events_.on_response(response); }

  std::string epoch = "e1";
  base::Duration round_trip = std::chrono::milliseconds(100);
  bool answers = true;
  bool keeps_observations = true;
  std::uint32_t max_age_s = 60;
  std::optional<net::CoapResponse> refuses;  // with this, every whole batch

  std::vector<Arrival> arrivals;
  int blocks = 0;
  int registrations = 0;
  int under_way = 0;
  int most_under_way = 0;

 private:
  class End;

  bool receive(const net::CoapOutgoing& request);
  net::CoapResponse answer_to(const net::CoapOutgoing& request);
  net::CoapResponse observe(const net::CoapOutgoing& request);
  net::CoapResponse take(const net::CoapOutgoing& request);
  void reply_later(net::CoapResponse response);

  base::Loop& loop_;
  net::CoapRequesterEvents events_;
  bool is_up_ = false;
  std::uint64_t session_ = 0;
  std::string observer_;
  std::uint32_t notifications_ = 1;
  std::map<std::string, std::string> uploads_;
  std::map<std::string, std::uint64_t> accepted_;
  std::vector<base::Handle> timers_;
};

}  // namespace linli::story
