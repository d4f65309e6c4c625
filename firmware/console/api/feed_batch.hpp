#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/console/api/change_ring.hpp"

namespace linli::console::api {

// What happened from one number on: a device's changes as one, everything else in order. Fifty
// pages that watch the same compound stand at the same number, so what they are told is put
// together and rendered once for all of them. Good until the ring changes.
class FeedBatch {
 public:
  static constexpr std::size_t kMaxMessages = 100;  // to a client at once

  // Renders {"id",…} of a device with the values that changed; empty: it is not there any more.
  using RenderDevice = std::function<std::string(const std::string& id, base::Json values)>;

  FeedBatch(const ChangeRing& ring, std::uint64_t from);

  std::uint64_t next() const { return next_; }  // all before it is in here
  const std::map<std::string, base::Json>& devices() const { return devices_; }
  const std::set<std::string>& commands() const { return commands_; }
  const std::vector<const Change*>& events() const { return events_; }

  // As `render` said it the first time.
  const std::string& device_text(const std::string& id, const RenderDevice& render);

 private:
  void add(const Change& change);
  std::size_t size() const { return devices_.size() + commands_.size() + events_.size(); }

  std::uint64_t next_;
  std::map<std::string, base::Json> devices_;  // id → changed values
  std::map<std::string, std::string> device_texts_;
  std::set<std::string> commands_;
  std::vector<const Change*> events_;
};

}  // namespace linli::console::api
