#include "firmware/core/pending_settings.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"
#include "firmware/base/log.hpp"

namespace linli::core {
namespace {

using base::Code;
using base::Json;

constexpr auto kTryAgain = std::chrono::seconds(5);
constexpr std::size_t kMaxChanges = 64;
constexpr std::size_t kMaxText = 64 * 1024;
constexpr base::JsonLimits kRowLimits{.max_bytes = 256 * 1024, .max_string_bytes = 64 * 1024};

}  // namespace

std::string PendingSettings::to_row(const Pending& pending) {
  return base::dump_json(
      Json{{"actor", pending.actor}, {"changes", pending.changes}, {"before", pending.before}});
}

base::Result<PendingSettings::Pending> PendingSettings::from_row(std::string_view row) {
  const auto json = base::parse_json(row, kRowLimits);
  if (!json) return base::Failure(json.error());
  base::JsonReader in(*json, kRow);
  Pending pending;
  pending.actor = in.text("actor", 256);
  pending.before = in.text("before", kMaxText);
  for (const Json& path : in.array("changes", kMaxChanges)) {
    if (path.is_string()) pending.changes.push_back(path.get<std::string>());
  }
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return pending;
}

base::Result<std::optional<PendingSettings::Pending>> PendingSettings::stored(ports::Query& query) {
  auto row = query.get(ports::Space::kMeta, kRow);
  if (!row) return base::failure_of(std::move(row));
  if (!*row) return std::optional<Pending>();
  auto pending = from_row(**row);
  if (!pending) return base::failure_of(std::move(pending));
  return std::optional<Pending>(*std::move(pending));
}

void PendingSettings::take_back(Pending stored) {
  pending_ = std::move(stored);
  go_back([](const base::Result<void>& /*tried until it is*/) {});
}

void PendingSettings::later(base::Done<void> done, base::Result<void> result) {
  loop_.post([done = std::move(done), result = std::move(result)]() mutable {
    std::move(done)(std::move(result));
  });
}

void PendingSettings::begin(Pending pending, std::string after, base::Done<void> done) {
  if (state_ != State::kNone) {
    return later(std::move(done),
                 base::fail(Code::kConflict,
                            "another change of settings waits: confirm or revert it first"));
  }
  state_ = State::kBeginning;
  pending_ = std::move(pending);
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kMeta, kRow, to_row(pending_)});
  // The way back must be on disk before the first step forward.
  store_.commit(std::move(turn), [this, after = std::move(after), done = std::move(done)](
                                     const base::Result<void>& stored) mutable {
    after_row(std::move(after), std::move(done), stored);
  });
  store_.flush();
}

void PendingSettings::after_row(std::string after, base::Done<void> done,
                                const base::Result<void>& stored) {
  if (!stored) {
    state_ = State::kNone;
    return std::move(done)(base::Failure(stored.error()));
  }
  dependencies_.use(std::move(after),
                    [this, done = std::move(done)](const base::Result<void>& used) mutable {
                      after_use(std::move(done), used);
                    });
}

void PendingSettings::after_use(base::Done<void> done, const base::Result<void>& used) {
  if (!used) {
    // Nobody knows how far it came.
    return go_back([done = std::move(done),
                    error = used.error()](const base::Result<void>& /*went_back*/) mutable {
      std::move(done)(base::Failure(error));
    });
  }
  ends_ = loop_.now() + kLimit;
  wait();
  std::move(done)({});
}

void PendingSettings::confirm(const std::string& actor, base::Done<void> done) {
  if (state_ != State::kWaiting)
    return later(std::move(done), base::fail(Code::kNotFound, "no change waits to be confirmed"));
  if (actor != pending_.actor) {
    return later(std::move(done), base::fail(Code::kDenied,
                                             "only {} can confirm this change: who else would know "
                                             "that the gateway can still be reached from there",
                                             pending_.actor));
  }
  state_ = State::kEnding;
  is_confirming_ = true;
  timer_.reset();
  base::log::info("settings", "the change is confirmed", {{"by", actor}});
  erase_row(std::move(done));
}

void PendingSettings::revert(base::Done<void> done) {
  if (state_ != State::kWaiting)
    return later(std::move(done), base::fail(Code::kNotFound, "no change waits to be confirmed"));
  go_back(std::move(done));
}

void PendingSettings::go_back(base::Done<void> done) {
  state_ = State::kGoingBack;
  is_confirming_ = false;
  timer_.reset();
  dependencies_.use(pending_.before,
                    [this, done = std::move(done)](const base::Result<void>& used) mutable {
                      after_back(std::move(done), used);
                    });
}

void PendingSettings::after_back(base::Done<void> done, const base::Result<void>& used) {
  if (used) {
    state_ = State::kEnding;
    base::log::info("settings", "the settings are as they were before");
    return erase_row(std::move(done));
  }
  base::log::error("settings", "the settings could not go back: trying again",
                   {{"why", used.error()}});
  auto shared = std::make_shared<base::Done<void>>(std::move(done));
  timer_ = loop_.after(kTryAgain, [this, shared] { go_back(std::move(*shared)); });
}

void PendingSettings::erase_row(base::Done<void> done) {
  ports::Turn turn;
  turn.erasures.push_back({ports::Space::kMeta, kRow});
  store_.commit(std::move(turn),
                [this, done = std::move(done)](const base::Result<void>& erased) mutable {
                  after_erase(std::move(done), erased);
                });
  store_.flush();
}

// With the row still there, the next start would undo what was confirmed, or what is changed later.
void PendingSettings::after_erase(base::Done<void> done, const base::Result<void>& erased) {
  if (erased) {
    state_ = State::kNone;
    pending_ = {};
    return std::move(done)({});
  }
  if (is_confirming_) {
    wait();
    return std::move(done)(base::Failure(erased.error()));
  }
  base::log::error("settings", "the note of a change that went back cannot be erased: trying again",
                   {{"why", erased.error()}});
  auto shared = std::make_shared<base::Done<void>>(std::move(done));
  timer_ = loop_.after(kTryAgain, [this, shared] { erase_row(std::move(*shared)); });
}

void PendingSettings::wait() {
  state_ = State::kWaiting;
  is_confirming_ = false;
  timer_ = loop_.after(ends_ - loop_.now(), [this] {
    base::log::warn("settings", "not confirmed in time: the change goes back",
                    {{"by", pending_.actor}});
    go_back([](const base::Result<void>& /*said in the log*/) {});
  });
}

base::Duration PendingSettings::time_left() const {
  return state_ == State::kWaiting ? std::max(base::Duration(0), ends_ - loop_.now())
                                   : base::Duration(0);
}

}  // namespace linli::core
