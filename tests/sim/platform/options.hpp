#pragma once

#include <string>

namespace linli::sim {

struct Options {
  std::string ledger = "platform-ledger.jsonl";
  std::string host = "127.0.0.1";
  int port = 8883;
  std::string ca;  // empty: without TLS
  std::string cert;
  std::string key;
  int mqtt = 5;  // or 311
  std::string id = "platform-receiver";
  std::string commands;  // a file that is followed, or "stdin"
  std::string gateway;   // where commands go that do not name one
  int coap_port = 0;     // UDP, on loopback; 0: none
  std::string psk_identity = "gw1";
  std::string psk_key_file;
  bool speaks_mqtt = true;
  bool accepts = true;
  bool prints_stats = false;
};

// Exits the program after --help or a wrong option.
Options parse_options(int argc, char** argv);

}  // namespace linli::sim
