#include <map>
#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"
#include "firmware/core/frame_log.hpp"

// The frame log as files for other programs.
namespace linli::core {
namespace {

using ports::FrameDirection;
using ports::FrameKind;

constexpr std::uint32_t kGateway = 0x0A000001;     // 10.0.0.1
constexpr std::uint32_t kDevices = 0x0A400001;     // 10.64.0.1 and on
constexpr std::uint32_t kMaxDevices = 0x003FFFF0;  // in 10.64.0.0/10
constexpr std::uint16_t kDevicePort = 49152;
constexpr std::uint16_t kMqttPort = 1883;
constexpr std::uint16_t kCoapPort = 5683;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

std::string cell(std::string_view text) {
  // OWASP: what begins so is a formula to a spreadsheet.
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  std::string out = is_formula ? "\"'" : "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void put16(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>((value >> 8U) & 0xFFU));
  out.push_back(static_cast<char>(value & 0xFFU));
}
void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16U);
  put16(out, value & 0xFFFFU);
}

// Of a header's or segment's 16-bit words (RFC 1071).
std::uint32_t sum_of(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto high = static_cast<unsigned char>(bytes[i]);
    const auto low = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0U;
    sum += (static_cast<std::uint32_t>(high) << 8U) | low;
  }
  return sum;
}
std::uint32_t checksum(std::uint32_t sum) {
  while (sum > 0xFFFF) sum = (sum & 0xFFFFU) + (sum >> 16U);
  return ~sum & 0xFFFFU;
}

struct Way {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint16_t from_port = 0;
  std::uint16_t to_port = 0;
};

// RFC 791 §3.1, and the checksum of `segment` at `checksum_at` (RFC 9293 §3.1, RFC 768).
std::string ip_packet(const Way& way, std::uint8_t protocol, std::string segment,
                      std::size_t checksum_at) {
  std::string pseudo;
  put32(pseudo, way.from);
  put32(pseudo, way.to);
  put16(pseudo, protocol);
  put16(pseudo, static_cast<std::uint32_t>(segment.size()));
  const std::uint32_t sum = checksum(sum_of(pseudo) + sum_of(segment));
  segment[checksum_at] = static_cast<char>(sum >> 8U);
  segment[checksum_at + 1] = static_cast<char>(sum & 0xFFU);
  std::string header;
  put16(header, 0x4500);  // version 4, 5 words
  put16(header, static_cast<std::uint32_t>(20 + segment.size()));
  put32(header, 0x00004000);          // not in fragments
  put16(header, 0x4000U | protocol);  // 64 hops
  const std::size_t at = header.size();
  put16(header, 0);
  put32(header, way.from);
  put32(header, way.to);
  const std::uint32_t header_sum = checksum(sum_of(header));
  header[at] = static_cast<char>(header_sum >> 8U);
  header[at + 1] = static_cast<char>(header_sum & 0xFFU);
  return header + segment;
}

std::string publish_packet(const ports::Frame& frame) {
  std::string packet("\x30", 1);  // PUBLISH, QoS 0 (MQTT 3.1.1 §3.3)
  auto rest = static_cast<std::uint32_t>(2 + frame.head.size() + frame.payload.size());
  for (; rest >= 0x80; rest >>= 7U) packet.push_back(static_cast<char>((rest & 0x7FU) | 0x80U));
  packet.push_back(static_cast<char>(rest));
  put16(packet, static_cast<std::uint32_t>(frame.head.size()));
  return packet + frame.head + frame.payload;
}

class Capture {
 public:
  Capture() {
    put32(out_, 0xA1B2C3D4);  // microseconds, big endian
    put32(out_, 0x00020004);
    put32(out_, 0);
    put32(out_, 0);
    put32(out_, 65535);
    put32(out_, 101);  // LINKTYPE_RAW
  }

