#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "firmware/net/coap_requester.hpp"

namespace linli::platform {

// One payload on its way up, in blocks if it is larger than one (Block1, RFC 7959 §2.5). Pure: it
// says what to send next, and is told what came back. One block is under way at a time.
class CoapUpload {
 public:
  enum class Step {
    kSendNext,  // fill() the next message
    kDone,      // the response is the answer to the whole payload
    kFailed,    // so is this one, and it is a refusal, or makes no sense
  };
  // A receiver that has lost the beginning (4.08) gets it again, so often.
  static constexpr int kMaxRestarts = 2;

  // `szx`: the largest block to begin with, 0 to net::CoapBlock::kMaxSzx.
  explicit CoapUpload(std::string payload, std::uint8_t szx = net::CoapBlock::kMaxSzx);

  // Puts payload and, if it takes more than one block, Block1 and Size1 into `request`.
  void fill(net::CoapOutgoing& request) const;
  Step on_response(const net::CoapResponse& response);

  // What the receiver wants its blocks to be like, to begin the next upload with.
  std::uint8_t szx() const { return szx_; }

 private:
  net::CoapBlock block() const;
  Step after_continue(const net::CoapResponse& response);
  Step begin_again(std::uint8_t szx);

  std::string payload_;
  std::uint8_t szx_;
  std::size_t offset_ = 0;
  int restarts_ = 0;
};

}  // namespace linli::platform
