#include "firmware/storage/sqlite_store.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/storage/salvage.hpp"
#include "firmware/storage/store_files.hpp"

namespace linli::storage {
namespace {

using base::Code;
using ports::ChunkPtr;
using Written = base::Result<std::vector<ChunkPtr>>;

constexpr std::size_t kMaxGroupEnvelopes = 4096;
constexpr auto kAcceptDelay = std::chrono::milliseconds(200);
constexpr auto kBallastPause = std::chrono::seconds(30);
constexpr auto kReopenDelay = std::chrono::seconds(2);

struct PendingTurn {
  ports::Turn turn;
  base::Done<void> done;
  base::TimePoint arrived;
  bool urgent = false;
};

struct PendingRead {
  domain::Stream stream;
  std::uint64_t from;
  std::size_t max_bytes;
  base::Done<std::vector<ChunkPtr>> done;
};

class ThreadedStore final : public SqliteStore {
 public:
  ThreadedStore(base::Loop& loop, StoreOptions options, std::function<domain::EventTime()> time_now,
                Database database, std::unique_ptr<LockFile> lock)
      : loop_(loop),
        options_(std::move(options)),
        time_now_(std::move(time_now)),
        lock_(std::move(lock)),
        database_(std::move(database)),
        epoch_(database_.epoch()) {
    stats_.streams = database_.streams();
    stats_.file_bytes = database_.file_bytes();
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "linli-store");
  }

  ~ThreadedStore() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void commit(ports::Turn turn, base::Done<void> done) override {
    const bool urgent = turn.urgent();
    add([this, &turn, &done, urgent] {
      turns_.push_back({std::move(turn), std::move(done), base::Clock::now(), urgent});
      if (urgent) hurry_ = true;
    });
  }

  void flush() override {
    add([this] { hurry_ = true; });
  }

  void on_appended(std::function<void(ChunkPtr)> observer) override {
    observer_ = std::move(observer);
  }

  void read_outbox(domain::Stream stream, std::uint64_t from, std::size_t max_bytes,
                   base::Done<std::vector<ChunkPtr>> done) override {
    add([this, stream, from, max_bytes, &done] {
      reads_.push_back({stream, from, max_bytes, std::move(done)});
    });
  }

  void accept(domain::Stream stream, std::uint64_t seq) override {
    add([this, stream, seq] {
      std::uint64_t& upto = accepted_.at(domain::index_of(stream));
      upto = std::max(upto, seq);
      if (!accept_since_) accept_since_ = base::Clock::now();
    });
  }

  void ping(base::Done<void> done) override {
    ports::Turn turn;
    // Another value each time: SQLite does not touch the disk to write what stands there already.
    turn.puts.push_back({ports::Space::kMeta, "watchdog", std::to_string(++pings_)});
    add([this, &turn, &done] {
      turns_.push_back({std::move(turn), std::move(done), base::Clock::now(), true});
      hurry_ = true;
    });
  }

