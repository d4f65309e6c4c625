#include "drivers/osdp/reply.hpp"

#include <algorithm>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr std::size_t kIdentityBytes = 12;
constexpr std::size_t kCapabilityBytes = 3;
constexpr std::size_t kMaxFunctions = 64;
constexpr std::size_t kMaxStates = 64;  // inputs, outputs or readers of one device
constexpr std::size_t kMaxCardBits = 512;
constexpr std::size_t kMaxDigits = 32;
constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kHalfBlock = 8;
constexpr std::size_t kVendorBytes = 3;

std::uint8_t byte_at(std::string_view data, std::size_t at) {
  return static_cast<std::uint8_t>(data[at]);
}

base::Failure wrong_length(ReplyCode code, std::size_t size) {
  return base::fail(Code::kInvalid, "{} with {} bytes of data", name(code), size);
}
base::Failure wrong_value(ReplyCode code, std::string_view what) {
  return base::fail(Code::kInvalid, "{}: {} has a value that there is not", name(code), what);
}

base::Result<Reply> nak(std::string_view data) {
  if (data.empty()) return wrong_length(ReplyCode::kNak, 0);
  return Nak{byte_at(data, 0)};  // code 3 may repeat what it did not know behind it
}

base::Result<Reply> identity(std::string_view data) {
  if (data.size() != kIdentityBytes) return wrong_length(ReplyCode::kIdentity, data.size());
  return Identity{base::to_hex(data.substr(0, kVendorBytes)), byte_at(data, 3), byte_at(data, 4),
                  base::to_hex(data.substr(5, 4)),
                  fmt::format("{}.{}.{}", byte_at(data, 9), byte_at(data, 10), byte_at(data, 11))};
}

base::Result<Reply> capabilities(std::string_view data) {
  if (data.size() % kCapabilityBytes != 0 || data.size() > kMaxFunctions * kCapabilityBytes)
    return wrong_length(ReplyCode::kCapabilities, data.size());
  Capabilities found;
  for (std::size_t at = 0; at < data.size(); at += kCapabilityBytes)
    found.all.push_back({byte_at(data, at), byte_at(data, at + 1), byte_at(data, at + 2)});
  return found;
}

base::Result<bool> flag_at(ReplyCode code, std::string_view data, std::size_t at) {
  if (byte_at(data, at) > 1) return wrong_value(code, "a state");
  return byte_at(data, at) == 1;
}

base::Result<Reply> local_status(std::string_view data) {
  if (data.size() != 2) return wrong_length(ReplyCode::kLocalStatus, data.size());
  auto tamper = flag_at(ReplyCode::kLocalStatus, data, 0);
  auto power = flag_at(ReplyCode::kLocalStatus, data, 1);
  if (!tamper || !power) return wrong_value(ReplyCode::kLocalStatus, "a state");
  return LocalStatus{*tamper, *power};
}

template <class Status>
base::Result<Reply> flags(ReplyCode code, std::string_view data) {
  if (data.empty() || data.size() > kMaxStates) return wrong_length(code, data.size());
  Status status;
  for (std::size_t at = 0; at < data.size(); ++at) {
    auto flag = flag_at(code, data, at);
    if (!flag) return base::failure_of(std::move(flag));
    status.active.push_back(*flag);
  }
  return status;
}

base::Result<Reply> reader_status(std::string_view data) {
  if (data.empty() || data.size() > kMaxStates)
    return wrong_length(ReplyCode::kReaderStatus, data.size());
  ReaderStatus status;
  for (std::size_t at = 0; at < data.size(); ++at) {
    if (byte_at(data, at) > static_cast<std::uint8_t>(ReaderState::kTampered))
      return wrong_value(ReplyCode::kReaderStatus, "a reader");
    status.readers.push_back(static_cast<ReaderState>(byte_at(data, at)));
  }
  return status;
}

