#include "drivers/osdp/session_keys.hpp"

#include "firmware/tls/aes.hpp"

namespace linli::drivers::osdp {
namespace {

constexpr std::size_t kBlock = tls::kAesBytes;
constexpr char kPad = '\x80';

std::string complement(std::string_view bytes) {
  std::string out(bytes);
  for (char& c : out) c = static_cast<char>(~static_cast<unsigned char>(c));
  return out;
}

std::string padded(std::string_view bytes) {
  std::string out(bytes);
  out.push_back(kPad);
  out.resize((out.size() + kBlock - 1) / kBlock * kBlock, '\0');
  return out;
}

// | 01 | which | RndA 0..5 | 0 × 8 |
base::SecretText session_key(const base::SecretText& key, char which, std::string_view random_a) {
  std::string block{'\x01', which};
  block += random_a.substr(0, 6);
  block.resize(kBlock, '\0');
  return base::SecretText(tls::aes128_encrypt(key, block));
}

std::string joined(std::string_view one, std::string_view other) {
  return std::string(one) + std::string(other);
}

}  // namespace

base::SecretText default_key() {
  return base::SecretText("0123456789:;<=>?");
}

base::SecretText derive_key(const base::SecretText& master, std::string_view client_id) {
  return base::SecretText(tls::aes128_encrypt(master, joined(client_id, complement(client_id))));
}

SessionKeys session_keys(const base::SecretText& key, std::string_view random_a) {
  return {session_key(key, '\x82', random_a), session_key(key, '\x01', random_a),
          session_key(key, '\x02', random_a)};
}

std::string client_cryptogram(const SessionKeys& keys, std::string_view random_a,
                              std::string_view random_b) {
  return tls::aes128_encrypt(keys.enc, joined(random_a, random_b));
}

std::string server_cryptogram(const SessionKeys& keys, std::string_view random_a,
                              std::string_view random_b) {
  return tls::aes128_encrypt(keys.enc, joined(random_b, random_a));
}

std::string initial_mac(const SessionKeys& keys, std::string_view server_cryptogram) {
  return tls::aes128_encrypt(keys.mac2, tls::aes128_encrypt(keys.mac1, server_cryptogram));
}

// CBC under S-MAC1 up to the last block, which is encrypted under S-MAC2. Whole blocks are not
// padded.
std::string mac_of(const SessionKeys& keys, std::string_view iv, std::string_view bytes) {
  const std::string text = bytes.size() % kBlock == 0 ? std::string(bytes) : padded(bytes);
  const std::size_t last = text.size() - kBlock;
  std::string chain(iv);
  if (last > 0) {
    const std::string front =
        tls::aes128_cbc_encrypt(keys.mac1, iv, std::string_view(text).substr(0, last));
    chain = front.substr(front.size() - kBlock);
  }
  return tls::aes128_cbc_encrypt(keys.mac2, chain, std::string_view(text).substr(last));
}

std::string encrypt(const SessionKeys& keys, std::string_view iv, std::string_view plain) {
  const base::SecretText text(padded(plain));
  return tls::aes128_cbc_encrypt(keys.enc, complement(iv), text.reveal());
}

bool decrypt(const SessionKeys& keys, std::string_view iv, std::string_view cipher,
             base::SecretText& plain) {
  if (cipher.empty() || cipher.size() % kBlock != 0) return false;
  const base::SecretText text(tls::aes128_cbc_decrypt(keys.enc, complement(iv), cipher));
  const std::size_t pad = text.reveal().find_last_not_of('\0');
  if (pad == std::string::npos || text.reveal()[pad] != kPad) return false;
  if (text.reveal().size() - pad > kBlock) return false;
  plain = base::SecretText(text.reveal().substr(0, pad));
  return true;
}

}  // namespace linli::drivers::osdp