  ports::StoreStats stats() const override {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

  const std::string& epoch() const override { return epoch_; }

  void on_replaced(std::function<void()> observer) override { on_replaced_ = std::move(observer); }

  void set_commit_window(base::Duration window) override {
    const std::lock_guard lock(mutex_);
    options_.commit_window = window;
  }

 private:
  template <class Change>
  void add(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    wake_.notify_one();
  }

  void run() {
    database_.restore_ballast();
    std::unique_lock lock(mutex_);
    for (;;) {
      wait_for_work(lock);
      if (is_replaced_) return;
      if (!reads_.empty()) {
        serve_reads(lock);
      } else if (stopping_) {
        break;
      } else if (has_writes() && is_due()) {
        write_group(lock);
      }
    }
    while (has_writes() && write_group(lock)) {
    }
    lock.unlock();
    if (!is_replaced_) (void)database_.checkpoint();
  }

  bool has_writes() const { return !turns_.empty() || accept_since_.has_value(); }

  // When the oldest thing that waits must be written.
  base::TimePoint due() const {
    auto due = base::TimePoint::max();
    if (hurry_ || group_is_full()) return base::TimePoint::min();
    if (!turns_.empty()) due = turns_.front().arrived + options_.commit_window;
    if (accept_since_) due = std::min(due, *accept_since_ + kAcceptDelay);
    return due;
  }
  bool is_due() const { return base::Clock::now() >= due(); }
  bool group_is_full() const { return turns_.size() >= kMaxGroupEnvelopes; }

  void wait_for_work(std::unique_lock<std::mutex>& lock) {
    if (!reads_.empty() || stopping_ || is_replaced_) return;
    if (!has_writes()) {
      hurry_ = false;
      wake_.wait(lock);
    } else if (!is_due()) {
      wake_.wait_until(lock, due());
    }
  }

  void serve_reads(std::unique_lock<std::mutex>& lock) {
    PendingRead read = std::move(reads_.front());
    reads_.pop_front();
    lock.unlock();
    auto chunks = database_.read_outbox(read.stream, read.from, read.max_bytes);
    if (!chunks && chunks.error().code == Code::kCorrupt) {
      say_trouble(chunks.error());
      wait_for_the_disk();
    }
    loop_.post([done = std::move(read.done), chunks = std::move(chunks)]() mutable {
      std::move(done)(std::move(chunks));
    });
    lock.lock();
  }

  std::vector<PendingTurn> take_group() {
    std::vector<PendingTurn> group;
    std::size_t envelopes = 0;
    while (!turns_.empty() && envelopes < kMaxGroupEnvelopes) {
      envelopes += turns_.front().turn.envelopes.size();
      group.push_back(std::move(turns_.front()));
      turns_.pop_front();
    }
    if (turns_.empty()) hurry_ = false;
    return group;
  }

  // False if it could not be written, or not by the time that the disk was found to be well again.
  bool write_group(std::unique_lock<std::mutex>& lock) {
    std::vector<PendingTurn> pending = take_group();
    const auto accepted = std::exchange(accepted_, {});
    accept_since_.reset();
    lock.unlock();
    Group group;
    group.accepted = accepted;
    for (const PendingTurn& turn : pending) group.turns.push_back(&turn.turn);
    auto written = database_.write_making_room(group, time_now_());
    auto health = health_after(written);
    if (health == ports::StoreHealth::kReadOnly) {
      say_trouble(written.error());
      if (reopen()) health = ports::StoreHealth::kOk;
    }
    lock.lock();
    note(health, pending.size(), written);
    if (!written) {
      // Still to be deleted; the platform has said so once and will not again.
      for (std::size_t i = 0; i < accepted.size(); ++i)
        accepted_.at(i) = std::max(accepted_.at(i), accepted.at(i));
      if (accepted != decltype(accepted_){}) accept_since_ = base::Clock::now();
    }
    const bool is_written = written.has_value();
    lock.unlock();
    report(std::move(pending), std::move(written));
    if (health == ports::StoreHealth::kReadOnly) wait_for_the_disk();
    lock.lock();
    return is_written;
  }

  static ports::StoreHealth health_after(const Written& written) {
    if (written) return ports::StoreHealth::kOk;
    return written.error().code == Code::kFull ? ports::StoreHealth::kFull
                                               : ports::StoreHealth::kReadOnly;
  }

  void note(ports::StoreHealth health, std::size_t turns, const Written& written) {
    if (health == ports::StoreHealth::kOk && database_.ballast_is_gone() &&
        base::Clock::now() - ballast_tried_ > kBallastPause) {
      ballast_tried_ = base::Clock::now();
      database_.restore_ballast();
    }
    stats_.health = health;
    stats_.trouble = health == ports::StoreHealth::kOk ? "" : written.error().what;
    stats_.streams = database_.streams();
    if (++stats_.commits % 64 == 1) stats_.file_bytes = database_.file_bytes();
    stats_.turns += turns;
  }

  void report(std::vector<PendingTurn> pending, Written written) {
    if (!written)
      base::log::error("store", "not stored, so not acknowledged", {{"why", written.error()}});
    loop_.post([this, pending = std::move(pending), written = std::move(written)]() mutable {
      if (written && observer_) {
        for (const ChunkPtr& chunk : *written) observer_(chunk);
      }
      for (PendingTurn& turn : pending) {
        std::move(turn.done)(written ? base::Result<void>()
                                     : base::Result<void>(base::Failure(written.error())));
      }
    });
  }

  // After an I/O error nothing that the connection believes can be trusted: close it, open again,
  // verify. The commit that failed may stand whole in the WAL nevertheless; its producer is told
  // that it does not, so it is cut off.
  base::Result<void> reopen() {
    if (is_replaced_) return replaced();
    const auto good = database_.good_wal_bytes();
    database_ = Database();
    if (good) {
      if (auto cut = cut_off(options_.database.path + "-wal", *good); !cut) return cut;
    }
    auto opened = open_or_salvage(options_.database, time_now_());
    if (!opened) return base::failure_of(std::move(opened));
    database_ = *std::move(opened);
    if (database_.epoch() != epoch_) {
      is_replaced_ = true;
      database_ = Database();
      loop_.post([this] { on_replaced_(); });
      return replaced();
    }
    auto proved = database_.prove(time_now_());
    if (proved) base::log::warn("store", "the database is open again and verified");
    return proved;
  }

  // Events are numbered anew in it, and all who know the old epoch must be gone before it is used.
  static base::Result<void> replaced() {
    return base::fail(Code::kInternal,
                      "the database was damaged and had to be replaced: starting anew with it");
  }

  void wait_for_the_disk() {
    for (;;) {
      auto opened = reopen();
      std::unique_lock lock(mutex_);
      if (opened) {
        stats_.health = ports::StoreHealth::kOk;
        stats_.trouble.clear();
        stats_.streams = database_.streams();
        return;
      }
      base::log::error("store", "the database cannot be opened again", {{"why", opened.error()}});
      stats_.trouble = opened.error().what;
      fail_all(opened.error());
      if (is_replaced_) return;
      wake_.wait_for(lock, kReopenDelay);
      if (stopping_) return;
    }
  }

  void say_trouble(const base::Error& error) {
    const std::lock_guard lock(mutex_);
    stats_.health = ports::StoreHealth::kReadOnly;
    stats_.trouble = error.what;
  }

  void fail_all(const base::Error& error) {
    std::vector<PendingTurn> pending(std::make_move_iterator(turns_.begin()),
                                     std::make_move_iterator(turns_.end()));
    turns_.clear();
    for (PendingRead& read : reads_) {
      loop_.post([done = std::move(read.done), error]() mutable {
        std::move(done)(base::Failure(error));
      });
    }
    reads_.clear();
    if (!pending.empty()) report(std::move(pending), base::Failure(error));
  }

  base::Loop& loop_;
  StoreOptions options_;
  const std::function<domain::EventTime()> time_now_;
  std::unique_ptr<LockFile> lock_;
  Database database_;  // storage thread only, once it runs
  const std::string epoch_;
  std::function<void(ChunkPtr)> observer_;     // loop thread only
  std::function<void()> on_replaced_ = [] {};  // loop thread only
  std::uint64_t pings_ = 0;                    // loop thread only

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<PendingTurn> turns_;
  std::deque<PendingRead> reads_;
  std::array<std::uint64_t, domain::kStreamCount> accepted_{};
  std::optional<base::TimePoint> accept_since_;
  base::TimePoint ballast_tried_;  // storage thread only
  bool is_replaced_ = false;       // storage thread only
  bool hurry_ = false;
  bool stopping_ = false;
  ports::StoreStats stats_;
  std::thread thread_;
};

}  // namespace

base::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(
    base::Loop& loop, StoreOptions options, std::function<domain::EventTime()> time_now) {
  auto lock = std::make_unique<LockFile>();
  if (auto taken = lock->take(options.database.path + ".lock"); !taken)
    return base::failure_of(std::move(taken));
  auto database = open_or_salvage(options.database, time_now());
  if (!database) return base::failure_of(std::move(database));
  return std::make_unique<ThreadedStore>(loop, std::move(options), std::move(time_now),
                                         *std::move(database), std::move(lock));
}

}  // namespace linli::storage
