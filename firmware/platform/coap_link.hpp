#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/backoff.hpp"
#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/net/coap_requester.hpp"
#include "firmware/platform/coap_upload.hpp"
#include "firmware/platform/command_watch.hpp"
#include "firmware/platform/link_contract.hpp"
#include "firmware/ports/platform_link.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::platform {

struct CoapLinkOptions {
  std::string gateway;  // our id at the platform, an id (base::is_id)
  std::string epoch;    // of the store
  std::string peer;     // in the status: "coaps://host:5684"
  // For a response to a request that was acknowledged, and for one more registration after that.
  base::Duration response_limit = std::chrono::seconds(30);
  // After a refused observation.
  base::BackoffLimits watch_backoff{std::chrono::seconds(2), std::chrono::seconds(2),
                                    std::chrono::seconds(300)};
};

struct CoapLinkCounts : LinkCounts {
  std::uint64_t refused = 0;  // batches that were answered with an error
};

// The native contract over CoAP: CloudEvents batches up, commands down.
//
//   POST   linli/v1/<gateway>/up/<stream>      2.04 {"epoch":…,"accepted":N}, after the platform's
//                                              own durable write: it is the acknowledgement
//   GET    linli/v1/<gateway>/down/command     with Observe; each notification is one command
//
// Two uploads are under way at most, one of an urgent stream and one of another, one block each: so
// an alarm does not wait behind the blocks of a backlog. With the observation that is at times one
// exchange more than net::CoapClient::kNstart; it then waits for the shorter of the two. Whether
// the platform hears us is known from its answers alone, so there is no presence message: the
// observation is what shows that we are there.
class CoapLink final : public ports::PlatformLink {
 public:
  using MakeRequester =
      std::function<std::unique_ptr<net::CoapRequester>(net::CoapRequesterEvents)>;
  // "Retry after" (5.03, 4.29 with Max-Age) is believed up to this.
  static constexpr base::Duration kLongestHold = std::chrono::seconds(300);

  // `loop` and `clock` must outlive the link. `make` is called once, by start().
  CoapLink(base::Loop& loop, const ports::WallClock& clock, CoapLinkOptions options,
           MakeRequester make);
  ~CoapLink() override;

  void start(ports::LinkEvents events) override;
  void send(std::vector<ports::ChunkPtr> chunks, base::Done<void> done) override;
  ports::LinkStatus status() const override;

  CoapLinkCounts counts() const { return {contract_.counts(), refused_}; }

 private:
  struct Batch {
    std::string payload;
    base::Done<void> done;
  };
  // One upload under way; those that wait, the most urgent stream first.
  struct Lane {
    std::multimap<domain::Stream, Batch> waiting;
    std::optional<CoapUpload> upload;
    domain::Stream stream = domain::Stream::kTelemetry;
    std::string token;
    base::Done<void> done;
    base::Handle limit;
  };

  std::vector<std::string> path(std::string_view direction, std::string_view last) const;
  std::string next_token();

  void after_up();
  void after_down(const base::Error& reason);
  bool on_response(const net::CoapResponse& response);
  void on_reset(const std::string& token);

  void start_uploads();
  void send_block(Lane& lane);
  void after_block(Lane& lane, const net::CoapResponse& response);

  void accept(domain::Stream stream, const std::string& payload);
  void end_upload(Lane& lane, base::Result<void> result);
  void hold(const net::CoapResponse& response);
  Lane* lane_of(const std::string& token);

  void watch_commands();
  void watch_again(base::Duration wait);
  void on_watched(const net::CoapResponse& message);
  void after_watch_failed(base::Error why);

  base::Loop& loop_;
  CoapLinkOptions options_;
  MakeRequester make_;
  LinkContract contract_;
  std::uint64_t refused_ = 0;
  std::uint32_t last_token_ = 0;
  bool is_up_ = false;
  std::uint8_t szx_ = net::CoapBlock::kMaxSzx;  // what the platform wants its blocks to be like
  std::array<Lane, 2> lanes_;                   // urgent, others
  base::TimePoint hold_until_{};
  base::Handle hold_;
  std::optional<CommandWatch> watch_;
  base::Backoff watch_backoff_;
  std::string watch_error_;
  base::Handle watch_timer_;
  std::unique_ptr<net::CoapRequester> client_;
};

}  // namespace linli::platform
