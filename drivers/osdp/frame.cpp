#include "drivers/osdp/frame.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr std::uint8_t kStart = 0x53;
constexpr std::uint8_t kReplyBit = 0x80;
constexpr std::uint8_t kSequenceBits = 0x03;
constexpr std::uint8_t kCrcBit = 0x04;
constexpr std::uint8_t kSecurityBit = 0x08;
constexpr std::size_t kMacBytes = 4;
constexpr std::size_t kScbHeadBytes = 2;  // its length and its type

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}
void put(std::string& out, unsigned value) {
  out.push_back(static_cast<char>(value & 0xFFU));
}
std::size_t check_bytes(Check check) {
  return check == Check::kCrc ? 2 : 1;
}

// Moves what stands in front of the code into `frame`, and `rest` behind it.
base::Result<void> take_security(std::string_view& rest, Frame& frame) {
  const std::size_t length = rest.empty() ? 0 : byte_at(rest, 0);
  if (length < kScbHeadBytes || length > rest.size())
    return base::fail(Code::kInvalid, "a security block of {} bytes", length);
  frame.security = SecurityBlock{byte_at(rest, 1),
                                 std::string(rest.substr(kScbHeadBytes, length - kScbHeadBytes))};
  rest.remove_prefix(length);
  return {};
}

base::Result<void> verify(std::string_view body, std::string_view stated, Check check) {
  std::string expected;
  if (check == Check::kCrc) {
    const unsigned crc = crc16(body);
    put(expected, crc);
    put(expected, crc >> 8U);
  } else {
    put(expected, checksum(body));
  }
  if (expected == stated) return {};
  return base::fail(Code::kCorrupt, "{} is wrong", check == Check::kCrc ? "CRC" : "checksum");
}

}  // namespace

bool SecurityBlock::has_mac() const {
  return type >= static_cast<std::uint8_t>(Scb::kCommandMac) &&
         type <= static_cast<std::uint8_t>(Scb::kReplyEncrypted);
}

// Polynomial 0x1021, begins with 0x1D0F, not reflected.
std::uint16_t crc16(std::string_view bytes) {
  unsigned crc = 0x1D0F;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8U;
    for (int bit = 0; bit < 8; ++bit) {
      const bool is_high = (crc & 0x8000U) != 0;
      crc = (crc << 1U) & 0xFFFFU;
      if (is_high) crc ^= 0x1021U;
    }
  }
  return static_cast<std::uint16_t>(crc);
}

std::uint8_t checksum(std::string_view bytes) {
  unsigned sum = 0;
  for (const char c : bytes) sum += static_cast<unsigned char>(c);
  return static_cast<std::uint8_t>(0U - sum);
}

std::string authenticated_part(const Frame& frame) {
  const std::size_t scb = frame.security ? kScbHeadBytes + frame.security->data.size() : 0;
  const std::size_t mac = frame.security && frame.security->has_mac() ? kMacBytes : 0;
  const std::size_t length =
      kHeadBytes + scb + 1 + frame.data.size() + mac + check_bytes(frame.check);
  std::string out;
  put(out, kStart);
  put(out, frame.address | (frame.is_reply ? kReplyBit : 0U));
  put(out, static_cast<unsigned>(length));
  put(out, static_cast<unsigned>(length >> 8U));
  put(out, (frame.sequence & kSequenceBits) | (frame.check == Check::kCrc ? kCrcBit : 0U) |
               (frame.security ? kSecurityBit : 0U));
  if (frame.security) {
    put(out, static_cast<unsigned>(scb));
    put(out, frame.security->type);
    out += frame.security->data;
  }
  put(out, frame.code);
  return out + frame.data;
}

std::string encode(const Frame& frame) {
  std::string out = authenticated_part(frame);
  if (frame.security && frame.security->has_mac()) out += frame.mac;
  if (frame.check == Check::kChecksum) {
    put(out, checksum(out));
    return out;
  }
  const unsigned crc = crc16(out);
  put(out, crc);
  put(out, crc >> 8U);
  return out;
}

base::Result<std::size_t> frame_length(std::string_view bytes) {
  if (bytes.size() < kHeadBytes || byte_at(bytes, 0) != kStart)
    return base::fail(Code::kInvalid, "not the beginning of a frame");
  const std::size_t length =
      byte_at(bytes, 2) + (static_cast<std::size_t>(byte_at(bytes, 3)) << 8U);
  const Check check = (byte_at(bytes, 4) & kCrcBit) != 0 ? Check::kCrc : Check::kChecksum;
  if (length < kHeadBytes + 1 + check_bytes(check) || length > kMaxFrameBytes)
    return base::fail(Code::kInvalid, "a frame of {} bytes", length);
  return length;
}

base::Result<Frame> decode(std::string_view bytes) {
  auto length = frame_length(bytes);
  if (!length) return base::failure_of(std::move(length));
  if (*length != bytes.size())
    return base::fail(Code::kInvalid, "{} bytes where LEN says {}", bytes.size(), *length);
  Frame frame;
  const std::uint8_t control = byte_at(bytes, 4);
  frame.check = (control & kCrcBit) != 0 ? Check::kCrc : Check::kChecksum;
  const std::size_t body = bytes.size() - check_bytes(frame.check);
  if (auto good = verify(bytes.substr(0, body), bytes.substr(body), frame.check); !good)
    return base::failure_of(std::move(good));
  frame.address = byte_at(bytes, 1) & kBroadcast;
  frame.is_reply = (byte_at(bytes, 1) & kReplyBit) != 0;
  frame.sequence = control & kSequenceBits;
  std::string_view rest = bytes.substr(kHeadBytes, body - kHeadBytes);
  if ((control & kSecurityBit) != 0) {
    if (auto taken = take_security(rest, frame); !taken) return base::failure_of(std::move(taken));
  }
  if (frame.security && frame.security->has_mac()) {
    if (rest.size() < 1 + kMacBytes) return base::fail(Code::kInvalid, "the MAC is cut off");
    frame.mac = rest.substr(rest.size() - kMacBytes);
    rest.remove_suffix(kMacBytes);
  }
  if (rest.empty()) return base::fail(Code::kInvalid, "a frame without a code");
  frame.code = byte_at(rest, 0);
  frame.data = rest.substr(1);
  return frame;
}

}  // namespace linli::drivers::osdp
