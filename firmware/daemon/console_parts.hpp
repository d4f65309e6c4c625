#pragma once

#include <memory>
#include <string>

#include "firmware/base/handle.hpp"
#include "firmware/base/json.hpp"
#include "firmware/console/server.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/daemon/worker.hpp"
#include "firmware/ports/wall_clock.hpp"
#include "firmware/tls/identity.hpp"

namespace linli::daemon {

// The console's server with its certificate, tied to the gateway. Loop thread only. Nothing of it
// can keep the gateway from running: what is wrong is logged, and the server tries again.
class ConsoleParts {
 public:
  // The certificate first (tls::keep_console), which is looked at every hour from then on; then the
  // server, which takes up a renewed one by itself. `handler` answers what is not a page.
  ConsoleParts(base::Loop& loop, const ports::WallClock& clock, const Config& config,
               console::RequestHandler handler);
  ConsoleParts(const ConsoleParts&) = delete;
  ConsoleParts& operator=(const ConsoleParts&) = delete;
  ~ConsoleParts();

  // For linlictl status.
  base::Json status() const;
  console::ServerStatus server() const;

 private:
  void keep_certificate();
  void after_certificate(const base::Result<tls::ConsoleCare>& care);

  base::Loop& loop_;
  const ports::WallClock& clock_;
  tls::IdentityOptions identity_;
  console::ServerOptions options_;
  console::RequestHandler handler_;  // until the server has it
  std::unique_ptr<console::Server> server_;
  std::string said_;  // of the certificate, so that every hour does not repeat it
  base::Handle timer_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  Worker worker_;  // signing waits for the disk
};

// The file that a console's clients look at, and that is warned of before it ends.
std::string console_certificate_file(const Config& config);

}  // namespace linli::daemon
