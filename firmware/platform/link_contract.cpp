#include "firmware/platform/link_contract.hpp"

#include "firmware/base/log.hpp"

namespace linli::platform {

LinkContract::LinkContract(const ports::WallClock& clock, std::string_view gateway,
                           std::string epoch)
    : clock_(clock), epoch_(std::move(epoch)), renderer_(gateway, epoch_) {}

std::string LinkContract::render(const std::vector<ports::ChunkPtr>& chunks) {
  auto batch = renderer_.render(
      chunks, [this](const domain::EventTime& time) { return clock_.corrected(time); });
  if (batch.corrupt > 0) {
    counts_.corrupt_events += batch.corrupt;
    base::log::error("platform", "stored events are damaged; the platform gets a gap instead",
                     {{"stream", domain::name(chunks.front()->stream)},
                      {"first", chunks.front()->first},
                      {"events", batch.corrupt}});
  }
  if (batch.events == 0) return "";
  ++sent_batches_;
  sent_events_ += batch.events;
  return std::move(batch.json);
}

void LinkContract::take_accepted(const base::Result<AcceptedMessage>& accepted) {
  if (!accepted) {
    ++counts_.invalid_accepted;
    base::log::warn("platform", "an accepted message cannot be read; ignored",
                    {{"why", accepted.error()}});
  } else if (accepted->epoch != epoch_) {
    ++counts_.foreign_accepted;
    base::log::warn("platform", "an accepted message is of another epoch; ignored",
                    {{"epoch", accepted->epoch}, {"ours", epoch_}});
  } else {
    events_.on_accepted(accepted->stream, accepted->seq);
  }
}

void LinkContract::take_command(std::string_view json) {
  auto command = parse_platform_command(json);
  if (!command) return reject_command(command.error());
  events_.on_command(*std::move(command));
}

void LinkContract::reject_command(const base::Error& why) {
  ++counts_.invalid_commands;
  base::log::warn("platform", "a command cannot be read; nothing was done", {{"why", why}});
}

void LinkContract::describe(ports::LinkStatus& status) const {
  status.sent_batches = sent_batches_;
  status.sent_events = sent_events_;
}

}  // namespace linli::platform
