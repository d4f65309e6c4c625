#include "drivers/osdp/bus.hpp"

#include <algorithm>
#include <utility>

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr base::Duration kSearchPace = std::chrono::milliseconds(50);
constexpr int kBitsPerByte = 10;  // start, eight, stop

base::Duration time_on_line(std::size_t bytes, unsigned baud) {
  return std::chrono::microseconds(bytes * kBitsPerByte * 1'000'000 / std::max(baud, 1U));
}

std::string question(std::uint8_t address, const Message& message) {
  Frame frame;
  frame.address = address;
  frame.code = static_cast<std::uint8_t>(message.code);
  frame.data = message.data;
  return encode(frame);
}

}  // namespace

Panel& Bus::add(std::uint8_t address, ReaderKeys keys,
                std::function<base::Result<std::string>()> random) {
  remove(address);
  auto& panel = panels_[address];
  panel = std::make_unique<Panel>(address, std::move(keys), panels_pace_, std::move(random));
  return *panel;
}

void Bus::remove(std::uint8_t address) {
  panels_.erase(address);
  if (flight_ && flight_->asker == Asker::kPanel && flight_->address == address) flight_.reset();
}

Panel* Bus::find(std::uint8_t address) {
  const auto found = panels_.find(address);
  return found == panels_.end() ? nullptr : found->second.get();
}

base::Result<void> Bus::search() {
  if (search_) return base::fail(Code::kConflict, "this bus is being searched already");
  found_.clear();
  search_ = Search{};
  return {};
}

base::Result<void> Bus::set_com(std::uint8_t from, ComSetCommand to) {
  if (com_set_) return base::fail(Code::kConflict, "another reader is being given an address");
  const bool is_served = from == kBroadcast ? !panels_.empty() : panels_.contains(from);
  if (is_served)
    return base::fail(Code::kConflict,
                      "the reader is in service: remove the device first, then change its address");
  if (to.address <= kMaxAddress && panels_.contains(static_cast<std::uint8_t>(to.address)))
    return base::fail(Code::kConflict, "address {} belongs to another reader of this bus",
                      to.address);
  auto message = encode(to);
  if (!message) return base::failure_of(std::move(message));
  com_set_ = ComSet{from, *std::move(message)};
  com_result_.reset();
  return {};
}

void Bus::cancel() {
  search_.reset();
  com_set_.reset();
  com_result_.reset();
  if (flight_ && flight_->asker != Asker::kPanel) flight_.reset();
}

base::TimePoint Bus::due() const {
  if (flight_) return flight_->deadline;
  base::TimePoint first = base::TimePoint::max();
  for (const auto& [address, panel] : panels_) first = std::min(first, panel->due());
  if (search_) first = std::min(first, search_->next_at);
  if (com_set_) first = base::TimePoint::min();
  return first == base::TimePoint::max() ? first : std::max(first, free_at_);
}

std::optional<std::string> Bus::next(base::TimePoint now) {
  if (flight_ && now >= flight_->deadline) silence(now);
  if (flight_ || now < free_at_) return std::nullopt;
  if (auto bytes = turn_of_com_set(now)) return bytes;
  auto bytes = was_search_ ? turn_of_panels(now) : turn_of_search(now);
  was_search_ = bytes ? !was_search_ : was_search_;
  if (bytes) return bytes;
  return was_search_ ? turn_of_search(now) : turn_of_panels(now);
}

// The panels in the order of their addresses, from the one behind whose turn it was last.
std::optional<std::string> Bus::turn_of_panels(base::TimePoint now) {
  auto at = panels_.upper_bound(last_turn_);
  for (std::size_t tried = 0; tried < panels_.size(); ++tried, ++at) {
    if (at == panels_.end()) at = panels_.begin();
    if (auto bytes = at->second->next(now)) {
      last_turn_ = at->first;
      return fly(now, Asker::kPanel, at->first, *std::move(bytes));
    }
  }
  return std::nullopt;
}

