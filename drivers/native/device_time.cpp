#include "drivers/native/device_time.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>

namespace linli::drivers::native {
namespace {

constexpr std::int64_t kYear2200Ms = 7'258'118'400'000;
constexpr std::size_t kMaxTextBytes = 40;

// Takes a text apart from the left. After the first thing that does not fit, nothing fits.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly `digits` digits, at most `most`.
  int number(int digits, int most) {
    int value = 0;
    for (int i = 0; i < digits; ++i) value = value * 10 + digit();
    if (value > most) fits_ = false;
    return value;
  }

  // One of `allowed`, or 0.
  char mark(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
      fits_ = false;
      return 0;
    }
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

  // ".125", with any number of digits; what is finer than a millisecond is cut off.
  int fraction_ms() {
    if (!rest_.starts_with('.')) return 0;
    rest_.remove_prefix(1);
    int value = digit() * 100;
    for (int weight = 10; at_digit(); weight /= 10) value += digit() * weight;
    return value;
  }

  // "Z" or "+08:00".
  int offset_minutes() {
    const char sign = mark("Zz+-");
    if (sign != '+' && sign != '-') return 0;
    const int hours = number(2, 23);
    mark(":");
    const int minutes = hours * 60 + number(2, 59);
    return sign == '+' ? minutes : -minutes;
  }

  bool all_fitted() const { return fits_ && rest_.empty(); }

 private:
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

  int digit() {
    if (!at_digit()) {
      fits_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool fits_ = true;
};

std::optional<std::chrono::sys_days> scan_date(Scanner& in) {
  const std::chrono::year year(in.number(4, 9999));
  in.mark("-");
  const std::chrono::month month(static_cast<unsigned>(in.number(2, 12)));
  in.mark("-");
  const std::chrono::day day(static_cast<unsigned>(in.number(2, 31)));
  const std::chrono::year_month_day date(year, month, day);
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  const auto date = scan_date(in);
  in.mark("Tt ");
  const std::int64_t hours = in.number(2, 23);
  in.mark(":");
  const std::int64_t minutes = hours * 60 + in.number(2, 59);
  in.mark(":");
  const std::int64_t seconds = minutes * 60 + in.number(2, 60);
  const int fraction_ms = in.fraction_ms();
  const std::int64_t offset_s = std::int64_t{60} * in.offset_minutes();
  if (!date || !in.all_fitted()) return std::nullopt;
  const std::int64_t day_s = date->time_since_epoch().count() * std::int64_t{86'400};
  return (day_s + seconds - offset_s) * 1000 + fraction_ms;
}

}  // namespace

std::optional<std::int64_t> parse_device_time(const base::Json& time) {
  std::optional<std::int64_t> unix_ms;
  if (time.is_number_integer()) {
    unix_ms = time.is_number_unsigned() &&
                      time.get<std::uint64_t>() > static_cast<std::uint64_t>(kYear2200Ms)
                  ? -1
                  : time.get<std::int64_t>();
  } else if (time.is_string() && time.get_ref<const std::string&>().size() <= kMaxTextBytes) {
    unix_ms = parse_rfc3339(time.get_ref<const std::string&>());
  }
  if (!unix_ms || *unix_ms < 0 || *unix_ms >= kYear2200Ms) return std::nullopt;
  return unix_ms;
}

}  // namespace linli::drivers::native
