#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace linli::bench {

// An MQTT 3.1.1 client that does nothing but publish with QoS 1: it must cost much less than what
// it measures. Any trouble ends the process, since a figure with errors in it is none.
class Publisher {
 public:
  Publisher(int port, const std::string& client_id, const std::string& password);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher();

  // Puts a message into the buffer; flush() sends.
  void add(std::string_view topic, std::string_view payload);
  // Sends what the socket takes.
  void flush();
  // Counts the acknowledgements that have come.
  void read_acknowledgements();

  int socket() const { return fd_; }
  bool wants_write() const { return !out_.empty(); }
  // Published and not yet acknowledged by the broker.
  int in_flight() const { return in_flight_; }

 private:
  void connect(int port, const std::string& client_id, const std::string& password);

  int fd_ = -1;
  std::string out_;
  std::string in_;
  int in_flight_ = 0;
  std::uint16_t next_id_ = 1;
};

}  // namespace linli::bench
