#include "firmware/base/log.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>

#include "firmware/base/bytes.hpp"
#include "firmware/base/time.hpp"

namespace linli::base::log {
namespace {

constexpr int kBurst = 10;  // records of one kind a minute; the rest are counted
constexpr auto kWindow = std::chrono::minutes(1);
constexpr std::size_t kMaxKinds = 512;
constexpr std::size_t kMaxValueBytes = 512;

// Counts the records of one kind (component and message), so that one broken device cannot fill the
// disk with its complaint.
class RepeatLimiter {
 public:
  // How many were held back before this one, or nullopt if this one is to be held back too.
  std::optional<int> admit(const std::string& kind, TimePoint now) {
    if (kinds_.size() > kMaxKinds) kinds_.clear();
    Count& count = kinds_[kind];
    int held_back = 0;
    if (now - count.since >= kWindow) {
      held_back = std::exchange(count.held_back, 0);
      count.since = now;
      count.admitted = 0;
    }
    if (count.admitted >= kBurst) {
      ++count.held_back;
      return std::nullopt;
    }
    ++count.admitted;
    return held_back;
  }

 private:
  struct Count {
    TimePoint since;
    int admitted = 0;
    int held_back = 0;
  };
  std::map<std::string, Count> kinds_;
};

// The process has one log, like it has one stderr: the one place where a global is right.
struct Output {
  std::mutex mutex;
  Sink sink;
  RepeatLimiter limiter;
  std::atomic<Level> lowest{Level::kInfo};
};

Output& output() {
  static Output output;
  return output;
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" =\"\\") != std::string_view::npos;
}

// How many bytes at the front of `text` would let device-supplied text forge lines or drive a
// terminal: control characters, DEL, the C1 range, the Unicode line separators, and each byte of a
// text that is no UTF-8.
std::size_t unprintable_at_front(std::string_view text, bool utf8) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7F || (byte(0) >= 0x80 && !utf8)) return 1;
  if (byte(0) == 0xC2 && byte(1) < 0xA0) return 2;
  const bool separator = byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) & 0xFEU) == 0xA8;
  return separator ? 3 : 0;
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char byte : bytes)
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
}

void append_printable(std::string& out, std::string_view text) {
  const bool utf8 = is_utf8(text);
  while (!text.empty()) {
    const std::size_t unprintable = unprintable_at_front(text, utf8);
    if (unprintable > 0) {
      append_escaped(out, text.substr(0, unprintable));
    } else {
      if (text[0] == '"' || text[0] == '\\') out.push_back('\\');
      out.push_back(text[0]);
    }
    text.remove_prefix(std::max<std::size_t>(unprintable, 1));
  }
}

void append_value(std::string& out, std::string_view value) {
  const bool cut = value.size() > kMaxValueBytes;
  if (cut) value = value.substr(0, kMaxValueBytes);
  const bool quoted = cut || needs_quotes(value);
  if (quoted) out.push_back('"');
  append_printable(out, value);
  if (cut) out += "...";
  if (quoted) out.push_back('"');
}

void write_stderr(Level level, std::string_view line) {
  const std::string text = fmt::format("{:<5} {}\n", name(level), line);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void write(Level level, std::string_view component, std::string_view message, Fields fields) {
  Output& out = output();
  if (level < out.lowest.load(std::memory_order_relaxed)) return;
  std::string line = format_line(component, message, fields);
  const std::lock_guard lock(out.mutex);
  const auto held_back = out.limiter.admit(fmt::format("{}:{}", component, message), Clock::now());
  if (!held_back) return;
  if (*held_back > 0) line += fmt::format(" repeats_held_back={}", *held_back);
  if (out.sink) {
    out.sink(level, component, line);
  } else {
    write_stderr(level, line);
  }
}

}  // namespace

std::string_view name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

std::string format_line(std::string_view component, std::string_view message, Fields fields) {
  std::string line = fmt::format("{}: ", component);
  append_printable(line, message);
  for (const Field& field : fields) {
    line.push_back(' ');
    line += field.key;
    line.push_back('=');
    append_value(line, field.value);
  }
  return line;
}

void set_sink(Sink sink) {
  const std::lock_guard lock(output().mutex);
  output().sink = std::move(sink);
}

void set_level(Level lowest) {
  output().lowest = lowest;
}

void debug(std::string_view component, std::string_view message, Fields fields) {
  write(Level::kDebug, component, message, fields);
}
void info(std::string_view component, std::string_view message, Fields fields) {
  write(Level::kInfo, component, message, fields);
}
void warn(std::string_view component, std::string_view message, Fields fields) {
  write(Level::kWarn, component, message, fields);
}
void error(std::string_view component, std::string_view message, Fields fields) {
  write(Level::kError, component, message, fields);
}

}  // namespace linli::base::log
