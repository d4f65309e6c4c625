#include "tests/unit/osdp/fake_reader.hpp"

#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {
namespace {

const std::string kRandomB = hex("A0 A1 A2 A3 A4 A5 A6 A7");
const std::string kClientId = hex("01 02 03 04 05 06 07 08");

bool is_next(std::uint8_t last, std::uint8_t sequence) {
  return sequence == (last == 3 ? 1 : last + 1);
}

}  // namespace

std::optional<std::string> FakeReader::answer(const std::string& bytes) {
  const auto frame = decode(bytes);
  if (is_silent || !frame || frame->is_reply) return std::nullopt;
  if (frame->address != address_ && frame->address != kBroadcast) return std::nullopt;
  if (!knows_crc && frame->check == Check::kCrc) return std::nullopt;
  if (swallow > 0 && swallow-- > 0) return std::nullopt;
  heard.push_back(static_cast<CommandCode>(frame->code));
  sequences.push_back(frame->sequence);
  if (!frame->security) clear.emplace_back(name(static_cast<CommandCode>(frame->code)));
  if (busy > 0 && busy-- > 0) {
    Frame out{address_, true, frame->sequence, frame->check, {}, 0x79, "", ""};
    return encode(out);
  }
  if (frame->sequence != 0 && bytes == last_command_) return last_reply_;
  if (frame->sequence == 0) {
    session_.reset();
  } else if (!is_next(last_sequence_, frame->sequence)) {
    return nak(*frame, 4);
  }
  last_sequence_ = frame->sequence;
  last_command_ = bytes;
  std::string data = frame->data;
  if (session_) {
    auto opened = session_->open(*frame);
    if (!opened) {
      session_.reset();
      return last_reply_ = nak(*frame, 6);
    }
    data = opened->reveal();
  } else if (frame->security && frame->security->has_mac()) {
    return last_reply_ = nak(*frame, 6);
  }
  last_reply_ = act(*frame, data);
  if (lose > 0 && lose-- > 0) return std::nullopt;
  return last_reply_;
}

std::string FakeReader::reply(const Frame& command, ReplyCode code, std::string data) {
  Frame out;
  out.address = address_;
  out.is_reply = true;
  out.sequence = command.sequence;
  out.check = command.check;
  out.code = static_cast<std::uint8_t>(code);
  out.data = std::move(data);
  if (session_) session_->seal(out);
  if (session_ && corrupt_mac) out.mac = "oops";
  return encode(out);
}

std::string FakeReader::nak(const Frame& command, std::uint8_t code) {
  return reply(command, ReplyCode::kNak, std::string(1, static_cast<char>(code)));
}

std::string FakeReader::act(const Frame& command, const std::string& data) {
  const auto code = static_cast<CommandCode>(command.code);
  if (const auto refusal = refuses.find(code); refusal != refuses.end()) {
    if (refuses_in_clear) lose_session();
    return nak(command, refusal->second);
  }
  if (secure_only && !session_ && !may_go_in_clear(code)) return nak(command, 6);
  switch (code) {
    case CommandCode::kIdentify:
      return reply(command, ReplyCode::kIdentity, hex("16 42 68 00 0C 4C 8F BC F4 02 0A 02"));
    case CommandCode::kCapabilities:
      return reply(command, ReplyCode::kCapabilities,
                   hex("01 01 02 02 01 01") + hex(knows_encryption ? "09 01 01" : "09 00 00"));
    case CommandCode::kChallenge:
      return challenge(command);
    case CommandCode::kServerCryptogram:
      return proof(command);
    case CommandCode::kPoll:
      return say(command);
    case CommandCode::kOutput:
      outputs.push_back(spaced(data));
      return reply(command, ReplyCode::kOutputStatus, "\x01");
    case CommandCode::kLocalStatus:
      return reply(command, ReplyCode::kLocalStatus, hex("00 00"));
    case CommandCode::kInputStatus:
      return reply(command, ReplyCode::kInputStatus, hex("00 01"));
    case CommandCode::kOutputStatus:
      return reply(command, ReplyCode::kOutputStatus, hex("00"));
    case CommandCode::kComSet: {
      std::string out = reply(command, ReplyCode::kCom, data);
      address_ = static_cast<std::uint8_t>(data[0]);
      return out;
    }
    case CommandCode::kKeySet: {
      std::string out = reply(command, ReplyCode::kAck);
      if (!session_) return nak(command, 6);
      key = base::SecretText(data.substr(2));
      takes_default_key = false;
      return out;
    }
    default:
      return reply(command, ReplyCode::kAck);
  }
}

std::string FakeReader::challenge(const Frame& command) {
  if (!knows_encryption) return nak(command, 5);
  const bool asks_default = command.security->data == std::string(1, '\0');
  if (asks_default && !takes_default_key) return nak(command, 6);
  kind_ = asks_default || answers_default_to_all ? KeyKind::kDefault : KeyKind::kInstalled;
  const base::SecretText mine = kind_ == KeyKind::kDefault || !key ? default_key() : *key;
  random_a_ = command.data;
  keys_ = session_keys(mine, random_a_);
  Frame out{address_, true, command.sequence, Check::kCrc, {}, 0x76, "", ""};
  out.security = SecurityBlock{0x12, std::string(1, static_cast<char>(kind_))};
  out.data = kClientId + kRandomB + client_cryptogram(*keys_, random_a_, kRandomB);
  return encode(out);
}

std::string FakeReader::proof(const Frame& command) {
  if (!keys_) return nak(command, 6);
  const std::string expected = server_cryptogram(*keys_, random_a_, kRandomB);
  const bool is_good = command.data == expected;
  Frame out{address_, true, command.sequence, Check::kCrc, {}, 0x78, "", ""};
  out.security = SecurityBlock{0x14, std::string(1, is_good ? '\x01' : '\0')};
  out.data = initial_mac(*keys_, expected);
  std::string bytes = encode(out);
  if (is_good) session_.emplace(*keys_, initial_mac(*keys_, expected));
  return bytes;
}

std::string FakeReader::say(const Frame& command) {
  if (said_.empty()) return reply(command, ReplyCode::kAck);
  const Said next = said_.front();
  said_.pop_front();
  return reply(command, next.code, next.data);
}

}  // namespace linli::drivers::osdp
