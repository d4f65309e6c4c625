#pragma once

#include <cstdint>
#include <string>

namespace linli::bench {

struct Options {
  std::string mode = "sustained";   // or "rate"
  std::string kind = "properties";  // or "event": the urgent class
  // Where messages go in: the site broker, or the bridge's local one.
  int publish_port = 0;
  std::string user = "pub";  // publisher k logs in as <user><k>
  std::string password;
  int publishers = 50;
  int devices = 50;
  std::size_t payload_bytes = 200;
  // Where they come out: a listener of the platform broker.
  int consume_port = 0;
  std::string consume_topic;
  // How hard.
  int window = 4000;   // sustained: messages on their way at a time, over all publishers
  double rate = 1000;  // rate: messages a second
  double warm_up_s = 2;
  double seconds = 10;
};

// Exits with a message if the words make no sense.
Options parse_options(int argc, char** argv);

}  // namespace linli::bench
