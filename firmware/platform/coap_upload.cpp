#include "firmware/platform/coap_upload.hpp"

#include <algorithm>
#include <utility>

namespace linli::platform {

using net::CoapBlock;
using net::CoapCode;

CoapUpload::CoapUpload(std::string payload, std::uint8_t szx)
    : payload_(std::move(payload)), szx_(std::min(szx, CoapBlock::kMaxSzx)) {}

CoapBlock CoapUpload::block() const {
  CoapBlock block{0, false, szx_};
  block.number = static_cast<std::uint32_t>(offset_ / block.size());
  block.more = payload_.size() - offset_ > block.size();
  return block;
}

void CoapUpload::fill(net::CoapOutgoing& request) const {
  const CoapBlock next = block();
  request.payload = payload_.substr(offset_, next.size());
  if (next.number == 0 && !next.more) return;
  request.block1 = next;
  if (next.number == 0) request.size1 = static_cast<std::uint32_t>(payload_.size());
}

CoapUpload::Step CoapUpload::on_response(const net::CoapResponse& response) {
  switch (response.code) {
    case CoapCode::kContinue:
      return after_continue(response);
    case CoapCode::kIncomplete:
      return begin_again(szx_);
    case CoapCode::kTooLarge:
      // RFC 7959 §2.9.3: with a smaller block than ours it is a request for such ones.
      if (response.block1 && response.block1->szx < szx_) return begin_again(response.block1->szx);
      return Step::kFailed;
    default:
      return response.is_success() && !block().more ? Step::kDone : Step::kFailed;
  }
}

// The receiver has this block. If it names a smaller size, the next block begins where this one
// ends, counted in the new size (RFC 7959 §2.3, figure 8).
CoapUpload::Step CoapUpload::after_continue(const net::CoapResponse& response) {
  const CoapBlock sent = block();
  if (!sent.more || !response.block1 || response.block1->number != sent.number)
    return Step::kFailed;
  offset_ += sent.size();
  szx_ = std::min(szx_, response.block1->szx);
  return Step::kSendNext;
}

CoapUpload::Step CoapUpload::begin_again(std::uint8_t szx) {
  if (++restarts_ > kMaxRestarts) return Step::kFailed;
  szx_ = szx;
  offset_ = 0;
  return Step::kSendNext;
}

}  // namespace linli::platform
