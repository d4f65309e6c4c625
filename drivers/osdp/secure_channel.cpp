#include "drivers/osdp/secure_channel.hpp"

#include <utility>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;

Scb type_of(bool is_reply, bool has_data) {
  if (is_reply) return has_data ? Scb::kReplyEncrypted : Scb::kReplyMac;
  return has_data ? Scb::kCommandEncrypted : Scb::kCommandMac;
}

}  // namespace

SecureSession::SecureSession(SessionKeys keys, const std::string& initial_mac)
    : keys_(std::move(keys)), sent_(initial_mac), received_(initial_mac), before_(initial_mac) {}

void SecureSession::seal(Frame& frame) {
  // Without data there is nothing to encrypt, and the standard wants the plain type.
  const Scb type = type_of(frame.is_reply, !frame.data.empty());
  frame.check = Check::kCrc;
  frame.security = SecurityBlock{static_cast<std::uint8_t>(type), ""};
  if (!frame.data.empty()) frame.data = encrypt(keys_, received_, frame.data);
  sent_ = mac_of(keys_, received_, authenticated_part(frame));
  frame.mac = sent_.substr(0, kMacBytes);
}

base::Result<base::SecretText> SecureSession::open(const Frame& frame) {
  const Scb type = type_of(frame.is_reply, !frame.data.empty());
  if (!frame.security || !frame.security->is(type))
    return base::fail(Code::kRefused, "it answered outside of the secure channel");
  std::string mac = mac_of(keys_, sent_, authenticated_part(frame));
  if (!base::equal_in_constant_time(std::string_view(mac).substr(0, kMacBytes), frame.mac))
    return base::fail(Code::kCorrupt, "the MAC of its answer is wrong");
  base::SecretText plain;
  if (!frame.data.empty() && !decrypt(keys_, sent_, frame.data, plain))
    return base::fail(Code::kCorrupt, "its answer cannot be decrypted");
  before_ = std::exchange(received_, std::move(mac));
  return plain;
}

Handshake::Handshake(base::SecretText key, KeyKind kind, std::string random_a)
    : key_(std::move(key)), kind_(kind), random_a_(std::move(random_a)) {}

Message Handshake::challenge() const {
  return {CommandCode::kChallenge, random_a_};
}

SecurityBlock Handshake::block(Scb type) const {
  return {static_cast<std::uint8_t>(type), std::string(1, static_cast<char>(kind_))};
}

base::Result<Message> Handshake::answer(const Frame& frame, const ClientCryptogram& reply) {
  if (!frame.security || *frame.security != block(Scb::kCryptogram))
    return base::fail(Code::kRefused, "it answered for another kind of key than we asked for");
  keys_ = session_keys(key_, random_a_);
  if (!base::equal_in_constant_time(client_cryptogram(*keys_, random_a_, reply.random),
                                    reply.cryptogram))
    return base::fail(Code::kDenied, "its key is not the one we have");
  server_cryptogram_ = server_cryptogram(*keys_, random_a_, reply.random);
  return Message{CommandCode::kServerCryptogram, server_cryptogram_};
}

base::Result<SecureSession> Handshake::finish(const Frame& frame, const InitialMac& reply) {
  const SecurityBlock accepted{static_cast<std::uint8_t>(Scb::kInitialMac), "\x01"};
  if (!keys_ || !frame.security || *frame.security != accepted)
    return base::fail(Code::kDenied, "it did not take our key");
  if (!base::equal_in_constant_time(initial_mac(*keys_, server_cryptogram_), reply.mac))
    return base::fail(Code::kDenied, "it could not prove its key");
  return SecureSession(*std::move(keys_), reply.mac);
}

}  // namespace linli::drivers::osdp
