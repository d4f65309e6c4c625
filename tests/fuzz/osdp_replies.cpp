#include <cstddef>
#include <cstdint>
#include <string>

#include "drivers/osdp/panel.hpp"
#include "drivers/osdp/reply.hpp"

namespace osdp = linli::drivers::osdp;

namespace {

// A panel to which somebody without manners answers: `data` is the rest of all answers, one after
// the other, each with its length in front.
void answer_panel(std::string_view answers) {
  osdp::Panel panel(1, {linli::base::SecretText("sixteen byte key"), {}}, {},
                    [] { return linli::base::Result<std::string>("12345678"); });
  linli::base::TimePoint now{std::chrono::hours(1)};
  panel.open_window(now, now + std::chrono::hours(1));
  while (answers.size() > 2) {
    now = std::max(now, panel.due());
    const auto sent = panel.next(now);
    if (!sent) {
      now += std::chrono::milliseconds(50);
      answers.remove_prefix(1);
      continue;
    }
    osdp::Frame frame;
    frame.address = 1;
    frame.is_reply = true;
    frame.sequence = osdp::decode(*sent)->sequence;
    const std::size_t length = static_cast<unsigned char>(answers[0]) % 48;
    const auto shape = static_cast<unsigned char>(answers[1]);
    if ((shape & 0x80U) != 0)
      frame.security = osdp::SecurityBlock{static_cast<std::uint8_t>(0x11 + shape % 8),
                                           std::string(1, static_cast<char>((shape >> 4U) & 1U))};
    frame.code = static_cast<std::uint8_t>(answers[2]);
    frame.data = answers.substr(std::min<std::size_t>(3, answers.size()), length);
    frame.mac = "1234";
    answers.remove_prefix(std::min(answers.size(), 3 + length));
    if (!panel.on_frame(now, frame)) panel.on_silence(now + std::chrono::milliseconds(200));
    (void)panel.take_events();
  }
}

}  // namespace

// Data as it is once it has been decrypted, and a panel that hears it.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto reply = osdp::decode_reply(data[0], rest);
  if (reply) {
    if (const auto* const card = std::get_if<osdp::RawCard>(&*reply);
        card != nullptr && card->bits.reveal().size() != (card->bit_count + 7) / 8)
      __builtin_trap();
  }
  answer_panel(rest);
  return 0;
}
