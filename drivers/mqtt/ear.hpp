#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/net/mqtt_client.hpp"

namespace linli::drivers::mqtt {

// A client of its own at the site broker that hears a few devices, whatever becomes of the store:
// it acknowledges at once and keeps nothing. What it hears comes in once more with all that has to
// be stored. Fire rules hang on it (adr/0017). Loop thread only.
class Ear {
 public:
  using OnMessage = std::function<void(const net::MqttMessage&)>;

  Ear(base::Loop& loop, net::MqttOptions options, OnMessage on_message);
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;
  ~Ear();

  // What to listen to from now on; a change connects anew, none closes the connection.
  void listen_to(std::vector<std::string> topics);

  // Since when everything on those topics has been heard; nullopt: it is not.
  std::optional<base::TimePoint> since() const { return since_; }
  // Of the connection; nullopt: there is nothing to listen to.
  std::optional<net::MqttStatus> status() const;

 private:
  net::MqttEvents events();

  base::Loop& loop_;
  net::MqttOptions options_;
  OnMessage on_message_;
  std::optional<base::TimePoint> since_;
  std::unique_ptr<net::MqttClient> client_;
};

}  // namespace linli::drivers::mqtt
