#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/platform/event_check.hpp"
#include "tests/sim/platform/upload_blocks.hpp"

struct coap_context_t;
struct coap_session_t;
struct coap_pdu_t;
struct coap_bin_const_t;

namespace linli::sim {

struct CoapAnswer {
  unsigned code = 0;  // class * 32 + detail
  std::string payload{};
  std::optional<unsigned> max_age_s{};
  std::optional<unsigned> block1{};
  std::optional<unsigned> observe{};
};

// The platform's CoAP server on libcoap: DTLS with one pre-shared key. It takes batches by POST on
// linli/v1/<gateway>/up/<stream>, and tells commands to whoever observes
// linli/v1/<gateway>/down/command. A gateway has one observation: the last one.
class CoapDoor {
 public:
  // Takes a whole batch, makes it durable, and says what to answer.
  using TakeBatch = std::function<CoapAnswer(const Topic& topic, const std::string& payload)>;

  // Exits the program with a sentence if the port is taken or the key cannot be read.
  CoapDoor(int port, std::string identity, const std::string& key_file, TakeBatch take);
  CoapDoor(const CoapDoor&) = delete;
  CoapDoor& operator=(const CoapDoor&) = delete;
  ~CoapDoor();

  int descriptor() const;  // readable: process()
  void process();

  bool is_observed(const std::string& gateway) const { return observers_.contains(gateway); }
  // Waits until the gateway observes its commands.
  void command(const std::string& gateway, std::string payload);

 private:
  struct Observer {
    coap_session_t* session = nullptr;
    std::string token;
    unsigned number = 2;
  };
  struct Answered {
    const coap_session_t* session = nullptr;
    int message_id = 0;
    CoapAnswer answer;
  };
  struct Told {
    const coap_session_t* session = nullptr;
    int message_id = 0;
    std::string gateway;
    std::string payload;
  };

  void open(int port);
  void on_request(coap_session_t* session, const coap_pdu_t& request, coap_pdu_t& response);
  CoapAnswer answer_to(coap_session_t* session, const coap_pdu_t& request);
  CoapAnswer take_upload(const coap_session_t* session, const coap_pdu_t& request,
                         const std::string& path);
  CoapAnswer observe(coap_session_t* session, const coap_pdu_t& request,
                     const std::string& gateway);
  void on_lost(const coap_session_t* session, int message_id);
  void on_end(const coap_session_t* session);
  void forget_observer(const std::string& gateway);
  void tell_waiting();
  bool tell(const std::string& gateway, Observer& observer, const std::string& payload);

  std::string identity_;
  std::string key_;
  std::unique_ptr<coap_bin_const_t> key_bytes_;
  TakeBatch take_;
  UploadBlocks blocks_;
  std::map<std::string, Observer> observers_;
  std::map<std::string, std::deque<std::string>> waiting_;
  std::deque<Answered> answered_;  // repeats of a request get its answer again
  std::deque<Told> told_;          // notifications that may still come back as lost
  coap_context_t* context_ = nullptr;
};

}  // namespace linli::sim
