#include "tests/powercut/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace linli::powercut {
namespace {

// Seeds that differ by one must not give traffic and fates that look alike.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::seed_seq sequence{a & 0xFFFFFFFF, a >> 32, b & 0xFFFFFFFF, b >> 32};
  std::array<std::uint32_t, 2> words{};
  sequence.generate(words.begin(), words.end());
  return (static_cast<std::uint64_t>(words[0]) << 32) | words[1];
}

constexpr std::size_t kCutsOfALife = 50;
constexpr std::size_t kControlShare = 4;  // one control cut for so many others
constexpr std::size_t kRandomShare = 4;   // of all cuts at least one in so many falls anywhere
constexpr std::size_t kMostFailuresTold = 10;

// At each boundary: all that was not synced is there, nothing of it is, some of it is.
constexpr std::array kFates{Survival{1, 1}, Survival{0, 0}, Survival{0.5, 0.5}};

// Any mixture, and often the ends.
Survival any_survival(Random& random) {
  const auto one = [&random] {
    const std::size_t kind = below(random, 4);
    if (kind == 0) return 0.0;
    if (kind == 1) return 1.0;
    return std::uniform_real_distribution<>(0, 1)(random);
  };
  const double data = one();
  return {data, one()};
}

void count(Tally& tally, const Verdict& verdict) {
  ++tally.cuts;
  ++tally.troubles.at(static_cast<std::size_t>(verdict.trouble));
  tally.turns_lost += verdict.turns_lost;
  tally.most_lost = std::max(tally.most_lost, verdict.turns_lost);
}

// From the first page that a checkpoint copies, while the store is in use, until the commit after
// it is acknowledged, which begins the WAL anew.
Span checkpoint_in(const Life& life) {
  const auto names = life.recording.names_after(life.recording.operations.size());
  const std::size_t database = names.at(kDatabase);
  for (std::size_t i = 2; i + 1 < life.steps.size(); ++i) {
    for (std::size_t at = life.steps[i].begun; at < life.steps[i].acknowledged; ++at) {
      const Operation& operation = life.recording.operations[at];
      if (operation.kind == Kind::kWrite && operation.file == database)
        return {"automatic checkpoint", at, life.steps[i + 1].acknowledged};
    }
  }
  return {"automatic checkpoint", 0, 0};
}

// A commit that is written and not synced, a WAL that was just made, and any other moment.
std::array<std::size_t, 3> moments_to_kill(const Life& life, std::uint64_t seed) {
  Random random(seed);
  const Step& step = life.steps.at(2 + below(random, life.steps.size() - 2));
  return {step.acknowledged - 1, life.spans.back().end,
          below(random, life.recording.operations.size())};
}

}  // namespace

void Campaign::run() {
  every_boundary();
  automatic_checkpoint();
  killed_and_cut();
  cut_twice();
  salvage_cuts();
  random_cuts();
  if (options_.only == 0) control_cuts();
}

LifeOptions Campaign::life_options(std::uint64_t number) const {
  LifeOptions options;
  options.directory = options_.directory + "/life";
  options.seed = mix(options_.seed, number);
  return options;
}

bool Campaign::is_usable(const std::string& trouble, std::string_view what) {
  if (trouble.empty()) return true;
  failures_.push_back(fmt::format("{}: with the power on: {}", what, trouble));
  ++unusable_;
  return false;
}

void Campaign::cut(const Recording& recording, std::size_t count_of_operations, Survival survival,
                   Tally& tally, const std::function<Verdict(const Files&)>& verdict_of) {
  ++number_;
  if (options_.only != 0 && options_.only != number_) return;
  Random random(mix(options_.seed, ~number_));
  const Verdict verdict =
      verdict_of(disk_after_cut(recording, count_of_operations, survival, random));
  count(tally, verdict);
  if (verdict.trouble == Trouble::kNone || &tally == &control_) return;
  if (failures_.size() >= kMostFailuresTold) return;
  const std::string after =
      count_of_operations == 0 ? "nothing" : recording.describe(count_of_operations - 1);
  failures_.push_back(fmt::format(
      "{} (--seed {} --cut {}: after operation {}, {}; survival {:.2f} of data, {:.2f} of names)",
      verdict.what, options_.seed, number_, count_of_operations, after, survival.data,
      survival.names));
}

void Campaign::cut(const Life& life, std::size_t count_of_operations, Survival survival,
                   Tally& tally) {
  const std::string directory = options_.directory + "/cut";
  cut(life.recording, count_of_operations, survival, tally,
      [&life, &directory, count_of_operations](const Files& left) {
        return judge(life, count_of_operations, left, directory);
      });
}

void Campaign::exhaust(const Life& life, const Span& span, const std::string& what) {
  // What survives of a full WAL and a checkpoint is long to write and to read: two fates must do.
  const std::size_t fates = life.recording.operations.size() > 2000 ? 2 : kFates.size();
  for (std::size_t at = span.begin; at <= span.end; ++at) {
    for (const Survival survival : std::span(kFates).last(fates))
      cut(life, at, survival, promised_);
  }
  exhausted_[what] += span.end - span.begin + 1;
}

