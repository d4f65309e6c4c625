#include "drivers/coap/block_transfer.hpp"

#include <algorithm>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::coap {
namespace {

using net::CoapBlock;
using net::CoapCode;
using net::CoapReply;

std::string joined(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& segment : path) text += "/" + segment;
  return text;
}

bool is_error(CoapCode code) {
  return static_cast<unsigned>(code) >= net::coap_code(4, 0);
}

CoapReply refused(CoapCode code, const CoapBlock& block, std::string why) {
  CoapReply reply{code, std::move(why)};
  reply.block1 = block;
  if (code == CoapCode::kTooLarge) reply.size1 = BlockUploads::kMaxBytes;
  return reply;
}

// Eight bytes are enough to tell one state of a resource from the one before.
std::string etag_of(std::string_view payload) {
  std::uint64_t digest = base::digest64(payload);
  std::string etag(sizeof(digest), '\0');
  for (char& byte : etag) {
    byte = static_cast<char>(digest & 0xffU);
    digest >>= 8U;
  }
  return etag;
}

}  // namespace

BlockUploads::Step BlockUploads::take(net::CoapRequest& request, base::TimePoint now) {
  std::erase_if(transfers_, [now](const Transfer& t) { return now - t.at >= kLifetime; });
  if (!request.block1) return Whole{std::move(request.payload)};
  const CoapBlock block = *request.block1;
  if (block.szx > CoapBlock::kMaxSzx || (block.more && request.payload.size() != block.size()) ||
      request.payload.size() > block.size())
    return refused(CoapCode::kBadRequest, block, "a block of another size than it says");
  const std::uint64_t session = request.exchange.session;
  std::string path = joined(request.path);
  auto transfer = find(session, path);
  if (request.size1.value_or(0) > kMaxBytes ||
      block.offset() + request.payload.size() > kMaxBytes) {
    if (transfer != transfers_.end()) transfers_.erase(transfer);
    return refused(CoapCode::kTooLarge, block, "");
  }
  if (block.number == 0) {
    if (transfer != transfers_.end()) transfers_.erase(transfer);
    transfer = start(request, std::move(path));
  }
  const bool fits = transfer != transfers_.end() && transfer->payload.size() == block.offset() &&
                    transfer->format == request.content_format;
  if (!fits) return refused(CoapCode::kIncomplete, block, "begin again with block 0");
  transfer->payload += request.payload;
  transfer->at = now;
  transfers_.splice(transfers_.end(), transfers_, transfer);
  if (block.more) return refused(CoapCode::kContinue, block, "");
  Whole whole{std::move(transfer->payload)};
  transfers_.erase(transfer);
  return whole;
}

void BlockUploads::end_session(std::uint64_t session) {
  std::erase_if(transfers_, [session](const Transfer& t) { return t.session == session; });
}

BlockUploads::Transfers::iterator BlockUploads::find(std::uint64_t session,
                                                     const std::string& path) {
  return std::find_if(transfers_.begin(), transfers_.end(), [session, &path](const Transfer& t) {
    return t.session == session && t.path == path;
  });
}

BlockUploads::Transfers::iterator BlockUploads::start(const net::CoapRequest& request,
                                                      std::string path) {
  if (transfers_.size() == kMaxTransfers) {
    transfers_.pop_front();
    ++evicted_;
  }
  transfers_.push_back({request.exchange.session, std::move(path), request.content_format, {}, ""});
  return std::prev(transfers_.end());
}

CoapReply slice(CoapReply whole, const std::optional<CoapBlock>& asked, std::uint8_t max_szx) {
  if (whole.payload.empty() || is_error(whole.code)) return whole;
  CoapBlock block = asked.value_or(CoapBlock{0, false, max_szx});
  const std::size_t offset = block.offset();
  // Nobody is forced to take larger blocks than it asked for (RFC 7959 §2.4); a smaller one begins
  // where the asked one does.
  if (block.szx > max_szx) {
    block.szx = max_szx;
    block.number = static_cast<std::uint32_t>(offset / block.size());
  }
  if (!asked && whole.payload.size() <= block.size()) return whole;
  if (offset >= whole.payload.size()) return {CoapCode::kBadRequest, "no such block"};
  whole.etag = etag_of(whole.payload);
  if (block.number == 0) whole.size2 = static_cast<std::uint32_t>(whole.payload.size());
  block.more = whole.payload.size() - offset > block.size();
  whole.payload = whole.payload.substr(offset, block.size());
  whole.block2 = block;
  return whole;
}

std::size_t message_bytes(const CoapReply& reply, const net::CoapExchange& exchange) {
  constexpr std::size_t kHeader = 4;
  constexpr std::size_t kInteger = 6;  // an option of at most 4 bytes with a two-byte header
  std::size_t bytes = kHeader + exchange.token.size();
  bytes += reply.format ? 3U : 0U;
  bytes += reply.observe ? kInteger : 0U;
  bytes += reply.max_age_s ? kInteger : 0U;
  bytes += reply.block1 ? kInteger : 0U;
  bytes += reply.block2 ? kInteger : 0U;
  bytes += reply.size1 ? kInteger : 0U;
  bytes += reply.size2 ? kInteger : 0U;
  for (const std::string& segment : reply.location) bytes += segment.size() + 2;
  bytes += reply.etag.empty() ? 0U : reply.etag.size() + 1;
  return bytes + (reply.payload.empty() ? 0U : reply.payload.size() + 1);
}

CoapReply fit_unproved(CoapReply reply, const net::CoapRequest& request) {
  const std::size_t most = kMaxAmplification * (request.bytes + kDatagramOverhead);
  const auto fits = [most, &request](const CoapReply& r) {
    return message_bytes(r, request.exchange) + kDatagramOverhead <= most;
  };
  if (is_error(reply.code)) {
    if (!fits(reply)) reply.payload.clear();
    return reply;
  }
  for (std::uint8_t szx = CoapBlock::kMaxSzx; szx > 0; --szx) {
    CoapReply block = slice(reply, request.block2, szx);
    if (fits(block)) return block;
  }
  return slice(std::move(reply), request.block2, 0);
}

}  // namespace linli::drivers::coap
