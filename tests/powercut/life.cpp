#include "tests/powercut/life.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "firmware/storage/sqlite_store.hpp"
#include "tests/fakes/post_loop.hpp"
#include "tests/powercut/recording_vfs.hpp"

namespace linli::powercut {
namespace {

using domain::Stream;

// Small, so that events are dropped every few turns.
constexpr std::uint64_t kTelemetryQuota = 3000;

storage::StoreOptions store_options(const LifeOptions& options) {
  storage::StoreOptions store;
  store.database.path = options.directory + "/" + kDatabase;
  store.database.ballast_bytes = 0;
  store.database.vfs = kVfsName;
  store.database.synchronous = options.synchronous;
  store.database.quota_bytes.at(domain::index_of(Stream::kTelemetry)) = kTelemetryQuota;
  // A batch waits until we say so: what is in one transaction is then known.
  store.commit_window = std::chrono::hours(1);
  return store;
}

// Drives the store, and writes down what it promised and when.
class Liver {
 public:
  Liver(const LifeOptions& options, Recorder& recorder, std::vector<Step> steps)
      : options_(options), recorder_(recorder), model_(options.seed, options.traffic) {
    life_.steps = std::move(steps);
    world_ = life_.steps.back().after;
    turns_ = life_.steps.back().turns;
  }

  Life run() {
    for (int opening = 0; opening < options_.openings && life_.trouble.empty(); ++opening) {
      open(opening == 0);
      for (int i = 0; i < options_.groups && life_.trouble.empty(); ++i) commit();
      const bool is_last = opening + 1 == options_.openings;
      if (!is_last || options_.is_closed_at_end) close();
    }
    life_.recording = recorder_.take();
    store_.reset();
    return std::move(life_);
  }

 private:
  void open(bool is_first) {
    const std::size_t begun = recorder_.count();
    auto opened = storage::SqliteStore::open(loop_, store_options(options_),
                                             [] { return domain::EventTime{}; });
    if (!opened) return fail("opening", opened.error().what);
    store_ = *std::move(opened);
    World seen = read();
    if (const std::string other = difference(world_, seen); !is_first && !other.empty())
      return fail("after opening again", other);
    // What was open when the life before ended is there or not: only the store can tell.
    world_ = std::move(seen);
    promise(begun);
    life_.spans.push_back({is_first ? "opening" : "opening again", begun, recorder_.count()});
  }

  World read() {
    World world;
    world.epoch = store_->epoch();
    for (const Stream stream : domain::kStreams)
      world.outbox.at(domain::index_of(stream)) = read(stream);
    take_stats(world, store_->stats().streams);
    if (auto done = read_state(world, store_options(options_).database.path); !done)
      fail("reading", done.error().what);
    return world;
  }

  Rows read(Stream stream) {
    std::optional<Rows> rows;
    store_->read_outbox(stream, 0, 1U << 30U,
                        [&rows](const base::Result<std::vector<ports::ChunkPtr>>& chunks) {
                          rows = chunks ? rows_of(*chunks) : Rows();
                        });
    loop_.run_until([&rows] { return rows.has_value(); });
    return rows.value_or(Rows());
  }

  void commit() {
    Batch batch = model_.invent(world_);
    World next = world_;
    Model::apply(next, batch);
    turns_ += batch.turns.size();
    const std::size_t begun = recorder_.count();
    const auto commits = store_->stats().commits;
    if (!write(std::move(batch))) return fail("commit", store_->stats().trouble);
    const std::size_t acknowledged = recorder_.count();
    if (store_->stats().commits != commits + 1) return fail("commit", "more than one transaction");
    const std::size_t telemetry = domain::index_of(Stream::kTelemetry);
    const Rows seen = read(Stream::kTelemetry);
    if (!Model::explain_drop(next.outbox.at(telemetry), seen, next.dropped.at(telemetry)))
      return fail("commit", "telemetry is not what was sent, less what a gap says");
    next.outbox.at(telemetry) = seen;
    world_ = std::move(next);
    life_.steps.push_back({begun, acknowledged, world_, turns_});
  }

  bool write(Batch batch) {
    std::size_t waiting = batch.turns.size();
    bool is_good = true;
    for (std::size_t i = 0; i < batch.turns.size(); ++i) {
      if (i + 1 == batch.turns.size()) {
        for (const auto& [stream, upto] : batch.accepted) store_->accept(stream, upto);
      }
      store_->commit(std::move(batch.turns[i]),
                     [&waiting, &is_good](const base::Result<void>& result) {
                       --waiting;
                       is_good = is_good && result.has_value();
                     });
    }
    store_->flush();
    return loop_.run_until([&waiting] { return waiting == 0; }) && is_good;
  }

  void close() {
    const std::size_t begun = recorder_.count();
    store_.reset();
    life_.spans.push_back({"closing", begun, recorder_.count()});
  }

  void promise(std::size_t begun) {
    life_.steps.push_back({begun, recorder_.count(), world_, turns_});
  }

  void fail(std::string_view doing, std::string_view why) {
    if (life_.trouble.empty()) life_.trouble = fmt::format("{}: {}", doing, why);
  }

  const LifeOptions& options_;
  Recorder& recorder_;
  Model model_;
  fakes::PostLoop loop_;
  Life life_;
  World world_;
  std::size_t turns_ = 0;
  std::unique_ptr<storage::SqliteStore> store_;
};

}  // namespace

Life live(const LifeOptions& options) {
  write_directory(options.directory, {});
  Recorder recorder(options.directory);
  return Liver(options, recorder, {Step{0, 0, {}, 0}}).run();
}

Life live_after_kill(const LifeOptions& options, const Life& before, std::size_t count) {
  Random unused;
  write_directory(options.directory, disk_after_cut(before.recording, count, {1, 1}, unused));
  Recording history = before.recording;
  history.operations.resize(count);
  std::vector<Step> steps;
  for (const Step& step : before.steps) {
    if (step.acknowledged <= count) steps.push_back(step);
  }
  Recorder recorder(options.directory, std::move(history));
  return Liver(options, recorder, std::move(steps)).run();
}

Life live_after_cut(const LifeOptions& options, const Files& left) {
  write_directory(options.directory, left);
  Recorder recorder(options.directory);
  Life life = Liver(options, recorder, {Step{0, 0, {}, 0}}).run();
  // What the first opening saw was on disk before.
  World before = life.steps.at(1).after;
  before.epoch.clear();
  life.steps.front().after = std::move(before);
  return life;
}

}  // namespace linli::powercut
