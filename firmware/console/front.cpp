#include "firmware/console/front.hpp"

#include <utility>

namespace linli::console {
namespace {

class StreamOutlet final : public Outlet {
 public:
  StreamOutlet(std::shared_ptr<Postbox> server, OpenStream open)
      : server_(std::move(server)), open_(std::move(open)) {}
  // Who forgets a stream ends it.
  ~StreamOutlet() override { end(); }

  bool send(std::string text) override {
    switch (open_.queue->push(std::move(text))) {
      case OutletQueue::Pushed::kQueued:
        return true;
      case OutletQueue::Pushed::kFirst:
        wake();
        return true;
      case OutletQueue::Pushed::kOver:
        break;
    }
    if (open_.queue->has_overflowed()) wake();
    return false;
  }

  void close() override { end(); }

 private:
  void end() {
    if (open_.queue->close()) wake();
  }
  void wake() {
    server_->post([wake = open_.wake] { wake(); });
  }

  std::shared_ptr<Postbox> server_;
  OpenStream open_;
};

}  // namespace

void Front::handle(Request request, std::uint64_t exchange, std::weak_ptr<Caller> caller) {
  handler_(std::move(request), [weak = weak_from_this(), exchange,
                                caller = std::move(caller)](Response response) mutable {
    if (const auto self = weak.lock())
      self->answer(std::move(response), exchange, std::move(caller));
  });
}

void Front::answer(Response response, std::uint64_t exchange, std::weak_ptr<Caller> caller) {
  std::uint64_t stream = 0;
  if (response.on_open) {
    stream = next_++;
    opening_[stream] = std::exchange(response.on_open, nullptr);
  }
  server_->post([answered = Answered{std::move(response), stream}, exchange,
                 caller = std::move(caller), back = FrontLink(loop_, weak_from_this())]() mutable {
    if (const auto connection = caller.lock()) {
      connection->on_answer(exchange, std::move(answered));
    } else if (answered.stream != 0) {
      back.given_up(answered.stream);
    }
  });
}

void Front::open(std::uint64_t stream, OpenStream open) {
  auto found = opening_.extract(stream);
  const auto outlet = std::make_shared<StreamOutlet>(server_, std::move(open));
  if (!found.empty()) found.mapped()(outlet);
}

void Front::give_up(std::uint64_t stream) {
  opening_.erase(stream);
}

void FrontLink::ask(Request request, std::uint64_t exchange, std::weak_ptr<Caller> caller) const {
  loop_.post([front = front_, request = std::move(request), exchange,
              caller = std::move(caller)]() mutable {
    if (const auto held = front.lock())
      held->handle(std::move(request), exchange, std::move(caller));
  });
}

void FrontLink::opened(std::uint64_t stream, OpenStream open) const {
  loop_.post([front = front_, stream, open = std::move(open)]() mutable {
    if (const auto held = front.lock()) held->open(stream, std::move(open));
  });
}

void FrontLink::given_up(std::uint64_t stream) const {
  loop_.post([front = front_, stream] {
    if (const auto held = front.lock()) held->give_up(stream);
  });
}

}  // namespace linli::console
