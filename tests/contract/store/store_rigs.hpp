#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "firmware/storage/history_reader.hpp"
#include "firmware/storage/sqlite_store.hpp"
#include "tests/fakes/memory_history.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/post_loop.hpp"
#include "tests/fakes/virtual_loop.hpp"

// The two stores, each with its loop, and what is asked of both.
namespace linli {

using domain::Stream;

struct MemoryRig {
  fakes::VirtualLoop loop;
  std::unique_ptr<fakes::MemoryStore> store = std::make_unique<fakes::MemoryStore>(loop);
  std::unique_ptr<ports::History> history() {
    return std::make_unique<fakes::MemoryHistory>(loop, *store);
  }
  bool run_until(const std::function<bool()>& holds) {
    for (int i = 0; i < 100 && !holds(); ++i) loop.run_for(std::chrono::milliseconds(50));
    return holds();
  }
};

struct SqliteRig {
  SqliteRig() {
    char folder[] = "/tmp/linli-store-XXXXXX";
    directory = mkdtemp(folder);
    open();
  }
  ~SqliteRig() {
    store.reset();
    std::filesystem::remove_all(directory);
  }
  void open() {
    storage::StoreOptions options;
    options.database.path = directory + "/linli.db";
    options.database.ballast_bytes = 0;
    options.database.digest = &fakes::MemoryStore::plain_digest;
    store = storage::SqliteStore::open(loop, options, [] { return domain::EventTime{}; }).value();
  }
  bool run_until(const std::function<bool()>& holds) { return loop.run_until(holds); }
  std::unique_ptr<ports::History> history() {
    return storage::open_history(loop, directory + "/linli.db");
  }

  std::string directory;
  fakes::PostLoop loop;
  std::unique_ptr<ports::Store> store;
};

inline domain::Envelope envelope(Stream stream, int number) {
  return {stream,
          "t",
          "device/d",
          {number, domain::TimeQuality::kSynchronised, 1, number},
          std::to_string(number)};
}

inline domain::AuditLine audit_line(int number) {
  return {{number, domain::TimeQuality::kSynchronised, 1, number},
          "person:p-1",
          "device.add",
          "device:" + std::to_string(number)};
}

template <class Rig>
class StoreContract : public testing::Test {
 protected:
  // Commits and waits for the verdict.
  base::Result<void> commit(ports::Turn turn) {
    std::optional<base::Result<void>> verdict;
    rig.store->commit(std::move(turn),
                      [&verdict](base::Result<void> result) { verdict = std::move(result); });
    EXPECT_TRUE(rig.run_until([&verdict] { return verdict.has_value(); }));
    return verdict.value_or(base::fail(base::Code::kTimeout, "no verdict"));
  }

  base::Result<void> append(Stream stream, int number) {
    ports::Turn turn;
    turn.envelopes.push_back(envelope(stream, number));
    return commit(std::move(turn));
  }

  ports::EventPage events(ports::History& history, const ports::EventQuery& query) {
    std::optional<ports::EventPage> page;
    history.events(query, [&page](base::Result<ports::EventPage> got) {
      page = std::move(got).value_or(ports::EventPage{});
    });
    EXPECT_TRUE(rig.run_until([&page] { return page.has_value(); }));
    return page.value_or(ports::EventPage{});
  }

  std::vector<ports::ChunkPtr> read(Stream stream, std::uint64_t from,
                                    std::size_t max_bytes = 1'000'000) {
    std::optional<std::vector<ports::ChunkPtr>> chunks;
    rig.store->read_outbox(stream, from, max_bytes,
                           [&chunks](base::Result<std::vector<ports::ChunkPtr>> result) {
                             chunks = std::move(result).value();
                           });
    EXPECT_TRUE(rig.run_until([&chunks] { return chunks.has_value(); }));
    return chunks.value_or(std::vector<ports::ChunkPtr>{});
  }

  std::vector<domain::AuditRow> read_audit(std::uint64_t from, std::size_t limit) {
    std::optional<std::vector<domain::AuditRow>> rows;
    rig.store->read_audit(from, limit, [&rows](auto result) { rows = std::move(result).value(); });
    EXPECT_TRUE(rig.run_until([&rows] { return rows.has_value(); }));
    return rows.value_or(std::vector<domain::AuditRow>{});
  }

  Rig rig;
};

}  // namespace linli
