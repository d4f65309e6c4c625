// Publishes on one broker and receives on another. Prints one line of JSON.

#include <fmt/format.h>
#include <mosquitto.h>

#include "tests/bench/consumer.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/measure.hpp"

namespace linli::bench {
namespace {

void run(const Options& options) {
  Consumer consumer(options);
  Load load(options, consumer);
  const bool sustained = options.mode == "sustained";
  const auto work = [&load, sustained](double seconds) {
    sustained ? load.run_sustained(seconds) : load.run_at_rate(seconds);
  };
  work(options.warm_up_s);
  consumer.begin_measuring();
  const std::uint64_t before = consumer.received();
  const std::int64_t begun = now_us();
  work(options.seconds);
  const double seconds = static_cast<double>(now_us() - begun) / 1e6;
  const std::uint64_t in_time = consumer.received() - before;
  load.drain(20);
  load.linger(0.5);
  const auto delays = consumer.delays();
  fmt::print(
      R"({{"sent":{},"missing":{},"rate":{:.0f},"p50_ms":{:.3f},"p99_ms":{:.3f},"max_ms":{:.3f}}})"
      "\n",
      load.sent(), static_cast<std::int64_t>(load.sent() - consumer.received()),
      static_cast<double>(in_time) / seconds, ms_at(delays, 0.5), ms_at(delays, 0.99),
      ms_at(delays, 1.0));
}

}  // namespace
}  // namespace linli::bench

int main(int argc, char** argv) {
  mosquitto_lib_init();
  linli::bench::run(linli::bench::parse_options(argc, argv));
  mosquitto_lib_cleanup();
  return 0;
}
