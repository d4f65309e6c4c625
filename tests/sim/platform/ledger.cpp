#include "tests/sim/platform/ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace linli::sim {
namespace {

using nlohmann::json;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "platform_receiver: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(2);
}

std::string quoted(const json& text) {
  return text.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void append_line(std::string& out, const json& event, const EventIdentity& identity, bool dup) {
  out += R"({"source":)" + quoted(event["source"]);
  out += R"(,"id":)" + quoted(event["id"]);
  out += R"(,"epoch":)" + quoted(event["linliepoch"]);
  out += R"(,"stream":")" + identity.stream;
  out += R"(","seq":)" + std::to_string(identity.seq);
  out += R"(,"received_ms":)" + std::to_string(now_ms());
  if (identity.gap_first != 0) out += R"(,"gap_first":)" + std::to_string(identity.gap_first);
  if (identity.origin) out += R"(,"origin":)" + quoted(event["linliorigin"]);
  if (!dup) {
    out += R"(,"type":)" + quoted(event["type"]);
    if (event.contains("subject")) out += R"(,"subject":)" + quoted(event["subject"]);
    out += R"(,"time":)" + quoted(event["time"]);
    out += R"(,"timequality":)" + quoted(event["timequality"]);
    out += R"(,"data":)" + quoted(event["data"]);
  }
  out += dup ? ",\"dup\":true}\n" : ",\"dup\":false}\n";
}

}  // namespace

Ledger::Ledger(const std::string& path) {
  recover(path);
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd_ < 0) give_up("the ledger " + path + " cannot be opened");
}

Ledger::~Ledger() {
  ::close(fd_);
}

// The last line may be torn by a crash: it was never accepted, so it is cut off.
void Ledger::recover(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return;
  std::string line;
  std::uint64_t whole_bytes = 0;
  while (std::getline(in, line) && !in.eof() && recover_line(line)) {
    whole_bytes += line.size() + 1;
  }
  in.close();
  if (::truncate(path.c_str(), static_cast<off_t>(whole_bytes)) != 0) {
    give_up("the torn end of " + path + " cannot be cut off");
  }
}

bool Ledger::recover_line(const std::string& line) {
  const json entry = json::parse(line, nullptr, false);
  if (!entry.is_object()) return false;
  // A repeat under a new number has taken that number nevertheless.
  const bool is_plain_repeat = entry.value("dup", false) && !entry.contains("origin");
  if (entry.contains("invalid") || is_plain_repeat) return true;
  const std::string gateway = entry.value("source", std::string()).substr(std::strlen("/linli/"));
  Sequence& sequence = sequences_[{gateway, entry.value("epoch", ""), entry.value("stream", "")}];
  const auto seq = entry.value("seq", std::uint64_t{0});
  const auto gap_first = entry.value("gap_first", std::uint64_t{0});
  if (gap_first != 0) {
    sequence.take_gap(gap_first, seq);
  } else {
    sequence.take_event(seq);
  }
  ++counts_.recovered;
  return true;
}

void Ledger::take(const Topic& topic, const std::string& payload) {
  ++counts_.batches;
  const json batch = json::parse(payload, nullptr, false);
  if (!batch.is_array()) {
    reject(topic, "not a JSON array");
    return;
  }
  for (const auto& event : batch) take_event(topic, event);
}

void Ledger::reject(const Topic& topic, const std::string& why) {
  ++counts_.invalid;
  pending_ +=
      json{{"invalid", why}, {"gateway", topic.gateway}, {"channel", topic.channel}}.dump() + "\n";
}

void Ledger::take_event(const Topic& topic, const json& event) {
  EventIdentity identity;
  if (const std::string problem = check_event(event, topic, identity); !problem.empty()) {
    reject(topic, problem);
    return;
  }
  const Key key{topic.gateway, identity.epoch, identity.stream};
  Sequence& sequence = sequences_[key];
  const bool is_gap = identity.gap_first != 0;
  bool is_new = is_gap ? sequence.take_gap(identity.gap_first, identity.seq)
                       : sequence.take_event(identity.seq);
  if (identity.origin && was_told(topic.gateway, *identity.origin)) is_new = false;
  touched_[key] = true;
  append_line(pending_, event, identity, !is_new);
  ++(is_new ? counts_.events : counts_.duplicates);
  if (is_new && is_gap) ++counts_.gaps;
}

bool Ledger::was_told(const std::string& gateway, const EventName& name) const {
  const auto found = sequences_.find({gateway, name.epoch, name.stream});
  return found != sequences_.end() && found->second.has_event(name.seq);
}

std::vector<Acceptance> Ledger::commit() {
  if (pending_.empty()) return {};
  write_out();
  if (::fdatasync(fd_) != 0) give_up("the ledger cannot be made durable");
  std::vector<Acceptance> acceptances;
  for (const auto& [key, is_touched] : touched_) {
    const auto& [gateway, epoch, stream] = key;
    acceptances.push_back({gateway, epoch, stream, sequences_[key].whole_up_to()});
  }
  touched_.clear();
  return acceptances;
}

void Ledger::write_out() {
  std::size_t written = 0;
  while (written < pending_.size()) {
    const ssize_t count = ::write(fd_, pending_.data() + written, pending_.size() - written);
    if (count < 0 && errno != EINTR) give_up("the ledger cannot be written");
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  pending_.clear();
}

std::uint64_t Ledger::holes() const {
  std::uint64_t holes = 0;
  for (const auto& [key, sequence] : sequences_) holes += sequence.holes();
  return holes;
}

std::uint64_t Ledger::out_of_order() const {
  std::uint64_t events = 0;
  for (const auto& [key, sequence] : sequences_) events += sequence.out_of_order();
  return events;
}

json Ledger::streams() const {
  json streams = json::object();
  for (const auto& [key, sequence] : sequences_) {
    const auto& [gateway, epoch, stream] = key;
    streams[gateway + "/" + epoch + "/" + stream] = {{"first", sequence.first()},
                                                     {"whole_up_to", sequence.whole_up_to()}};
  }
  return streams;
}

}  // namespace linli::sim
