#include <csignal>

#include "tests/sim/platform/receiver.hpp"

namespace {

volatile bool stop_asked = false;

void ask_to_stop(int /*signal*/) {
  stop_asked = true;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGPIPE, SIG_IGN);
  linli::sim::Receiver receiver(linli::sim::parse_options(argc, argv));
  receiver.run(stop_asked);
  return 0;
}
