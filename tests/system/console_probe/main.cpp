#include <signal.h>  // NOLINT(modernize-deprecated-headers): signal numbers

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "firmware/base/number.hpp"
#include "firmware/console/server.hpp"
#include "firmware/net/asio_loop.hpp"
#include "tests/system/console_probe/openssl_backend.hpp"

// The console's server with a handler that echoes, makes streams, and waits; one status line every
// fifth of a second.
namespace linli::console {
namespace {

using std::chrono::milliseconds;

class Arguments {
 public:
  Arguments(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) values_[argv[i]] = argv[i + 1];
  }
  std::string text(const std::string& name, const std::string& otherwise = "") const {
    const auto found = values_.find("--" + name);
    return found == values_.end() ? otherwise : found->second;
  }
  int number(const std::string& name, int otherwise) const {
    return base::parse_number<int>(text(name)).value_or(otherwise);
  }

 private:
  std::map<std::string, std::string> values_;
};

ServerOptions options_of(const Arguments& arguments) {
  ServerOptions options;
  options.listen = arguments.text("listen", "0.0.0.0");
  options.port = arguments.number("port", 8443);
  options.hosts = {"localhost", "127.0.0.1"};
  options.certificate = arguments.text("cert");
  options.key = arguments.text("key");
  options.web = arguments.text("web", "/nowhere");
  options.upload_prefix = "/api/upload";
  return options;
}

class Probe {
 public:
  Probe(net::AsioLoop& loop, const Arguments& arguments) : loop_(loop) {
    const RequestHandler handler = [this](Request request, Reply reply) {
      handle(std::move(request), std::move(reply));
    };
    server_ = arguments.text("tls") == "openssl"
                  ? start_with_openssl(loop, options_of(arguments), handler)
                  : Server::start(loop, options_of(arguments), handler);
    report();
    tick();
  }

 private:
  void handle(Request request, Reply reply) {
    Response response;
    if (request.path == "/healthz") {
      response.body = "ok\n";
    } else if (request.path == "/api/feed" || request.path == "/api/events") {
      response.status = request.is_websocket ? 101 : 200;
      response.headers = {{"content-type", "text/event-stream"}};
      response.on_open = [this](OutletPtr outlet) { outlets_.push_back(std::move(outlet)); };
    } else if (request.path == "/api/large") {
      const auto bytes = base::parse_number<std::size_t>(request.parameter("bytes"));
      response.body = std::string(bytes.value_or(0), 'x');
    } else {
      response.headers = {{"content-type", "application/json"}};
      response.body = nlohmann::json{{"method", request.method},
                                     {"path", request.path},
                                     {"query", request.query},
                                     {"peer", request.peer},
                                     {"bytes", request.body.size()}}
                          .dump();
    }
    std::move(reply)(std::move(response));
  }

  void tick() {
    std::erase_if(outlets_, [this](const OutletPtr& outlet) {
      return !outlet->send("data: " + std::to_string(ticks_) + "\n\n");
    });
    ++ticks_;
    ticker_ = loop_.after(milliseconds(50), [this] { tick(); });
  }

  void report() {
    const ServerStatus status = server_->status();
    nlohmann::json refused;
    for (std::size_t i = 0; i < kRefusedCount; ++i) {
      const auto reason = static_cast<Refused>(i);
      refused[std::string(name(reason))] = status.counts.of(reason);
    }
    const nlohmann::json line{{"up", status.is_listening},
                              {"error", status.last_error},
                              {"refused", refused},
                              {"streams", status.counts.streams},
                              {"requests", status.counts.requests},
                              {"connections", status.counts.connections}};
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
    reporter_ = loop_.after(milliseconds(200), [this] { report(); });
  }

  net::AsioLoop& loop_;
  std::vector<OutletPtr> outlets_;
  int ticks_ = 0;
  base::Handle ticker_;
  base::Handle reporter_;
  std::unique_ptr<Server> server_;
};

int run(const Arguments& arguments) {
  net::AsioLoop loop;
  std::unique_ptr<Probe> probe;
  const auto on_term = loop.on_signal(SIGTERM, [&loop] { loop.stop(); });
  loop.post([&probe, &loop, &arguments] { probe = std::make_unique<Probe>(loop, arguments); });
  loop.run();
  return 0;
}

}  // namespace
}  // namespace linli::console

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  return linli::console::run(linli::console::Arguments(argc, argv));
}
