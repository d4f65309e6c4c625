#include "firmware/core/lifetime.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "firmware/base/number.hpp"

namespace linli::core {
namespace {

using base::Code;

std::optional<std::int64_t> gap_ms(const Lifetime& life, const ports::WallClock& clock) {
  return domain::age_ms(clock.corrected(life.used), clock.now());
}

// Exactly N parts between `mark`s.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view text, char mark) {
  std::array<std::string_view, N> parts;
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t at = text.find(mark);
    const bool is_last = i + 1 == N;
    if (is_last != (at == std::string_view::npos)) return std::nullopt;
    parts.at(i) = text.substr(0, at);
    text.remove_prefix(is_last ? text.size() : at + 1);
  }
  return parts;
}

base::Failure no_time(std::string_view text) {
  return base::fail(Code::kCorrupt, "'{}' is no stored time", text.substr(0, 64));
}

}  // namespace

Lifetime born(const ports::WallClock& clock) {
  const domain::EventTime now = clock.now();
  return {now, now, 0};
}

Standing standing(const Lifetime& life, const LifetimeRule& rule, const ports::WallClock& clock) {
  if (life.spent_ms >= rule.absolute_ms) return Standing::kOver;
  const auto gap = gap_ms(life, clock);
  if (!gap) return rule.forgives_unknown ? Standing::kStands : Standing::kUnknown;
  const bool is_over = *gap >= rule.idle_ms || *gap >= rule.absolute_ms - life.spent_ms;
  return is_over ? Standing::kOver : Standing::kStands;
}

void note_use(Lifetime& life, const ports::WallClock& clock) {
  life.spent_ms += gap_ms(life, clock).value_or(0);
  life.used = clock.now();
}

std::int64_t absolute_left_ms(const Lifetime& life, const LifetimeRule& rule,
                              const ports::WallClock& clock) {
  return std::max<std::int64_t>(0,
                                rule.absolute_ms - life.spent_ms - gap_ms(life, clock).value_or(0));
}

domain::EventTime end_of(const Lifetime& life, const LifetimeRule& rule,
                         const ports::WallClock& clock) {
  const std::int64_t idle_left = rule.idle_ms - gap_ms(life, clock).value_or(0);
  const std::int64_t left =
      std::clamp<std::int64_t>(idle_left, 0, absolute_left_ms(life, rule, clock));
  domain::EventTime end = clock.now();
  end.unix_ms += left;
  end.monotonic_ms += left;
  return end;
}

std::string to_text(const domain::EventTime& time) {
  return fmt::format("{},{},{},{}", time.unix_ms, static_cast<int>(time.quality), time.boot,
                     time.monotonic_ms);
}

base::Result<domain::EventTime> event_time_of(std::string_view text) {
  const auto parts = split<4>(text, ',');
  if (!parts) return no_time(text);
  const auto unix_ms = base::parse_number<std::int64_t>((*parts)[0]);
  const auto quality = base::parse_number<int>((*parts)[1]);
  const auto boot = base::parse_number<std::uint64_t>((*parts)[2]);
  const auto monotonic_ms = base::parse_number<std::int64_t>((*parts)[3]);
  // Far beyond any date, and sums stay within 64 bits.
  constexpr std::int64_t kMost = 1LL << 60;
  const bool is_good = unix_ms && quality && boot && monotonic_ms && *unix_ms >= 0 &&
                       *unix_ms < kMost && *quality >= 0 && *quality <= 2 && *monotonic_ms >= 0 &&
                       *monotonic_ms < kMost;
  if (!is_good) return no_time(text);
  return domain::EventTime{*unix_ms, static_cast<domain::TimeQuality>(*quality), *boot,
                           *monotonic_ms};
}

std::string to_text(const Lifetime& life) {
  return to_text(life.created) + ";" + to_text(life.used) + ";" + std::to_string(life.spent_ms);
}

base::Result<Lifetime> lifetime_of(std::string_view text) {
  const auto parts = split<3>(text, ';');
  if (!parts) return no_time(text);
  auto created = event_time_of((*parts)[0]);
  if (!created) return base::failure_of(std::move(created));
  auto used = event_time_of((*parts)[1]);
  if (!used) return base::failure_of(std::move(used));
  const auto spent = base::parse_number<std::int64_t>((*parts)[2]);
  if (!spent || *spent < 0) return no_time(text);
  return Lifetime{*created, *used, *spent};
}

}  // namespace linli::core
