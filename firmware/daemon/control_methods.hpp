#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "firmware/base/loop.hpp"
#include "firmware/net/control_server.hpp"

namespace linli::daemon {

// All that linlictl can ask over the control socket: one table, to which each room adds its methods
// once, before the first request. Loop thread only.
class ControlMethods {
 public:
  using Request = net::ControlServer::Request;
  using Reply = net::ControlServer::Reply;
  using Method = std::function<void(const Request&, Reply)>;
  template <class Room>
  using Row = std::pair<std::string_view, void (Room::*)(const Request&, Reply)>;

  explicit ControlMethods(base::Loop& loop) : loop_(loop) {}
  ControlMethods(const ControlMethods&) = delete;
  ControlMethods& operator=(const ControlMethods&) = delete;
  ~ControlMethods() = default;

  // A name that is there already is our own bug.
  void add(std::string_view name, Method method);
  // `room` lives for as long as requests are handled.
  template <class Room>
  void add(Room& room, std::type_identity_t<std::initializer_list<Row<Room>>> rows) {
    for (const auto& [name, method] : rows) {
      add(name, [&room, method = method](const Request& request, Reply reply) {
        (room.*method)(request, std::move(reply));
      });
    }
  }

  // Answers once, later than the call; kNotFound for a method that nobody added.
  void handle(const Request& request, Reply reply) const;

 private:
  base::Loop& loop_;
  std::map<std::string, Method, std::less<>> methods_;
};

// What the rooms of the control socket have in common.
class ControlRoom {
 public:
  using Request = ControlMethods::Request;
  using Reply = ControlMethods::Reply;

  ControlRoom(const ControlRoom&) = delete;
  ControlRoom& operator=(const ControlRoom&) = delete;

 protected:
  explicit ControlRoom(base::Loop& loop) : loop_(loop) {}
  ~ControlRoom() = default;

  // The answer goes out in a later turn of the loop.
  void reply_later(Reply reply, base::Result<base::Json> result) const;

 private:
  base::Loop& loop_;
};

}  // namespace linli::daemon
