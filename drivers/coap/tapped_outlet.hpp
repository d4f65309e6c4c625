#pragma once

#include <map>
#include <memory>
#include <string>

#include "drivers/coap/lwm2m_words.hpp"
#include "firmware/net/coap_message.hpp"
#include "firmware/ports/frame_tap.hpp"

namespace linli::drivers::coap {

// A way out that shows the frame log what goes through it, and whose it is. Loop thread only.
class TappedOutlet final : public net::CoapOutlet {
 public:
  static constexpr std::size_t kMaxSessions = 2048;

  TappedOutlet(std::unique_ptr<net::CoapOutlet> outlet, ports::FrameTap& tap)
      : outlet_(std::move(outlet)), tap_(tap) {}

  // Whose session it is, as the last message of it said.
  void belongs(std::uint64_t session, const std::string& device, const std::string& peer,
               std::shared_ptr<const domain::Profile> profile);
  void forget(std::uint64_t session) { sessions_.erase(session); }

  void reply(const net::CoapExchange& exchange, const net::CoapReply& reply) override;
  void acknowledge(const net::CoapExchange& exchange) override;
  void reply_separately(const net::CoapExchange& exchange, const net::CoapReply& reply) override;
  std::optional<std::uint16_t> notify(std::uint64_t session, const std::string& token,
                                      const net::CoapReply& reply) override;
  std::optional<std::uint16_t> call(std::uint64_t session, const std::string& token,
                                    const net::CoapCall& call) override;
  void reset(const net::CoapExchange& exchange) override;

 private:
  struct Whose {
    std::string device;
    std::string peer;
    std::shared_ptr<const domain::Profile> profile;
  };
  void show(std::uint64_t session, std::string head, std::string bytes, Lwm2mWords words = {});

  std::unique_ptr<net::CoapOutlet> outlet_;
  ports::FrameTap& tap_;
  std::map<std::uint64_t, Whose> sessions_;
};

}  // namespace linli::drivers::coap
