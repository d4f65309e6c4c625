#include "firmware/scenarios/access/late_writer.hpp"

#include <iterator>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::scenarios::access {

LateWriter::LateWriter(base::Loop& loop, ports::Store& store, RowOf row_of)
    : loop_(loop), store_(store), row_of_(std::move(row_of)) {}

void LateWriter::owe(std::vector<domain::Envelope> envelopes) {
  if (envelopes.empty()) return;
  std::move(envelopes.begin(), envelopes.end(), std::back_inserter(owed_));
  while (owed_.size() > kMostOwed) {
    base::log::error("access", "what happened at a door is lost: the store does not write",
                     {{"type", owed_.front().type}, {"door", owed_.front().subject}});
    owed_.pop_front();
  }
  write_soon(base::Duration{0});
}

void LateWriter::touch(const std::string& door) {
  doors_.insert(door);
  write_soon(base::Duration{0});
}

void LateWriter::write_soon(base::Duration delay) {
  if (is_writing_) return;
  is_writing_ = true;
  timer_ = loop_.after(delay, [this] { write(); });
}

void LateWriter::write() {
  std::vector<domain::Envelope> envelopes(std::make_move_iterator(owed_.begin()),
                                          std::make_move_iterator(owed_.end()));
  owed_.clear();
  std::set<std::string> doors = std::exchange(doors_, {});
  ports::Turn turn;
  turn.envelopes = envelopes;
  for (const std::string& door : doors) {
    if (auto row = row_of_(door))
      turn.puts.push_back({ports::Space::kDoorState, door, *std::move(row)});
  }
  store_.commit(std::move(turn),
                [this, living = std::weak_ptr(alive_), envelopes = std::move(envelopes),
                 doors = std::move(doors)](const base::Result<void>& stored) mutable {
                  if (!living.expired())
                    after_write(std::move(envelopes), doors, stored.has_value());
                });
}

void LateWriter::after_write(std::vector<domain::Envelope> envelopes,
                             const std::set<std::string>& doors, bool stored) {
  is_writing_ = false;
  if (!stored) {
    owed_.insert(owed_.begin(), std::make_move_iterator(envelopes.begin()),
                 std::make_move_iterator(envelopes.end()));
    doors_.insert(doors.begin(), doors.end());
  }
  if (!owed_.empty() || !doors_.empty()) write_soon(stored ? base::Duration{0} : kPause);
}

}  // namespace linli::scenarios::access