// | reader | format | bits, low byte first | the bits |
base::Result<Reply> raw_card(std::string_view data) {
  constexpr std::size_t kHead = 4;
  if (data.size() < kHead) return wrong_length(ReplyCode::kRawCard, data.size());
  const std::size_t bits = byte_at(data, 2) + (static_cast<std::size_t>(byte_at(data, 3)) << 8U);
  if (bits == 0 || bits > kMaxCardBits) return wrong_value(ReplyCode::kRawCard, "the bit count");
  if (data.size() != kHead + (bits + 7) / 8) return wrong_length(ReplyCode::kRawCard, data.size());
  return RawCard{byte_at(data, 0), byte_at(data, 1), bits,
                 base::SecretText(std::string(data.substr(kHead)))};
}

// | reader | direction | characters | … |
base::Result<Reply> formatted_card(std::string_view data) {
  constexpr std::size_t kHead = 3;
  if (data.size() < kHead || byte_at(data, 2) == 0 || data.size() != kHead + byte_at(data, 2))
    return wrong_length(ReplyCode::kFormattedCard, data.size());
  if (byte_at(data, 1) > 1) return wrong_value(ReplyCode::kFormattedCard, "the direction");
  return FormattedCard{byte_at(data, 0), byte_at(data, 1),
                       base::SecretText(std::string(data.substr(kHead)))};
}

// '*' comes as 7F and '#' as 0D.
char digit_of(char c) {
  if (c == '\x7F') return '*';
  if (c == '\x0D') return '#';
  const bool is_known = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'D') || c == '*' || c == '#';
  return is_known ? c : '\0';
}

// | reader | digits | … |
base::Result<Reply> keypad(std::string_view data) {
  constexpr std::size_t kHead = 2;
  if (data.size() < kHead || data.size() != kHead + byte_at(data, 1))
    return wrong_length(ReplyCode::kKeypad, data.size());
  if (byte_at(data, 1) == 0 || byte_at(data, 1) > kMaxDigits)
    return wrong_value(ReplyCode::kKeypad, "the digit count");
  std::string digits(data.substr(kHead));
  std::transform(digits.begin(), digits.end(), digits.begin(), digit_of);
  base::SecretText secret(std::move(digits));
  if (secret.reveal().find('\0') != std::string::npos)
    return wrong_value(ReplyCode::kKeypad, "a digit");
  return Keypad{byte_at(data, 0), std::move(secret)};
}

base::Result<Reply> com(std::string_view data) {
  constexpr std::size_t kBytes = 5;
  if (data.size() != kBytes) return wrong_length(ReplyCode::kCom, data.size());
  std::uint32_t baud = 0;
  for (std::size_t at = kBytes - 1; at >= 1; --at) baud = (baud << 8U) | byte_at(data, at);
  return Com{byte_at(data, 0), baud};
}

base::Result<Reply> client_cryptogram(std::string_view data) {
  if (data.size() != 2 * kHalfBlock + kBlockBytes)
    return wrong_length(ReplyCode::kClientCryptogram, data.size());
  return ClientCryptogram{std::string(data.substr(0, kHalfBlock)),
                          std::string(data.substr(kHalfBlock, kHalfBlock)),
                          std::string(data.substr(2 * kHalfBlock))};
}

base::Result<Reply> initial_mac(std::string_view data) {
  if (data.size() != kBlockBytes) return wrong_length(ReplyCode::kInitialMac, data.size());
  return InitialMac{std::string(data)};
}

base::Result<Reply> manufacturer_reply(std::string_view data) {
  if (data.size() < kVendorBytes) return wrong_length(ReplyCode::kManufacturer, data.size());
  return Manufacturer{std::string(data.substr(0, kVendorBytes)),
                      std::string(data.substr(kVendorBytes))};
}

base::Result<Reply> biometric(std::string_view /*data*/) {
  return Biometric{};
}
base::Result<Reply> file_status(std::string_view data) {
  return FileStatus{std::string(data)};
}

template <class Empty>
base::Result<Reply> nothing(ReplyCode code, std::string_view data) {
  if (!data.empty()) return wrong_length(code, data.size());
  return Empty{};
}