// Creation with its migrations, closing with its checkpoint, opening again, closing again.
void Campaign::every_boundary() {
  LifeOptions options = life_options(1);
  options.is_closed_at_end = true;
  const Life life = live(options);
  if (!is_usable(life.trouble, "creation")) return;
  ++promised_.lives;
  for (const Span& span : life.spans)
    exhaust(life, span, span.begin == 0 ? "creation and migration" : span.what);
}

// Few rows with long values: the WAL is soon full, and the database stays small.
void Campaign::automatic_checkpoint() {
  LifeOptions options = life_options(2);
  options.openings = 1;
  options.groups = 150;
  options.traffic.rows = 3;
  options.traffic.put_bytes = 20'000;
  const Life life = live(options);
  if (!is_usable(life.trouble, "automatic checkpoint")) return;
  ++promised_.lives;
  const Span span = checkpoint_in(life);
  if (!is_usable(span.end == 0 ? "there was none" : "", span.what)) return;
  exhaust(life, span, span.what);
}

// A start after a kill finds files that look whole and were never synced. What it has read, and may
// have sent on, must not be taken back by a power cut then.
void Campaign::killed_and_cut() {
  const Life before = live(life_options(3));
  if (!is_usable(before.trouble, "before the kill")) return;
  for (const std::size_t at : moments_to_kill(before, options_.seed)) {
    LifeOptions options = life_options(mix(3, at));
    options.openings = 1;
    options.groups = 1;
    const Life life = live_after_kill(options, before, at);
    if (!is_usable(life.trouble, "after a kill")) return;
    ++promised_.lives;
    exhaust(life, {"", at, life.recording.operations.size()}, "start after a kill");
  }
}

// The power goes again while a start makes good what the first cut left.
void Campaign::cut_twice() {
  const Life before = live(life_options(4));
  if (!is_usable(before.trouble, "before the first cut")) return;
  Random random(options_.seed);
  for (int i = 0; i < 3; ++i) {
    const std::size_t at = below(random, before.recording.operations.size());
    const Files left = disk_after_cut(before.recording, at, any_survival(random), random);
    LifeOptions options = life_options(mix(4, at));
    options.openings = 1;
    options.groups = 1;
    const Life life = live_after_cut(options, left);
    if (!is_usable(life.trouble, "after the first cut")) return;
    ++promised_.lives;
    exhaust(life, {"", 0, life.recording.operations.size()}, "start after a cut");
  }
}

// Traffic whose WAL rewrites all leaves leaves nothing to be damaged: other traffic then.
SalvageLife Campaign::fairly_damaged_life() const {
  SalvageLife life;
  for (std::uint64_t attempt = 0; attempt < 5; ++attempt) {
    LifeOptions options = life_options(mix(5, attempt));
    options.groups = 14;
    options.traffic.accepting = 0;
    life = live_with_damage(options);
    const bool is_fair = life.events_readable < life.events_before &&
                         life.events_readable * 4 >= life.events_before * 3;
    if (life.trouble.empty() && is_fair) return life;
    if (life.trouble.empty())
      life.trouble =
          fmt::format("{} of {} events can be read", life.events_readable, life.events_before);
  }
  return life;
}

void Campaign::salvage_cuts() {
  const SalvageLife life = fairly_damaged_life();
  if (!is_usable(life.trouble, "salvage")) return;
  ++salvage_.lives;
  const std::string directory = options_.directory + "/cut";
  for (std::size_t at = 0; at <= life.recording.operations.size(); ++at) {
    for (const Survival survival : kFates) {
      cut(life.recording, at, survival, salvage_, [&life, &directory, at](const Files& left) {
        return judge_salvage(life, at, left, directory);
      });
    }
  }
}

void Campaign::random_cuts_of(const Life& life, std::size_t cuts, Tally& tally) {
  ++tally.lives;
  for (std::size_t i = 0; i < cuts; ++i) {
    Random random(mix(options_.seed, number_));
    const std::size_t at = below(random, life.recording.operations.size() + 1);
    cut(life, at, any_survival(random), tally);
  }
}

void Campaign::random_cuts() {
  const std::size_t least = number_ + options_.cuts / kRandomShare;
  const std::size_t last = options_.only != 0 ? options_.only : std::max(least, options_.cuts);
  for (std::uint64_t life = 100; number_ < last; ++life) {
    const Life lived = live(life_options(life));
    if (!is_usable(lived.trouble, fmt::format("life {}", life))) return;
    random_cuts_of(lived, kCutsOfALife, promised_);
  }
}

// The same with what SQLite takes for good enough in WAL mode. It must lose, or our cuts are blunt.
void Campaign::control_cuts() {
  for (std::uint64_t life = 100; control_.cuts * kControlShare < options_.cuts; ++life) {
    LifeOptions options = life_options(life);
    options.synchronous = "NORMAL";
    const Life lived = live(options);
    if (!is_usable(lived.trouble, fmt::format("control life {}", life))) return;
    random_cuts_of(lived, kCutsOfALife, control_);
  }
}

}  // namespace linli::powercut
