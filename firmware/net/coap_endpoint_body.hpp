#pragma once

#include <coap3/coap.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "firmware/net/coap_endpoint.hpp"
#include "firmware/net/coap_pdu.hpp"

// What coap_endpoint.cpp and coap_endpoint_open.cpp share; for nobody else.
namespace linli::net {

struct CoapSession {
  std::uint64_t number = 0;
  coap_session_t* raw = nullptr;
  std::string identity;  // empty: plain
  std::string address;
  base::TimePoint used;
  std::function<void()> on_hello;
  bool is_probed = false;
  std::uint16_t probe = 0;  // the message id of the ping that is on its way
};

struct CoapEndpoint::Body {
  Body(base::Loop& l, CoapEndpointEvents e) : loop(l), events(std::move(e)) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() { close(); }

  base::Result<void> open(const CoapEndpointOptions& options);
  base::Result<void> listen(const std::string& address, int port, coap_proto_t proto) const;
  void set_up_keys();
  void set_up_resources() const;
  void close();

  void process();
  void sweep();
  void on_request(coap_session_t* raw, const coap_pdu_t& pdu, coap_pdu_t& response);
  void on_answer(const coap_session_t* raw, const coap_pdu_t& pdu);
  const coap_bin_const_t* key_of(const coap_bin_const_t& identity);
  void after_handshake(coap_session_t* raw);
  void before_delete(coap_session_t* raw);
  CoapSession& adopt(coap_session_t* raw, std::string identity, std::uint16_t retransmissions);
  void make_room(const std::string& identity);
  void probe(std::uint64_t number);
  void on_nack(coap_session_t* raw, std::uint16_t message_id, bool refused);
  void end(std::uint64_t number);
  void cut(const std::function<bool(const CoapSession&)>& whom);
  CoapSession* find(std::uint64_t number);
  bool send(std::uint64_t session, CoapType type, std::uint16_t message_id,
            const std::string& token, const CoapReply& reply);
  std::optional<std::uint16_t> send_new(std::uint64_t session, CoapType type,
                                        const std::string& token, const CoapReply& reply);

  static Body& of(coap_session_t* raw) {
    return *static_cast<Body*>(coap_get_app_data(coap_session_get_context(raw)));
  }
  // nullptr: it is nobody yet, or no longer anybody.
  static CoapSession* session_of(const coap_session_t* raw) {
    return static_cast<CoapSession*>(coap_session_get_app_data(raw));
  }

  base::Loop& loop;
  CoapEndpointEvents events;
  CoapEndpointCounts counts;
  coap_context_t* context = nullptr;
  std::unordered_map<std::uint64_t, std::unique_ptr<CoapSession>> sessions;
  std::uint64_t next_session = 1;
  bool took_request = false;  // since process() has begun its present turn
  CoapSession ended;          // stands for those whose end was told, until libcoap deletes them
  coap_bin_const_t key{0, nullptr};  // the one that libcoap was given last
  base::Handle watch;
  base::Handle timer;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

}  // namespace linli::net
