#include <algorithm>
#include <array>
#include <utility>

#include "drivers/osdp/osdp_driver_body.hpp"
#include "drivers/osdp/stored_keys.hpp"
#include "firmware/base/log.hpp"

// What readers say, and the keys that they get.
namespace linli::drivers::osdp {
namespace {

using base::Code;

std::uint8_t code_of(CommandCode code) {
  return static_cast<std::uint8_t>(code);
}
std::uint8_t code_of(ReplyCode code) {
  return static_cast<std::uint8_t>(code);
}

bool is_secret(const Frame& frame) {
  constexpr std::array kReplies{ReplyCode::kRawCard,  ReplyCode::kFormattedCard,
                                ReplyCode::kKeypad,   ReplyCode::kBioRead,
                                ReplyCode::kBioMatch, ReplyCode::kManufacturer};
  if (!frame.is_reply) return frame.code == code_of(CommandCode::kKeySet);
  return std::any_of(kReplies.begin(), kReplies.end(),
                     [&frame](ReplyCode code) { return frame.code == code_of(code); });
}

ports::ActionReply reply_of(const Reply& reply) {
  const auto* const outputs = std::get_if<OutputStatus>(&reply);
  if (outputs == nullptr) return {};
  std::string output = "{\"outputs\":[";
  for (const bool active : outputs->active) {
    if (output.back() != '[') output += ',';
    output += active ? "true" : "false";
  }
  return {false, output + "]}"};
}

}  // namespace

std::string masked(const Frame& frame) {
  if (!is_secret(frame)) return encode(frame);
  Frame shown = frame;
  std::fill(shown.data.begin(), shown.data.end(), '\0');
  return authenticated_part(shown);
}

// A reader that is not trusted may be heard, and is offline all the same.
void OsdpDriver::report(domain::Report report) {
  const domain::DeviceId device = report.device;
  if (const Reader* const reader = reader_of(device); reader != nullptr && !report.presence) {
    report.presence =
        panel_of(*reader)->is_online() ? domain::Presence::kOnline : domain::Presence::kOffline;
  }
  ports::Delivery delivery;
  delivery.reports.push_back(std::move(report));
  dependencies_.intake.take(std::move(delivery), [this, device, alive = std::weak_ptr(alive_)](
                                                     const base::Result<void>& stored) {
    if (stored || alive.expired()) return;
    // The states are asked for again within half a minute; then what is an event is told anew.
    for (auto& [address, reader] : readers_) {
      if (reader->device == device) reader->memory = {};
    }
  });
}

void OsdpDriver::on_event(const std::string& bus, std::uint8_t address, PanelEvent event) {
  Reader* const reader = reader_at({bus, address});
  if (auto* const done = std::get_if<OrderDone>(&event)) {
    if (!done->reply) return settle(done->ticket, base::failure_of(std::move(done->reply)));
    const ports::ActionReply reply = reply_of(*done->reply);
    if (reader != nullptr && std::holds_alternative<OutputStatus>(*done->reply))
      report(
          report_of(*reader->profile, reader->device, *done->reply, loop_.now(), reader->memory));
    return settle(done->ticket, reply);
  }
  if (reader != nullptr) take_event(*reader, event);
}

void OsdpDriver::take_event(Reader& reader, const PanelEvent& event) {
  const domain::Profile& profile = *reader.profile;
  if (const auto* const told = std::get_if<Told>(&event)) {
    report(report_of(profile, reader.device, told->reply, loop_.now(), reader.memory));
  } else if (const auto* const online = std::get_if<CameOnline>(&event)) {
    report(report_of(profile, reader.device, *online));
  } else if (const auto* const offline = std::get_if<WentOffline>(&event)) {
    base::log::warn("osdp", "reader offline",
                    {{"device", reader.device}, {"why", offline->reason}});
    report(report_of(profile, reader.device, *offline));
  } else if (const auto* const dropped = std::get_if<Dropped>(&event)) {
    domain::Report rejected;
    rejected.device = reader.device;
    rejected.rejection = dropped->reason;
    report(std::move(rejected));
  } else {
    take_key_event(reader, event);
  }
}

void OsdpDriver::take_key_event(Reader& reader, const PanelEvent& event) {
  if (std::holds_alternative<WantsKey>(event)) return make_key(reader);
  if (const auto* const refused = std::get_if<KeyRefused>(&event)) {
    base::log::warn("osdp", "a reader took no key",
                    {{"device", reader.device}, {"why", refused->reason}});
    return report(event_report(*reader.profile, reader.device, "key_refused", refused->reason));
  }
  const auto* const taken = std::get_if<KeyTaken>(&event);
  if (taken == nullptr) return;
  reader.keys = {taken->key, {}};
  base::log::info("osdp", "the reader has a key of its own", {{"device", reader.device}});
  report(event_report(*reader.profile, reader.device, "key_installed"));
  // Until this is on disk both keys are, and both are tried.
  keep(reader.device, reader.keys, [device = reader.device](const base::Result<void>& kept) {
    if (!kept)
      base::log::warn("osdp", "the reader's key could not be stored alone",
                      {{"device", device}, {"why", kept.error()}});
  });
}

base::Result<void> OsdpDriver::open_window(const domain::DeviceId& device, base::Duration length) {
  const Reader* const reader = reader_of(device);
  if (reader == nullptr)
    return base::fail(Code::kNotFound, "'{}' is no reader on OSDP", device.str());
  panel_of(*reader)->open_window(loop_.now(), loop_.now() + length);
  runner(reader->address.bus)->wake();
  base::log::info("osdp", "window for a reader's key opened",
                  {{"device", device}, {"seconds", base::to_ms(length) / 1000}});
  return {};
}

// The key is on disk before the reader has it: after a crash both are known. One that was made and
// did not get through is offered again: the reader may have it already.
void OsdpDriver::make_key(Reader& reader) {
  if (reader.keys.next.empty()) {
    auto random = dependencies_.crypto.random(kKeyBytes);
    if (!random) return;
    reader.keys.next = base::SecretText(*std::move(random));
  }
  const base::SecretText key = reader.keys.next;
  keep(
      reader.device, reader.keys,
      [this, key, address = reader.address, device = reader.device,
       alive = std::weak_ptr(alive_)](const base::Result<void>& kept) {
        if (alive.expired()) return;
        Reader* const known = reader_at(address);
        if (known == nullptr || known->device != device) return;
        const auto installed = kept ? panel_of(*known)->install_key(loop_.now(), key) : kept;
        if (installed) return runner(address.bus)->wake();
        report(event_report(*known->profile, known->device, "key_refused", installed.error().what));
      });
}

void OsdpDriver::keep(const domain::DeviceId& device, const ReaderKeys& keys,
                      base::Done<void> done) {
  const std::string secret_name = ports::device_key_name(device.str());
  auto sealed = dependencies_.keys.seal(secret_name, to_secret(keys));
  if (!sealed) {
    loop_.post([done = std::move(done), error = sealed.error()]() mutable {
      std::move(done)(base::Failure(std::move(error)));
    });
    return;
  }
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kSecret, secret_name, *std::move(sealed)});
  dependencies_.store.commit(std::move(turn), std::move(done));
}

base::Result<ReaderKeys> OsdpDriver::stored_keys(const domain::DeviceId& device) const {
  const std::string secret_name = ports::device_key_name(device.str());
  auto sealed = dependencies_.sealed(secret_name);
  if (!sealed) return base::failure_of(std::move(sealed));
  if (!*sealed) return ReaderKeys{};
  auto secret = dependencies_.keys.open(secret_name, **sealed);
  if (!secret)
    return base::fail(Code::kCorrupt,
                      "its key cannot be opened ({}), and without it the reader is not trusted: "
                      "remove the device, reset the reader to its default key, and add it again",
                      secret.error().what);
  return keys_from_secret(*secret);
}

}  // namespace linli::drivers::osdp
