#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/console/limits.hpp"
#include "firmware/console/message.hpp"
#include "firmware/console/server_counts.hpp"

namespace linli::console {

class Backend;

struct ServerOptions {
  std::string listen = "0.0.0.0";       // an IP address
  int port = 8443;                      // 0: the kernel chooses
  std::vector<std::string> hosts = {};  // names and addresses by which it may be called
  std::string certificate = {};         // files, PEM; read again when they change
  std::string key = {};
  std::string web = {};            // the folder of the pages
  std::string upload_prefix = {};  // POSTs below this path take an archive; empty: none
  Timing timing = {};
};

// What is the server doing?
struct ServerStatus {
  bool is_listening = false;
  int port = 0;
  std::string last_error;  // why it does not listen, with the way out
  ServerCounts counts;
};

// The HTTPS server of the console. It has a thread of its own, on which all of TLS, HTTP and the
// files happens; the handler is called on `loop`, and answers there. It may be made before anything
// else: what it cannot do yet (a port that is taken, a certificate that is missing) it logs and
// tries again every Timing::retry.
class Server {
 public:
  // Never fails. `loop` outlives it. TLS by tls::Session.
  static std::unique_ptr<Server> start(base::Loop& loop, ServerOptions options,
                                       RequestHandler handler);
  static std::unique_ptr<Server> start(base::Loop& loop, ServerOptions options,
                                       RequestHandler handler, std::unique_ptr<Backend> tls);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // On the loop's thread. Connections are cut, the thread has ended; the handler, its replies and
  // its streams are not called any more.
  ~Server();

  ServerStatus status() const;

 private:
  struct Body;
  explicit Server(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace linli::console
