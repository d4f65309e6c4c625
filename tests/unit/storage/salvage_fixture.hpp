#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "firmware/storage/page_source.hpp"
#include "firmware/storage/salvage.hpp"

// A database to be damaged, and what is there after a salvage.
namespace linli::storage {

using domain::Stream;
using nlohmann::json;

inline constexpr domain::EventTime kNow{1'000, domain::TimeQuality::kSynchronised, 2, 3};

// What is there after a salvage.
struct Found {
  std::string epoch;
  std::map<std::size_t, std::set<std::string>> events;  // stream → data
  std::uint64_t doubled = 0;
  std::vector<std::string> origins;
  std::vector<json> losses;
  json alarm;
};

class SalvageTest : public testing::Test {
 protected:
  SalvageTest() {
    // In memory: what a disk does is the business of tests/powercut and tests/system.
    std::string folder = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    folder += "/linli-salvage-XXXXXX";
    directory = mkdtemp(folder.data());
    options.path = directory + "/linli.db";
    options.ballast_bytes = 0;
  }
  ~SalvageTest() override { std::filesystem::remove_all(directory); }

  // One commit of `count` events, each with a text of its own.
  void commit(Database& database, Stream stream, int count, std::size_t bytes = 150) {
    ports::Turn turn;
    for (int i = 0; i < count; ++i) {
      const json data{{"n", next_++}, {"filling", std::string(bytes, 'x')}};
      turn.envelopes.push_back({stream, "t", "device/d", kNow, data.dump()});
    }
    write(database, {{&turn}, {}});
  }

  // As the store does it: a file that is full grows.
  static void write(Database& database, const Group& group) {
    const auto written = database.write_making_room(group, kNow);
    ASSERT_TRUE(written.has_value()) << written.error().what;
  }

  static void put(Database& database, const std::string& key, const std::string& value) {
    ports::Turn turn;
    turn.puts.push_back({ports::Space::kDevice, key, value});
    write(database, {{&turn}, {}});
  }

  static void erase(Database& database, const std::string& key) {
    ports::Turn turn;
    turn.erasures.push_back({ports::Space::kDevice, key});
    write(database, {{&turn}, {}});
  }

  static void accept(Database& database, Stream stream, std::uint64_t upto) {
    Group group;
    group.accepted.at(domain::index_of(stream)) = upto;
    write(database, group);
  }

  std::uintmax_t pages() const { return std::filesystem::file_size(options.path) / kPageBytes; }

  void overwrite(const std::string& suffix, std::uintmax_t at, std::size_t bytes) {
    std::fstream file(options.path + suffix, std::ios::in | std::ios::out | std::ios::binary);
    std::string rubbish(bytes, '\0');
    for (char& byte : rubbish) byte = static_cast<char>(random());
    file.seekp(static_cast<std::streamoff>(at));
    file.write(rubbish.data(), std::ssize(rubbish));
    ASSERT_TRUE(file.good());
  }
  void overwrite_page(std::uintmax_t number) {
    overwrite("", (number - 1) * kPageBytes, kPageBytes);
  }

  static Found read(Database& database) {
    Found found{database.epoch(), {}, 0, {}, {}, {}};
    for (const Stream stream : domain::kStreams) {
      const auto chunks = database.read_outbox(stream, 1, SIZE_MAX).value();
      for (const auto& chunk : chunks) {
        domain::RecordReader reader(chunk->records, stream);
        while (!reader.at_end()) note(found, reader.next().value());
      }
    }
    return found;
  }

  static void note(Found& found, const domain::Envelope& envelope) {
    if (!envelope.origin.empty()) found.origins.push_back(envelope.origin);
    if (envelope.type == domain::kLossEvent) {
      found.losses.push_back(json::parse(envelope.data));
    } else if (envelope.type == domain::kRecoveredEvent) {
      EXPECT_EQ(envelope.stream, Stream::kAlarm);
      found.alarm = json::parse(envelope.data);
    } else if (!found.events[domain::index_of(envelope.stream)].insert(envelope.data).second) {
      ++found.doubled;
    }
  }

  // As the daemon does it at start.
  Found start() {
    auto opened = open_or_salvage(options, kNow);
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().what);
    Database database = *std::move(opened);
    EXPECT_TRUE(database.check());
    return read(database);
  }
  bool was_salvaged() const { return std::filesystem::exists(options.path + ".corrupt.1"); }
  bool has_device(const std::string& key) const {
    auto connection = Connection::open(options.path, {}).value();
    return connection.value(("SELECT key FROM state WHERE key = '" + key + "'").c_str()) == key;
  }

  static std::size_t count(const Found& found, Stream stream) {
    const auto events = found.events.find(domain::index_of(stream));
    return events == found.events.end() ? 0 : events->second.size();
  }
  static std::uint64_t lost(const Found& found) {
    std::uint64_t sum = 0;
    for (const json& loss : found.losses) sum += loss["count"].get<std::uint64_t>();
    return sum;
  }

  std::string directory;
  DatabaseOptions options;
  std::mt19937 random{20'261'126};

 private:
  int next_ = 0;
};

}  // namespace linli::storage
