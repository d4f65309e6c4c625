#include "firmware/daemon/control_operations.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"

namespace linli::daemon {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kPiece = 30 * 1024;  // in hexadecimal it fits a line
constexpr auto kKeepDownload = std::chrono::minutes(2);
constexpr std::size_t kMaxFrames =
    20;  // all of a line fit the socket's buffer, however long each is
constexpr std::size_t kAllFrames = 100'000;

std::string actor_of(const net::ControlServer::Request& request) {
  return "local:uid=" + std::to_string(request.user);
}

base::Done<void> answer(net::ControlServer::Reply reply, const char* done) {
  return [reply = std::move(reply), done](base::Result<void> result) mutable {
    if (!result) return std::move(reply)(base::failure_of(std::move(result)));
    std::move(reply)(Json{{"done", done}});
  };
}

}  // namespace

void ControlOperations::add_to(ControlMethods& methods) {
  methods.add(*this, {
                         {"settings.list", &ControlOperations::list_settings},
                         {"settings.change", &ControlOperations::change_settings},
                         {"settings.confirm", &ControlOperations::confirm_settings},
                         {"settings.revert", &ControlOperations::revert_settings},
                         {"diagnostics.preview", &ControlOperations::preview_diagnostics},
                         {"diagnostics.make", &ControlOperations::make_diagnostics},
                         {"frames.list", &ControlOperations::list_frames},
                         {"frames.follow", &ControlOperations::follow_frames},
                         {"frames.export", &ControlOperations::export_frames},
                         {"download.read", &ControlOperations::read_download},
                     });
}

void ControlOperations::list_settings(const Request& /*request*/, Reply reply) {
  reply_later(std::move(reply), parts_.settings().list());
}

void ControlOperations::change_settings(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const Json& changes = in.object("changes");
  const bool dry_run = in.optional_boolean("dry_run").value_or(false);
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  parts_.settings().change(changes, dry_run, actor_of(request), std::move(reply));
}

void ControlOperations::confirm_settings(const Request& request, Reply reply) {
  parts_.settings().confirm(actor_of(request), answer(std::move(reply), "the change stays"));
}

void ControlOperations::revert_settings(const Request& /*request*/, Reply reply) {
  parts_.settings().revert(answer(std::move(reply), "the settings are as they were before"));
}

void ControlOperations::preview_diagnostics(const Request& /*request*/, Reply reply) {
  parts_.diagnostics().preview(std::move(reply));
}

Json ControlOperations::offer(std::string bytes) {
  download_ = std::move(bytes);
  forget_ = gateway_.loop().after(kKeepDownload, [this] {
    download_.clear();
    download_.shrink_to_fit();
  });
  return {{"id", ++download_id_}, {"bytes", download_.size()}};
}

void ControlOperations::make_diagnostics(const Request& /*request*/, Reply reply) {
  parts_.diagnostics().bundle(
      [this, reply = std::move(reply)](base::Result<std::string> bundle) mutable {
        if (!bundle) return std::move(reply)(base::failure_of(std::move(bundle)));
        std::move(reply)(offer(*std::move(bundle)));
      });
}

void ControlOperations::read_download(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const auto id = static_cast<std::uint64_t>(in.integer("id", {1, INT64_MAX}));
  const auto offset = static_cast<std::size_t>(in.integer("offset", {0, INT64_MAX}));
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  if (id != download_id_ || offset > download_.size()) {
    return reply_later(std::move(reply),
                       base::fail(Code::kNotFound, "it is no longer here: ask for it again"));
  }
  const std::string piece = download_.substr(offset, kPiece);
  reply_later(std::move(reply), Json{{"hex", base::to_hex(piece)},
                                     {"end", offset + piece.size() == download_.size()}});
}

void ControlOperations::list_frames(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const core::FrameFilter filter{in.optional_text("driver", kMaxText).value_or(""),
                                 in.optional_text("device", kMaxText).value_or("")};
  const auto after =
      static_cast<std::uint64_t>(in.optional_integer("after", {0, INT64_MAX}).value_or(0));
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  Json list = Json::array();
  for (const core::LoggedFrame* frame : gateway_.frames().list(filter, after, kMaxFrames))
    list.push_back(core::frame_json(*frame));
  const Json next = list.size() < kMaxFrames ? Json() : list.back()["seq"];
  reply_later(std::move(reply), Json{{"frames", std::move(list)}, {"next", next}});
}

void ControlOperations::follow_frames(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const core::FrameFilter filter{in.optional_text("driver", kMaxText).value_or(""),
                                 in.optional_text("device", kMaxText).value_or("")};
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  gateway_.frames().follow([follow = request.follow, filter](const core::LoggedFrame& frame) {
    // An empty event asks only whether anybody still listens.
    return follow(filter.matches(frame) ? core::frame_json(frame) : Json::object());
  });
  reply_later(std::move(reply), Json{{"following", true}});
}

void ControlOperations::export_frames(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const core::FrameFilter filter{in.optional_text("driver", kMaxText).value_or(""),
                                 in.optional_text("device", kMaxText).value_or("")};
  const std::string format = in.text("format", kMaxText);
  if (format != "csv" && format != "pcap") in.reject("format", "expected csv or pcap");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  const auto frames = gateway_.frames().list(filter, 0, kAllFrames);
  Json answer = offer(format == "csv" ? core::frames_csv(frames) : core::frames_pcap(frames));
  answer["frames"] = frames.size();
  reply_later(std::move(reply), std::move(answer));
}

}  // namespace linli::daemon