struct Kind {
  ReplyCode code;
  std::string_view name;
  base::Result<Reply> (*decode)(std::string_view data);
};

constexpr std::array kKinds{
    Kind{ReplyCode::kAck, "ACK",
         [](std::string_view data) { return nothing<Ack>(ReplyCode::kAck, data); }},
    Kind{ReplyCode::kNak, "NAK", nak},
    Kind{ReplyCode::kIdentity, "PDID", identity},
    Kind{ReplyCode::kCapabilities, "PDCAP", capabilities},
    Kind{ReplyCode::kLocalStatus, "LSTATR", local_status},
    Kind{ReplyCode::kInputStatus, "ISTATR",
         [](std::string_view data) { return flags<InputStatus>(ReplyCode::kInputStatus, data); }},
    Kind{ReplyCode::kOutputStatus, "OSTATR",
         [](std::string_view data) { return flags<OutputStatus>(ReplyCode::kOutputStatus, data); }},
    Kind{ReplyCode::kReaderStatus, "RSTATR", reader_status},
    Kind{ReplyCode::kRawCard, "RAW", raw_card},
    Kind{ReplyCode::kFormattedCard, "FMT", formatted_card},
    Kind{ReplyCode::kKeypad, "KEYPAD", keypad},
    Kind{ReplyCode::kCom, "COM", com},
    Kind{ReplyCode::kBioRead, "BIOREADR", biometric},
    Kind{ReplyCode::kBioMatch, "BIOMATCHR", biometric},
    Kind{ReplyCode::kClientCryptogram, "CCRYPT", client_cryptogram},
    Kind{ReplyCode::kInitialMac, "RMAC_I", initial_mac},
    Kind{ReplyCode::kBusy, "BUSY",
         [](std::string_view data) { return nothing<Busy>(ReplyCode::kBusy, data); }},
    Kind{ReplyCode::kFileStatus, "FTSTAT", file_status},
    Kind{ReplyCode::kManufacturer, "MFGREP", manufacturer_reply},
};

const Kind* kind_of(std::uint8_t code) {
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(), [code](const Kind& kind) {
    return static_cast<std::uint8_t>(kind.code) == code;
  });
  return found == kKinds.end() ? nullptr : found;
}

const Capability* find(const Capabilities& capabilities, Function function) {
  const auto found = std::find_if(capabilities.all.begin(), capabilities.all.end(),
                                  [function](const Capability& row) {
                                    return row.function == static_cast<std::uint8_t>(function);
                                  });
  return found == capabilities.all.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name(ReplyCode code) {
  const Kind* const kind = kind_of(static_cast<std::uint8_t>(code));
  return kind == nullptr ? "?" : kind->name;
}

std::string words_of(const Nak& nak) {
  constexpr std::array<std::string_view, 10> kWords{
      "no reason",
      "the check of our frame was wrong",
      "our command has a wrong length",
      "the command is unknown to it",
      "our sequence number was not the next one",
      "it has no secure channel",
      "it wants the secure channel first",
      "its sensor has another type",
      "it does not know that format",
      "it cannot work on that record",
  };
  if (nak.code < kWords.size()) return std::string(kWords.at(nak.code));
  return fmt::format("reason {}", nak.code);
}

std::uint8_t Capabilities::compliance(Function function) const {
  const Capability* const found = find(*this, function);
  return found == nullptr ? std::uint8_t{0} : found->compliance;
}
std::uint8_t Capabilities::count(Function function) const {
  const Capability* const found = find(*this, function);
  return found == nullptr ? std::uint8_t{0} : found->count;
}

base::Result<Reply> decode_reply(std::uint8_t code, std::string_view data) {
  const Kind* const kind = kind_of(code);
  if (kind == nullptr) return base::fail(Code::kUnsupported, "a reply with code {:02X}", code);
  return kind->decode(data);
}

}  // namespace linli::drivers::osdp
