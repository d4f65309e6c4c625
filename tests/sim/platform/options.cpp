#include "tests/sim/platform/options.hpp"

#include <getopt.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace linli::sim {
namespace {

constexpr const char* kHelp =
    "The reference platform: takes what gateways send, writes it to a ledger, accepts it.\n"
    "\n"
    "  platform_receiver --ledger FILE [--host HOST] [--port PORT]\n"
    "                    [--ca FILE --cert FILE --key FILE] [--mqtt 5|311] [--id CLIENT]\n"
    "                    [--coap-port PORT --psk-key-file FILE [--psk-identity NAME] [--no-mqtt]]\n"
    "                    [--command FILE|stdin] [--gateway ID] [--no-accept] [--stats]\n"
    "\n"
    "  --coap-port  serve CoAP with DTLS on this UDP port of the loopback as well\n"
    "  --no-mqtt    serve CoAP alone\n"
    "  --command    JSON lines, each a command; the member \"gateway\" says to which one, "
    "otherwise\n"
    "               --gateway does, otherwise the first gateway that was heard\n"
    "  --no-accept  writes the ledger but never says that it accepted\n"
    "  --stats      one JSON line each second on the standard output\n";

constexpr option kOptions[] = {{"ledger", required_argument, nullptr, 'l'},
                               {"host", required_argument, nullptr, 'H'},
                               {"port", required_argument, nullptr, 'p'},
                               {"ca", required_argument, nullptr, 'a'},
                               {"cert", required_argument, nullptr, 'c'},
                               {"key", required_argument, nullptr, 'k'},
                               {"mqtt", required_argument, nullptr, 'm'},
                               {"id", required_argument, nullptr, 'i'},
                               {"command", required_argument, nullptr, 'C'},
                               {"gateway", required_argument, nullptr, 'g'},
                               {"coap-port", required_argument, nullptr, 'P'},
                               {"psk-identity", required_argument, nullptr, 'I'},
                               {"psk-key-file", required_argument, nullptr, 'K'},
                               {"no-mqtt", no_argument, nullptr, 'M'},
                               {"no-accept", no_argument, nullptr, 'n'},
                               {"stats", no_argument, nullptr, 's'},
                               {"help", no_argument, nullptr, 'h'},
                               {nullptr, 0, nullptr, 0}};

[[noreturn]] void wrong(const char* why) {
  std::fprintf(stderr, "platform_receiver: %s\n%s", why, kHelp);
  std::exit(2);
}

std::string* text_option(Options& options, int letter) {
  switch (letter) {
    case 'l':
      return &options.ledger;
    case 'H':
      return &options.host;
    case 'a':
      return &options.ca;
    case 'c':
      return &options.cert;
    case 'k':
      return &options.key;
    case 'i':
      return &options.id;
    case 'C':
      return &options.commands;
    case 'g':
      return &options.gateway;
    case 'I':
      return &options.psk_identity;
    case 'K':
      return &options.psk_key_file;
    default:
      return nullptr;
  }
}

void set_option(Options& options, int letter) {
  if (std::string* const text = text_option(options, letter)) {
    *text = optarg;
    return;
  }
  switch (letter) {
    case 'p':
      options.port = std::atoi(optarg);
      break;
    case 'm':
      options.mqtt = std::atoi(optarg);
      break;
    case 'P':
      options.coap_port = std::atoi(optarg);
      break;
    case 'M':
      options.speaks_mqtt = false;
      break;
    case 'n':
      options.accepts = false;
      break;
    case 's':
      options.prints_stats = true;
      break;
    case 'h':
      std::fputs(kHelp, stdout);
      std::exit(0);
    default:
      wrong("unknown option");
  }
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  for (int letter = 0; (letter = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    set_option(options, letter);
  }
  if (options.port < 1 || options.port > 65535) wrong("--port must be 1 to 65535");
  if (options.mqtt != 5 && options.mqtt != 311) wrong("--mqtt must be 5 or 311");
  if (options.ca.empty() != options.cert.empty() || options.cert.empty() != options.key.empty()) {
    wrong("--ca, --cert and --key go together");
  }
  if (options.coap_port < 0 || options.coap_port > 65535) wrong("--coap-port must be 1 to 65535");
  if ((options.coap_port != 0) == options.psk_key_file.empty())
    wrong("--coap-port and --psk-key-file go together");
  if (!options.speaks_mqtt && options.coap_port == 0) wrong("--no-mqtt needs --coap-port");
  return options;
}

}  // namespace linli::sim
