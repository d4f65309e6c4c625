#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/osdp/frame_reader.hpp"
#include "drivers/osdp/panel.hpp"

namespace linli::drivers::osdp {

struct BusPace {
  unsigned baud = 9600;  // how long our own bytes are on the line
  base::Duration turnaround = std::chrono::milliseconds(5);  // silence between two frames
};

// A reader that was found by a scan.
struct Found {
  std::uint8_t address = 0;
  Identity identity;
  friend bool operator==(const Found&, const Found&) = default;
};

struct BusCounts {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t strays = 0;  // frames that nobody waited for: echoes, late answers
};

// The readers on one line: one frame in flight, fair turns. Pure; the owner of the line calls
// next() at due() and hands over what the line gives.
class Bus {
 public:
  // One frame that was sent or received; for frame logs. `address` is the reader's.
  using Observer = std::function<void(const Frame&)>;

  explicit Bus(BusPace pace, PanelPace panels = {}) : pace_(pace), panels_pace_(panels) {}

  // Replaces a panel of the same address.
  Panel& add(std::uint8_t address, ReaderKeys keys,
             std::function<base::Result<std::string>()> random);
  void remove(std::uint8_t address);
  Panel* find(std::uint8_t address);
  bool empty() const { return panels_.empty() && !search_; }

  // Asks each address that has no panel for its identity, one turn each between those of the
  // panels. kConflict while another search runs. The result is there once is_searching() is false.
  base::Result<void> search();
  // Ends a search and a set_com without a result.
  void cancel();
  bool is_searching() const { return search_.has_value(); }
  const std::vector<Found>& found() const { return found_; }
  // How many of the 127 addresses have been asked.
  unsigned searched() const { return search_ ? search_->address : kBroadcast; }

  // Gives the only reader on the line, or the one at `from`, another address and speed; in clear,
  // as the standard has it. kConflict while readers are served at `from` or all of them, or at the
  // new address. The answer is in take_com().
  base::Result<void> set_com(std::uint8_t from, ComSetCommand to);
  // What the reader said to it; kTimeout if none did. Nothing while it is under way.
  std::optional<base::Result<Com>> take_com() { return std::exchange(com_result_, std::nullopt); }

  base::TimePoint due() const;
  // What is to be sent now, without a mark byte; nothing before due(). An answer that did not come
  // in time is told to its panel here.
  std::optional<std::string> next(base::TimePoint now);
  void on_bytes(base::TimePoint now, std::string_view bytes);
  // The line is gone: nobody answers until it is back.
  void on_line_lost(base::TimePoint now, const base::Error& reason);

  void observe(Observer observer) { observer_ = std::move(observer); }
  // Every panel, for its events.
  const std::map<std::uint8_t, std::unique_ptr<Panel>>& panels() const { return panels_; }
  const BusCounts& counts() const { return counts_; }
  const FrameReaderCounts& line_counts() const { return reader_.counts(); }

 private:
  struct Search {
    unsigned address = 0;
    base::TimePoint next_at;
  };
  struct ComSet {
    std::uint8_t from = 0;
    Message message;
    bool is_sent = false;
  };
  enum class Asker : std::uint8_t { kPanel, kSearch, kComSet };
  struct Flight {
    Asker asker = Asker::kPanel;
    std::uint8_t address = 0;
    base::TimePoint deadline;
  };

  std::optional<std::string> turn_of_panels(base::TimePoint now);
  std::optional<std::string> turn_of_search(base::TimePoint now);
  std::optional<std::string> turn_of_com_set(base::TimePoint now);
  std::string fly(base::TimePoint now, Asker asker, std::uint8_t address, std::string bytes);
  void on_frame(base::TimePoint now, const Frame& frame);
  bool give(base::TimePoint now, const Frame& frame);
  bool give_to_search(const Frame& frame);
  bool give_to_com_set(const Frame& frame);
  void end_flight(base::TimePoint now);
  void silence(base::TimePoint now);

  BusPace pace_;
  PanelPace panels_pace_;
  std::map<std::uint8_t, std::unique_ptr<Panel>> panels_;
  std::uint8_t last_turn_ = kMaxAddress;
  std::optional<Flight> flight_;
  base::TimePoint free_at_;  // the line rests until then
  std::optional<Search> search_;
  bool was_search_ = false;  // the last turn; else a full bus would never be searched
  std::vector<Found> found_;
  std::optional<ComSet> com_set_;
  std::optional<base::Result<Com>> com_result_;
  FrameReader reader_;
  Observer observer_;
  BusCounts counts_;
};

}  // namespace linli::drivers::osdp
