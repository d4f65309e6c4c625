#include "firmware/daemon/osdp_control.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"

namespace linli::daemon {
namespace {

using base::Json;

constexpr std::size_t kMaxText = 64;

}  // namespace

void OsdpControl::add_to(ControlMethods& methods) {
  methods.add(*this, {
                         {"osdp.search", &OsdpControl::search},
                         {"osdp.address", &OsdpControl::give_address},
                         {"osdp.key", &OsdpControl::open_key_window},
                     });
}

void OsdpControl::search(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const std::string bus = in.text("bus", kMaxText);
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  driver_.search(bus, [bus, reply = std::move(reply)](
                          base::Result<std::vector<drivers::osdp::Found>> found) mutable {
    if (!found) return std::move(reply)(base::failure_of(std::move(found)));
    Json list = Json::array();
    for (const drivers::osdp::Found& each : *found) {
      list.push_back({{"address", fmt::format("{}/{}", bus, each.address)},
                      {"vendor", each.identity.vendor},
                      {"model", each.identity.model},
                      {"serial", each.identity.serial},
                      {"firmware", each.identity.firmware}});
    }
    std::move(reply)(Json{{"found", std::move(list)}});
  });
}

void OsdpControl::give_address(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const std::string bus = in.text("bus", kMaxText);
  const auto to = in.integer("to", {0, drivers::osdp::kMaxAddress});
  const auto from = in.optional_integer("from", {0, drivers::osdp::kMaxAddress});
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  driver_.give_address(bus, static_cast<std::uint8_t>(from.value_or(drivers::osdp::kBroadcast)),
                       static_cast<std::uint8_t>(to),
                       [bus, to, reply = std::move(reply)](base::Result<void> done) mutable {
                         if (!done) return std::move(reply)(base::failure_of(std::move(done)));
                         std::move(reply)(Json{{"address", fmt::format("{}/{}", bus, to)}});
                       });
}

// Not a command: those are for devices that are online, and this is for one that may not be.
void OsdpControl::open_key_window(const Request& request, Reply reply) {
  constexpr std::int64_t kUsual = 120;
  constexpr std::int64_t kLeast = 10;
  constexpr std::int64_t kMost = 3600;
  base::JsonReader in(request.params, "params");
  const std::string text = in.text("id", kMaxText);
  const std::int64_t seconds = in.optional_integer("seconds", {kLeast, kMost}).value_or(kUsual);
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  auto id = domain::DeviceId::parse(text);
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  auto opened = driver_.open_window(*id, std::chrono::seconds(seconds));
  if (!opened) return reply_later(std::move(reply), base::failure_of(std::move(opened)));
  reply_later(std::move(reply), Json{{"device", id->str()}, {"seconds", seconds}});
}

}  // namespace linli::daemon
