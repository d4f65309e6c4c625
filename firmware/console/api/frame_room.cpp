#include <algorithm>
#include <utility>

#include "firmware/base/number.hpp"
#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/system_room.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::size_t kAll = 10'000;

}  // namespace

void FrameRoom::add_to(Handlers& handlers) {
  handlers["frames"] = [this](Call call) { list(std::move(call)); };
  handlers["frames_download"] = [this](Call call) { download(std::move(call)); };
}

std::vector<const core::LoggedFrame*> FrameRoom::seen(const core::Actor& actor,
                                                      const core::FrameFilter& filter,
                                                      std::uint64_t after, std::size_t limit) {
  auto all = frames_.list(filter, after, actor.places.empty() ? limit : kAll);
  if (actor.places.empty()) return all;
  std::erase_if(all, [this, &actor](const core::LoggedFrame* frame) {
    return reach_.device(actor, devices_, frame->frame.device) == nullptr;
  });
  if (all.size() > limit) all.resize(limit);
  return all;
}

void FrameRoom::list(Call call) {
  const auto page = page_of(call);
  if (!page) return refuse(std::move(call), page.error());
  const auto after =
      page->after.empty() ? std::uint64_t{0} : base::parse_number<std::uint64_t>(page->after);
  if (!after) return refuse(std::move(call), Problem{"invalid", "cursor: not one of this list"});
  const core::FrameFilter filter{std::string(call.query("driver")),
                                 std::string(call.query("device"))};
  Json items = Json::array();
  const auto frames = seen(call.actor, filter, *after, page->limit);
  for (const core::LoggedFrame* frame : frames) items.push_back(core::frame_json(*frame));
  const bool is_more = frames.size() == page->limit;
  answer(std::move(call),
         Json{{"items", std::move(items)},
              {"next", is_more ? Json(cursor_of(std::to_string(frames.back()->seq))) : Json()}});
}

void FrameRoom::download(Call call) {
  const bool pcap = call.query("format") == "pcap";
  const auto frames = seen(call.actor, {}, 0, kAll);
  std::string bytes = pcap ? core::frames_pcap(frames) : core::frames_csv(frames);
  answer(
      std::move(call),
      Response{200,
               {{"Content-Type", pcap ? "application/vnd.tcpdump.pcap" : "text/csv; charset=utf-8"},
                {"Content-Disposition", pcap ? "attachment; filename=\"linli-frames.pcap\""
                                             : "attachment; filename=\"linli-frames.csv\""},
                {"Cache-Control", "no-store"}},
               std::move(bytes)});
}

}  // namespace linli::console::api
