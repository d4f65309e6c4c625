#include "firmware/daemon/control_methods.hpp"

#include <cassert>
#include <nlohmann/json.hpp>

namespace linli::daemon {
namespace {

void post_reply(base::Loop& loop, ControlMethods::Reply reply, base::Result<base::Json> result) {
  loop.post([reply = std::move(reply), result = std::move(result)]() mutable {
    std::move(reply)(std::move(result));
  });
}

}  // namespace

void ControlMethods::add(std::string_view name, Method method) {
  [[maybe_unused]] const bool is_new = methods_.emplace(name, std::move(method)).second;
  assert(is_new);
}

void ControlMethods::handle(const Request& request, Reply reply) const {
  const auto found = methods_.find(request.method);
  if (found != methods_.end()) return found->second(request, std::move(reply));
  post_reply(loop_, std::move(reply),
             base::fail(base::Code::kNotFound, "no method '{}'", request.method));
}

void ControlRoom::reply_later(Reply reply, base::Result<base::Json> result) const {
  post_reply(loop_, std::move(reply), std::move(result));
}

}  // namespace linli::daemon
