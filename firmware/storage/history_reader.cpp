#include "firmware/storage/history_reader.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "firmware/storage/history_queries.hpp"

namespace linli::storage {
namespace {

using base::Code;

// An open connection is of use while somebody turns pages.
constexpr base::Duration kKeepOpen = std::chrono::seconds(30);

struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};

std::optional<FileId> file_id(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

// Whatever is wrong with the file, the store puts it right: it reads the same pages.
base::Error away(const base::Error& why) {
  return {Code::kOffline,
          "the history cannot be read now: the database is being put right or is "
          "busy, try again in a minute (" +
              why.what + ")"};
}

bool is_about_the_file(Code code) {
  return code == Code::kCorrupt || code == Code::kInternal || code == Code::kConflict ||
         code == Code::kNotFound || code == Code::kFull;
}

class ThreadedHistory final : public ports::History {
 public:
  ThreadedHistory(base::Loop& loop, std::string path) : loop_(loop), path_(std::move(path)) {
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "linli-history");
  }

  ~ThreadedHistory() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void events(ports::EventQuery query, base::Done<ports::EventPage> done) override {
    if (query.limit < 1 || query.limit > kMaxItems) return fail_later(limit_error(), done);
    add<ports::EventPage>(
        [query = std::move(query)](Connection& connection, base::TimePoint end) {
          return read_events(connection, query, end - kLimit / 2);
        },
        std::move(done));
  }

  void gaps(std::uint64_t before, std::size_t limit, base::Done<ports::GapPage> done) override {
    if (limit < 1 || limit > kMaxItems) return fail_later(limit_error(), done);
    add<ports::GapPage>(
        [before, limit](Connection& connection, base::TimePoint /*end*/) {
          return read_gaps(connection, before, limit);
        },
        std::move(done));
  }

  void samples(ports::SampleQuery query,
               base::Done<std::vector<domain::SamplePoint>> done) override {
    add<std::vector<domain::SamplePoint>>(
        [query = std::move(query)](Connection& connection, base::TimePoint /*end*/) {
          return read_samples(connection, query);
        },
        std::move(done));
  }

 private:
  // Reads and posts the answer, or posts the error that it is given instead.
  using Job = base::Once<void(base::Result<Connection*> connection)>;

  static base::Error limit_error() {
    return {Code::kInvalid, fmt::format("limit: expected 1 to {}", kMaxItems)};
  }

  template <class T>
  void fail_later(base::Error error, base::Done<T>& done) {
    answer(base::Result<T>(base::Failure(std::move(error))), std::move(done));
  }

  // The answer finds nobody if the history is gone by the time that the loop comes to it.
  template <class T>
  void answer(base::Result<T> result, base::Done<T> done) {
    loop_.post([alive = std::weak_ptr(alive_), result = std::move(result),
                done = std::move(done)]() mutable {
      if (!alive.expired()) std::move(done)(std::move(result));
    });
  }

  template <class T, class Read>
  void add(Read read, base::Done<T> done) {
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.size() < kMaxWaiting) {
        jobs_.push_back([this, read = std::move(read),
                         done = std::move(done)](base::Result<Connection*> connection) mutable {
          base::Result<T> result =
              connection ? read(**connection, ends_) : base::Failure(connection.error());
          answer(judged(std::move(result)), std::move(done));
        });
        wake_.notify_one();
        return;
      }
    }
    fail_later({Code::kFull, "too many ask about the past at once: try again in a moment"}, done);
  }

  // Reader's thread from here on.

  template <class T>
  base::Result<T> judged(base::Result<T> result) {
    if (result || !is_about_the_file(result.error().code)) return result;
    must_close_ = true;
    return base::Failure(away(result.error()));
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      if (jobs_.empty()) {
        wait_for_work(lock);
        continue;
      }
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      serve(std::move(job));
      lock.lock();
    }
  }

  void wait_for_work(std::unique_lock<std::mutex>& lock) {
    if (!connection_.is_open()) return wake_.wait(lock);
    if (wake_.wait_for(lock, kKeepOpen) == std::cv_status::timeout && jobs_.empty())
      connection_ = Connection();
  }

  void serve(Job job) {
    ends_ = base::Clock::now() + kLimit;
    must_close_ = false;
    std::move(job)(connection());
    if (must_close_) connection_ = Connection();
  }

  // The one that is open, if the file is still the one that it was opened on.
  base::Result<Connection*> connection() {
    const auto now = file_id(path_);
    if (connection_.is_open() && now == opened_) return &connection_;
    connection_ = Connection();
    if (!now) return base::fail(Code::kNotFound, "there is no database");
    auto opened = Connection::open(path_, {.read_only = true, .vfs = ""});
    if (!opened) return base::failure_of(std::move(opened));
    connection_ = *std::move(opened);
    connection_.interrupt_when([this] {
      if (base::Clock::now() >= ends_) return true;
      const std::lock_guard lock(mutex_);
      return is_stopping_;
    });
    opened_ = now;
    return &connection_;
  }

  base::Loop& loop_;
  const std::string path_;
  Connection connection_;  // reader's thread only, as the next three
  std::optional<FileId> opened_;
  base::TimePoint ends_;
  bool must_close_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool is_stopping_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  std::thread thread_;
};

}  // namespace

std::unique_ptr<ports::History> open_history(base::Loop& loop, std::string path) {
  return std::make_unique<ThreadedHistory>(loop, std::move(path));
}

}  // namespace linli::storage
