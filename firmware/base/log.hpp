#pragma once

#include <fmt/format.h>

#include <concepts>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "firmware/base/error.hpp"
#include "firmware/base/id.hpp"

// Structured, one event one line. Log once, where the thing is handled:
//   log::warn("modbus", "meter silent", {{"device", id}, {"seconds", age}});
// The message is a constant; what varies goes into fields. Any thread may log.
namespace linli::base::log {

enum class Level {
  kDebug,  // one device's traffic
  kInfo,   // a state changed
  kWarn,   // we coped
  kError,  // someone must act
};

struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, const Error& e) : key(k), value(e.what) {}
  template <class Kind>
  Field(std::string_view k, const Id<Kind>& id) : key(k), value(id.str()) {}
  template <class T>
  requires std::is_arithmetic_v<T> Field(std::string_view k, T number)
      : key(k), value(fmt::format("{}", number)) {}

  std::string_view key;
  std::string value;
};

using Fields = std::initializer_list<Field>;

// One finished record: `line` is component, message and fields with control characters escaped.
using Sink = std::function<void(Level level, std::string_view component, std::string_view line)>;

// Where records go; stderr until it is set. Set it before other threads start.
void set_sink(Sink sink);
void set_level(Level lowest);

void debug(std::string_view component, std::string_view message, Fields fields = {});
void info(std::string_view component, std::string_view message, Fields fields = {});
void warn(std::string_view component, std::string_view message, Fields fields = {});
void error(std::string_view component, std::string_view message, Fields fields = {});

std::string_view name(Level level);

// "component: message key=value key="two words"", for sinks and tests.
std::string format_line(std::string_view component, std::string_view message, Fields fields);

}  // namespace linli::base::log
