#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/osdp/frame.hpp"
#include "drivers/osdp/panel.hpp"
#include "drivers/osdp/reply.hpp"
#include "drivers/osdp/secure_channel.hpp"

namespace linli::drivers::osdp {

// A reader in memory, with faults that a test sets. It shares frames and keys with the panel under
// test; what they look like on the line is held by published frames and an independent reader.
class FakeReader {
 public:
  explicit FakeReader(std::uint8_t address) : address_(address) {}

  // Its answer to these bytes; nothing if it is silent or not meant.
  std::optional<std::string> answer(const std::string& bytes);
  // What it says at the next POLL.
  void will_say(ReplyCode code, std::string data) { said_.push_back({code, std::move(data)}); }
  void lose_session() { session_.reset(); }

  std::optional<base::SecretText> key;  // nothing: it has the default key only
  bool takes_default_key = true;        // as readers do that were reset
  bool answers_default_to_all = false;  // whatever key it is asked for
  bool knows_encryption = true;
  bool secure_only = false;
  bool knows_crc = true;
  bool is_silent = false;
  int swallow = 0;  // so many frames are not heard
  int lose = 0;     // so many answers are lost on their way
  int busy = 0;     // so many times it says BUSY
  bool corrupt_mac = false;
  std::map<CommandCode, std::uint8_t> refuses;  // with this NAK
  bool refuses_in_clear = false;                // and its session ends with it

  std::vector<CommandCode> heard;       // repeats included
  std::vector<std::string> clear;       // codes that came without a security block
  std::vector<std::string> outputs;     // what OUT did, each once
  std::vector<std::uint8_t> sequences;  // of what was heard

 private:
  struct Said {
    ReplyCode code;
    std::string data;
  };
  std::string reply(const Frame& command, ReplyCode code, std::string data = "");
  std::string nak(const Frame& command, std::uint8_t code);
  std::string act(const Frame& command, const std::string& data);
  std::string challenge(const Frame& command);
  std::string proof(const Frame& command);
  std::string say(const Frame& command);

  std::uint8_t address_;
  std::uint8_t last_sequence_ = 0;
  std::string last_command_;
  std::string last_reply_;
  std::deque<Said> said_;
  std::optional<SessionKeys> keys_;
  std::string random_a_;
  KeyKind kind_ = KeyKind::kInstalled;
  std::optional<SecureSession> session_;
};

}  // namespace linli::drivers::osdp