  void add(const LoggedFrame& logged) {
    if (logged.bytes > logged.frame.payload.size()) return;  // cut
    if (logged.frame.kind == FrameKind::kOsdp) return;       // there is no capture type for it
    time_ms_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, logged.time.unix_ms));
    const auto device = devices_.try_emplace(
        logged.driver + "/" + logged.frame.device,
        Device{kDevices + static_cast<std::uint32_t>(devices_.size() % kMaxDevices)});
    const bool is_in = logged.frame.direction == FrameDirection::kIn;
    if (logged.frame.kind == FrameKind::kCoap) {
      datagram(way(device.first->second, is_in, kCoapPort), logged.frame.payload);
    } else {
      if (device.second) shake_hands(device.first->second);
      segment(device.first->second, is_in, 0x18, publish_packet(logged.frame));  // PSH, ACK
    }
  }

  std::string take() { return std::move(out_); }

 private:
  struct Device {
    std::uint32_t address = 0;
    std::uint32_t sent = 1000;      // the next number of the device's side
    std::uint32_t received = 2000;  // and of the gateway's
  };

  static Way way(const Device& device, bool is_in, std::uint16_t port) {
    return is_in ? Way{device.address, kGateway, kDevicePort, port}
                 : Way{kGateway, device.address, port, kDevicePort};
  }

  void record(const std::string& packet) {
    put32(out_, static_cast<std::uint32_t>(time_ms_ / 1000));
    put32(out_, static_cast<std::uint32_t>(time_ms_ % 1000 * 1000));
    put32(out_, static_cast<std::uint32_t>(packet.size()));
    put32(out_, static_cast<std::uint32_t>(packet.size()));
    out_ += packet;
  }

  void datagram(const Way& way, const std::string& payload) {
    std::string bytes;
    put16(bytes, way.from_port);
    put16(bytes, way.to_port);
    put16(bytes, static_cast<std::uint32_t>(8 + payload.size()));
    put16(bytes, 0);
    record(ip_packet(way, kUdp, bytes + payload, 6));
  }

  void shake_hands(Device& device) {
    segment(device, true, 0x02, "");   // SYN
    segment(device, false, 0x12, "");  // SYN, ACK
    segment(device, true, 0x10, "");   // ACK
  }

  void segment(Device& device, bool is_in, std::uint8_t flags, const std::string& payload) {
    const Way there = way(device, is_in, kMqttPort);
    std::uint32_t& mine = is_in ? device.sent : device.received;
    const std::uint32_t theirs = is_in ? device.received : device.sent;
    std::string bytes;
    put16(bytes, there.from_port);
    put16(bytes, there.to_port);
    put32(bytes, mine);
    put32(bytes, (flags & 0x10U) != 0 ? theirs : 0);
    put16(bytes, 0x5000U | flags);  // 5 words
    put16(bytes, 0xFFFF);
    put32(bytes, 0);  // checksum, urgent pointer
    record(ip_packet(there, kTcp, bytes + payload, 16));
    mine += static_cast<std::uint32_t>(payload.size()) + ((flags & 0x02U) != 0 ? 1 : 0);
  }

  std::string out_;
  std::uint64_t time_ms_ = 0;
  std::map<std::string, Device> devices_;
};

}  // namespace

std::string frames_csv(const std::vector<const LoggedFrame*>& frames) {
  std::string out = "seq,time,driver,direction,device,peer,bytes,summary,payload\r\n";
  for (const LoggedFrame* logged : frames) {
    const base::Json json = frame_json(*logged);
    const char* const payload = json.contains("text") ? "text" : "hex";
    out += std::to_string(logged->seq);
    for (const char* member : {"time", "driver", "direction", "device", "peer"})
      out += "," + cell(json[member].get<std::string>());
    out += "," + std::to_string(logged->bytes);
    for (const char* member : {"summary", payload})
      out += "," + cell(json[member].get<std::string>());
    out += "\r\n";
  }
  return out;
}

std::string frames_pcap(const std::vector<const LoggedFrame*>& frames) {
  Capture capture;
  for (const LoggedFrame* frame : frames) capture.add(*frame);
  return capture.take();
}

}  // namespace linli::core
