#include "tests/story/coap_north/coap_platform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace linli::story {

using net::CoapCode;
using net::CoapOutgoing;
using net::CoapResponse;

class CoapPlatform::End final : public net::CoapRequester {
 public:
  explicit End(CoapPlatform& platform) : platform_(platform) {}
  bool send(const CoapOutgoing& request) override { return platform_.receive(request); }
  net::CoapRequesterStatus status() const override { return {platform_.is_up_, "", 0}; }

 private:
  CoapPlatform& platform_;
};

std::unique_ptr<net::CoapRequester> CoapPlatform::make(net::CoapRequesterEvents events) {
  events_ = std::move(events);
  return std::make_unique<End>(*this);
}

void CoapPlatform::go_up() {
  is_up_ = true;
  ++session_;
  under_way = 0;
  uploads_.clear();
  observer_.clear();
  events_.on_up();
}

void CoapPlatform::go_down() {
  is_up_ = false;
  ++session_;
  events_.on_down({base::Code::kOffline, "lost"});
}

void CoapPlatform::command(const std::string& payload) {
  CoapResponse notification;
  notification.token = observer_;
  notification.observe = ++notifications_;
  notification.max_age_s = max_age_s;
  notification.payload = payload;
  events_.on_response(notification);
}

bool CoapPlatform::receive(const CoapOutgoing& request) {
  if (!is_up_) return false;
  most_under_way = std::max(most_under_way, ++under_way);
  if (answers) reply_later(answer_to(request));
  return true;
}

void CoapPlatform::reply_later(CoapResponse response) {
  timers_.push_back(
      loop_.after(round_trip, [this, session = session_, response = std::move(response)] {
        if (session != session_) return;
        --under_way;
        events_.on_response(response);
      }));
}

CoapResponse CoapPlatform::answer_to(const CoapOutgoing& request) {
  CoapResponse response =
      request.method == net::CoapMethod::kPost ? take(request) : observe(request);
  response.token = request.token;
  return response;
}

CoapResponse CoapPlatform::observe(const CoapOutgoing& request) {
  ++registrations;
  CoapResponse response;
  response.payload = "{}";
  if (!keeps_observations) return response;
  observer_ = request.token;
  response.observe = 1;
  response.max_age_s = max_age_s;
  return response;
}

CoapResponse CoapPlatform::take(const CoapOutgoing& request) {
  ++blocks;
  std::string& upload = uploads_[request.path.back()];
  if (!request.block1 || request.block1->number == 0) upload.clear();
  upload += request.payload;
  CoapResponse response;
  response.block1 = request.block1;
  response.code = CoapCode::kContinue;
  if (request.block1 && request.block1->more) return response;
  if (refuses) return *refuses;
  const std::string payload = std::exchange(upload, "");
  std::uint64_t& accepted = accepted_[request.path.back()];
  for (const auto& event : nlohmann::json::parse(payload))
    accepted =
        std::max<std::uint64_t>(accepted, std::stoull(event.at("linliseq").get<std::string>()));
  arrivals.push_back({request.path.back(), payload, accepted, loop_.now()});
  response.code = CoapCode::kChanged;
  response.payload = fmt::format(R"({{"epoch":"{}","accepted":{}}})", epoch, accepted);
  return response;
}

}  // namespace linli::story
