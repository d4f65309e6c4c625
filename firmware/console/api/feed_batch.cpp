#include "firmware/console/api/feed_batch.hpp"

namespace linli::console::api {

using base::Json;

FeedBatch::FeedBatch(const ChangeRing& ring, std::uint64_t from) : next_(from) {
  for (; next_ < ring.next() && size() < kMaxMessages; ++next_) add(ring.at(next_));
}

void FeedBatch::add(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kDevice: {
      Json& values = devices_.try_emplace(change.id, Json::object()).first->second;
      const auto changed = base::parse_json(change.text);
      if (changed) values.update(*changed);
      return;
    }
    case Change::Kind::kCommand:
      commands_.insert(change.id);
      return;
    case Change::Kind::kEvent:
      events_.push_back(&change);
      return;
  }
}

const std::string& FeedBatch::device_text(const std::string& id, const RenderDevice& render) {
  const auto [found, is_new] = device_texts_.try_emplace(id);
  if (is_new) found->second = render(id, devices_.at(id));
  return found->second;
}

}  // namespace linli::console::api
