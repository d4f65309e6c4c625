#include <cstdlib>
#include <filesystem>

#include "firmware/tls/identity.hpp"
#include "firmware/tls/session.hpp"

namespace {

std::shared_ptr<const linli::tls::Settings> make_settings() {
  namespace tls = linli::tls;
  char folder[] = "/tmp/linli-fuzz-XXXXXX";
  const std::string root = mkdtemp(folder);
  tls::IdentityOptions identity;
  identity.directory = root + "/identity";
  identity.gateway = "fuzz";
  identity.broker_hosts = {"gateway.local"};
  identity.not_before_unix_s = 1'795'000'000;
  if (!tls::init_identity(identity)) std::abort();
  tls::ServerOptions options;
  options.certificate = tls::Pem::read(identity.directory + "/broker.crt").value();
  options.key = tls::Pem::read(identity.directory + "/broker.key").value();
  options.client_certificate = tls::ClientCertificate::kOptional;
  options.client_ca = tls::Pem::read(identity.directory + "/site-ca.crt").value();
  std::filesystem::remove_all(root);
  return tls::Settings::server(options).value();
}

}  // namespace

// A server in the handshake. The first byte cuts the rest into pieces. Nobody gets in without the
// keys, what is answered is bounded, and a failure has a reason.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using linli::tls::Session;
  static const std::shared_ptr<const linli::tls::Settings> settings = make_settings();
  constexpr std::size_t kMostAnswered = 8 * 1024;
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? size : data[0];
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto session = Session::make(settings).value();
  std::size_t answered = 0;
  while (!rest.empty()) {
    const std::size_t taken = session->receive(rest.substr(0, piece));
    if (taken == 0) __builtin_trap();
    rest.remove_prefix(taken);
    answered += session->take_outgoing().size();
  }
  if (session->state() == Session::State::kOpen) __builtin_trap();
  session->end_of_input();
  char block[64];
  if (session->read(block, sizeof block) != 0 || session->write("x") != 0) __builtin_trap();
  if (session->state() != Session::State::kFailed || session->error().what.empty())
    __builtin_trap();
  if (answered + session->take_outgoing().size() > kMostAnswered) __builtin_trap();
  return 0;
}