std::optional<std::string> Bus::turn_of_search(base::TimePoint now) {
  if (!search_ || now < search_->next_at) return std::nullopt;
  while (panels_.contains(static_cast<std::uint8_t>(search_->address))) ++search_->address;
  if (search_->address > kMaxAddress) {
    search_.reset();
    return std::nullopt;
  }
  const auto address = static_cast<std::uint8_t>(search_->address++);
  search_->next_at = now + kSearchPace;
  return fly(now, Asker::kSearch, address, question(address, identify()));
}

std::optional<std::string> Bus::turn_of_com_set(base::TimePoint now) {
  if (!com_set_ || com_set_->is_sent) return std::nullopt;
  com_set_->is_sent = true;
  return fly(now, Asker::kComSet, com_set_->from, question(com_set_->from, com_set_->message));
}

std::string Bus::fly(base::TimePoint now, Asker asker, std::uint8_t address, std::string bytes) {
  reader_.reset();  // what came unasked is no answer to this
  const base::Duration sending = time_on_line(bytes.size() + 1, pace_.baud);
  flight_ = Flight{asker, address, now + sending + panels_pace_.reply};
  ++counts_.sent;
  if (observer_) {
    if (const auto frame = decode(bytes)) observer_(*frame);
  }
  return bytes;
}

void Bus::on_bytes(base::TimePoint now, std::string_view bytes) {
  reader_.feed(bytes);
  while (auto frame = reader_.next()) on_frame(now, *frame);
}

void Bus::on_frame(base::TimePoint now, const Frame& frame) {
  ++counts_.received;
  if (!flight_ || !give(now, frame)) {
    ++counts_.strays;
    return;
  }
  if (observer_) observer_(frame);
  end_flight(now);
}

bool Bus::give(base::TimePoint now, const Frame& frame) {
  switch (flight_->asker) {
    case Asker::kPanel: {
      Panel* const panel = find(flight_->address);
      return panel != nullptr && panel->on_frame(now, frame);
    }
    case Asker::kSearch:
      return give_to_search(frame);
    case Asker::kComSet:
      return give_to_com_set(frame);
  }
  return false;
}

bool Bus::give_to_search(const Frame& frame) {
  if (!frame.is_reply || frame.address != flight_->address) return false;
  const auto reply = decode_reply(frame.code, frame.data);
  if (!reply) return true;
  if (const auto* const identity = std::get_if<Identity>(&*reply))
    found_.push_back({frame.address, *identity});
  return true;
}

bool Bus::give_to_com_set(const Frame& frame) {
  if (!frame.is_reply) return false;
  if (flight_->address != kBroadcast && frame.address != flight_->address) return false;
  const auto reply = decode_reply(frame.code, frame.data);
  com_set_.reset();
  if (!reply) {
    com_result_ = base::Failure(reply.error());
  } else if (const auto* const com = std::get_if<Com>(&*reply)) {
    com_result_ = *com;
  } else if (const auto* const nak = std::get_if<Nak>(&*reply)) {
    com_result_ = base::fail(Code::kRefused, "the reader refuses: {}", words_of(*nak));
  } else {
    com_result_ = base::fail(Code::kInvalid, "the reader answers something else");
  }
  return true;
}

void Bus::silence(base::TimePoint now) {
  const Flight flight = *flight_;
  end_flight(now);
  if (flight.asker == Asker::kPanel) {
    if (Panel* const panel = find(flight.address)) panel->on_silence(now);
  } else if (flight.asker == Asker::kComSet) {
    com_set_.reset();
    com_result_ =
        base::fail(Code::kTimeout, "no reader answered: check wiring, speed and the old address");
  }
}

void Bus::end_flight(base::TimePoint now) {
  flight_.reset();
  free_at_ = now + pace_.turnaround;
}

void Bus::on_line_lost(base::TimePoint now, const base::Error& reason) {
  reader_.reset();
  if (flight_) silence(now);
  for (const auto& [address, panel] : panels_) panel->on_line_lost(now, reason);
}

}  // namespace linli::drivers::osdp
