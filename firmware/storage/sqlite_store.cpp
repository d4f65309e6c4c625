#include "firmware/storage/sqlite_store.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/storage/salvage.hpp"
#include "firmware/storage/store_files.hpp"
#include "firmware/storage/store_queue.hpp"

namespace linli::storage {
namespace {

using base::Code;
using ports::ChunkPtr;
using Written = base::Result<std::vector<ChunkPtr>>;

constexpr auto kBallastPause = std::chrono::seconds(30);
constexpr auto kReopenDelay = std::chrono::seconds(2);

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
    note_numbers();
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
    add([this, &turn, &done, urgent] { queue_.add(std::move(turn), std::move(done), urgent); });
  }

  void flush() override {
    add([this] { queue_.hurry(); });
  }

  void on_appended(std::function<void(ChunkPtr)> observer) override {
    observer_ = std::move(observer);
  }

  void read_outbox(domain::Stream stream, std::uint64_t from, std::size_t max_bytes,
                   base::Done<std::vector<ChunkPtr>> done) override {
    add([this, stream, from, max_bytes, &done] {
      queue_.add(pending<std::vector<ChunkPtr>>(
          [this, stream, from, max_bytes] {
            return database_.read_outbox(stream, from, max_bytes);
          },
          std::move(done)));
    });
  }

  void read_audit(std::uint64_t from, std::size_t limit,
                  base::Done<std::vector<domain::AuditRow>> done) override {
    add([this, from, limit, &done] {
      queue_.add(pending<std::vector<domain::AuditRow>>(
          [this, from, limit] { return database_.read_audit(from, limit); }, std::move(done)));
    });
  }

  void accept(domain::Stream stream, std::uint64_t seq) override {
    add([this, stream, seq] { queue_.accept(stream, seq); });
  }

  void forget(ports::Forget what, base::Done<ports::Forgotten> done) override {
    add([this, &what, &done] {
      queue_.add(pending<ports::Forgotten>(
          [this, what = std::move(what)] { return database_.forget(what); }, std::move(done),
          true));
    });
  }

  void ping(base::Done<void> done) override {
    ports::Turn turn;
    // Another value each time: SQLite does not touch the disk to write what stands there already.
    turn.puts.push_back({ports::Space::kMeta, "watchdog", std::to_string(++pings_)});
    add([this, &turn, &done] { queue_.add(std::move(turn), std::move(done), true); });
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
  template <class T, class Read>
  PendingRead pending(Read read, base::Done<T> done, bool writes = false) {
    return [this, read = std::move(read), done = std::move(done),
            writes](const base::Error* instead) mutable {
      base::Result<T> got = instead == nullptr ? read() : base::Failure(*instead);
      Answer answer;
      answer.has_written = writes;
      if (!got) answer.error = got.error();
      answer.tell = [this, done = std::move(done), got = std::move(got)]() mutable {
        loop_.post([done = std::move(done), got = std::move(got)]() mutable {
          std::move(done)(std::move(got));
        });
      };
      return answer;
    };
  }

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
      if (queue_.has_reads()) {
        serve_reads(lock);
      } else if (stopping_) {
        break;
      } else if (queue_.has_writes() && is_due()) {
        write_group(lock);
      }
    }
    while (queue_.has_writes() && write_group(lock)) {
    }
    lock.unlock();
    if (!is_replaced_) (void)database_.checkpoint();
  }

  bool is_due() const { return base::Clock::now() >= queue_.due(options_.commit_window); }

  void wait_for_work(std::unique_lock<std::mutex>& lock) {
    if (queue_.has_reads() || stopping_ || is_replaced_) return;
    if (!queue_.has_writes()) {
      queue_.calm_down();
      wake_.wait(lock);
    } else if (!is_due()) {
      wake_.wait_until(lock, queue_.due(options_.commit_window));
    }
  }

  void serve_reads(std::unique_lock<std::mutex>& lock) {
    PendingRead read = queue_.take_read();
    lock.unlock();
    Answer answer = std::move(read)(nullptr);
    if (answer.error && is_trouble(answer)) {
      say_trouble(*answer.error);
      wait_for_the_disk();
    }
    std::move(answer.tell)();
    lock.lock();
  }

  // After a write that failed, the connection cannot be trusted any more; a full disk is none.
  static bool is_trouble(const Answer& answer) {
    const Code code = answer.error->code;
    return code == Code::kCorrupt || (answer.has_written && code == Code::kInternal);
  }

  // False if it could not be written, or not by the time that the disk was found to be well again.
  bool write_group(std::unique_lock<std::mutex>& lock) {
    std::vector<PendingTurn> pending = queue_.take_group();
    const StoreQueue::Accepted accepted = queue_.take_accepted();
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
    // Still to be deleted; the platform has said so once and will not again.
    if (!written) queue_.accept_again(accepted);
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
    note_numbers();
    if (++stats_.commits % 64 == 1) stats_.file_bytes = database_.file_bytes();
    stats_.turns += turns;
  }

  void note_numbers() {
    stats_.streams = database_.streams();
    stats_.audit_first = database_.audit_first();
    stats_.audit_last = database_.audit_last();
    stats_.journal_last = database_.journal_last();
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
        note_numbers();
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
    std::vector<PendingTurn> pending = queue_.take_turns();
    while (queue_.has_reads()) std::move(queue_.take_read()(&error).tell)();
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
  StoreQueue queue_;
  base::TimePoint ballast_tried_;  // storage thread only
  bool is_replaced_ = false;       // storage thread only
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
