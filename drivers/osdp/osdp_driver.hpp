#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/osdp/bus_runner.hpp"
#include "drivers/osdp/reader_reports.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/ports/crypto.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/frame_tap.hpp"
#include "firmware/ports/intake.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/store.hpp"

namespace linli::drivers::osdp {

struct BusStatus {
  BusSpec spec;
  bool is_up = false;
  std::string last_error;
  std::size_t readers = 0;
  std::size_t online = 0;
  std::size_t in_clear = 0;  // of these: anyone on the wires can read and speak for them
  BusCounts counts;
  FrameReaderCounts line;
};

// Card readers on RS-485, spoken to as their control panel (OSDP v2). Loop thread only; each bus
// has a thread for its wires.
class OsdpDriver final : public ports::DeviceDriver {
 public:
  struct Dependencies {
    ports::Intake& intake;
    ports::Store& store;
    ports::KeyStore& keys;
    ports::Crypto& crypto;
    ports::FrameTap& tap;
    // A sealed secret of the store by its name; nothing if there is none.
    std::function<base::Result<std::optional<std::string>>(const std::string& name)> sealed;
    BusRunner::OpenLine open_line;
  };

  OsdpDriver(base::Loop& loop, std::vector<BusSpec> buses, base::Duration turnaround,
             Dependencies dependencies);
  ~OsdpDriver() override;

  base::Result<void> accepts(const domain::Profile& profile,
                             std::string_view address) const override;
  // A reader whose stored key cannot be opened is not served at all: kCorrupt.
  base::Result<void> attach(domain::DeviceId device, std::shared_ptr<const domain::Profile> profile,
                            std::string_view address) override;
  void detach(const domain::DeviceId& device) override;
  void invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) override;
  void acknowledge(const domain::DeviceId& /*device*/, const std::string& /*message_id*/) override {
  }

  // Who answers on this bus at an address that no device has; takes about half a minute. kNotFound:
  // no such bus, kOffline: its line is not open, kConflict: one runs already.
  void search(const std::string& bus, base::Done<std::vector<Found>> done);
  // Gives the reader at `from` (or kBroadcast: the only one on the bus) another address; its speed
  // becomes that of the bus. kTimeout: nobody answered.
  void give_address(const std::string& bus, std::uint8_t from, std::uint8_t to,
                    base::Done<void> done);

  // Opens the window in which a reader takes a key of its own, also for one that is offline because
  // it does not have the key that we know. kNotFound: no such reader.
  base::Result<void> open_window(const domain::DeviceId& device, base::Duration length);

  std::vector<BusStatus> status() const;

 private:
  struct Reader;
  struct Waiting;

  void on_event(const std::string& bus, std::uint8_t address, PanelEvent event);
  void on_frame(const std::string& bus, const Frame& frame);
  void on_turn(const std::string& bus);
  void report(domain::Report report);
  void order(Reader& reader, Message message, const ports::ActionRequest& request,
             base::Done<ports::ActionReply> done);
  void settle(std::uint64_t ticket, base::Result<ports::ActionReply> reply);
  void make_key(Reader& reader);
  // Seals and stores `keys`; `done` is told whether they are on disk.
  void keep(const domain::DeviceId& device, const ReaderKeys& keys, base::Done<void> done);
  base::Result<ReaderKeys> stored_keys(const domain::DeviceId& device) const;
  base::Result<ReaderAddress> place_in(std::string_view address) const;
  BusRunner* runner(const std::string& bus) const;
  Reader* reader_at(const ReaderAddress& address);
  Reader* reader_of(const domain::DeviceId& device);
  Panel* panel_of(const Reader& reader) const;
  void take_event(Reader& reader, const PanelEvent& event);
  void take_key_event(Reader& reader, const PanelEvent& event);

  base::Loop& loop_;
  Dependencies dependencies_;
  std::map<ReaderAddress, std::unique_ptr<Reader>> readers_;
  std::map<std::uint64_t, Waiting> waiting_;  // by ticket
  std::uint64_t last_ticket_ = 0;
  std::map<std::string, base::Done<std::vector<Found>>> searches_;  // by bus
  std::map<std::string, base::Done<void>> addressings_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  std::map<std::string, std::unique_ptr<BusRunner>> runners_;
};

// What may be shown of a frame: cards, digits, keys and whatever could stand for them are zeros,
// and what would let them be reckoned back (check, MAC) is left out.
std::string masked(const Frame& frame);

}  // namespace linli::drivers::osdp
