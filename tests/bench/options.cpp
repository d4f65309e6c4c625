#include "tests/bench/options.hpp"

#include <CLI/CLI.hpp>

#include "tests/bench/measure.hpp"

namespace linli::bench {

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("Publishes on one broker, receives on another, and measures what lies between.");
  app.add_option("--mode", options.mode)->check(CLI::IsMember({"sustained", "rate"}));
  app.add_option("--kind", options.kind)->check(CLI::IsMember({"properties", "event"}));
  app.add_option("--publish-port", options.publish_port)->required();
  app.add_option("--user", options.user);
  app.add_option("--password", options.password);
  app.add_option("--publishers", options.publishers)->check(CLI::Range(1, 1000));
  app.add_option("--devices", options.devices)->check(CLI::Range(1, 100'000));
  app.add_option("--payload-bytes", options.payload_bytes)->check(CLI::Range(100, 4000));
  app.add_option("--consume-port", options.consume_port)->required();
  app.add_option("--consume-topic", options.consume_topic)->required();
  app.add_option("--window", options.window)->check(CLI::Range(1, 100'000));
  app.add_option("--rate", options.rate)->check(CLI::Range(1.0, 1e6));
  app.add_option("--warm-up", options.warm_up_s);
  app.add_option("--seconds", options.seconds);
  parse_or_exit(app, argc, argv);
  return options;
}

}  // namespace linli::bench
