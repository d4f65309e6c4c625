#include "drivers/terminal/terminal_codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/number.hpp"
#include "firmware/domain/access/calendar.hpp"
#include "firmware/domain/access/card_number.hpp"
#include "firmware/domain/wiegand.hpp"

namespace linli::drivers::terminal {
namespace {

using base::Code;
using base::Json;

// A picture is up to 1 MB of base64; the list of everybody is one string too.
constexpr base::JsonLimits kLimits{.max_bytes = 2 * 1024 * 1024,
                                   .max_depth = 12,
                                   .max_values = 4096,
                                   .max_string_bytes = 2 * 1024 * 1024};
constexpr std::size_t kMaxText = 128;  // of what is kept of a member
constexpr std::size_t kMaxCode = 1024;
constexpr std::size_t kMaxPersons = 50'000;

bool is_same(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [lower](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  for (auto each = object.begin(); each != object.end(); ++each)
    if (is_same(each.key(), key)) return &*each;
  return nullptr;
}

// A string, or a number as its digits; empty for anything else, and for what is too long to be it.
std::string text_of(const Json* value, std::size_t most = kMaxText) {
  if (value == nullptr) return "";
  if (value->is_number_integer()) return value->dump();
  if (!value->is_string()) return "";
  const std::string_view text = trimmed(value->get_ref<const std::string&>());
  return text.size() <= most ? std::string(text) : std::string();
}

// One message: its operator, and its members wherever they stand.
class Envelope {
 public:
  explicit Envelope(const Json& json)
      : json_(json), info_(member(json, "info")), operation_(text_of(member(json, "operator"))) {}

  const std::string& operation() const { return operation_; }
  bool is(std::string_view operation) const { return is_same(operation_, operation); }
  const Json* find(std::string_view key) const {
    const Json* const inside = info_ == nullptr ? nullptr : member(*info_, key);
    return inside == nullptr ? member(json_, key) : inside;
  }
  std::string text(std::string_view key, std::size_t most = kMaxText) const {
    return text_of(find(key), most);
  }
  // The first of these that says something.
  std::string first(std::initializer_list<std::string_view> keys,
                    std::size_t most = kMaxText) const {
    for (const std::string_view key : keys)
      if (std::string found = text(key, most); !found.empty()) return found;
    return "";
  }

 private:
  const Json& json_;
  const Json* info_;
  std::string operation_;
};

bool is_number_of_nothing(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

Verdict verdict_of(std::string_view status) {
  if (status == "1") return Verdict::kAllowed;
  if (status == "2") return Verdict::kRefused;
  return status == "3" ? Verdict::kNotRegistered : Verdict::kNone;
}

std::string direction_of(std::string_view word) {
  if (is_same(word, "entr") || is_same(word, "in") || is_same(word, "entrance")) return "in";
  return is_same(word, "exit") || is_same(word, "out") ? "out" : "";
}

// The number 0 means that there is none.
std::string record_id(const std::string& id) {
  return is_number_of_nothing(id) ? "" : id;
}

Message record_of(const Envelope& in) {
  Record record;
  record.id = record_id(in.text("RecordID"));
  record.person = in.text("customId");
  record.verdict = verdict_of(in.text("VerifyStatus"));
  record.direction = direction_of(in.text("direction"));
  record.is_resent = !is_number_of_nothing(in.text("PushType"));
  record.time_ms = parse_time(in.text("time"));
  const std::string code = in.text("szQrCodeData", kMaxCode);
  const std::string card = in.first({"RFIDCard"});
  if (!code.empty()) {
    record.kind = Record::Kind::kQr;
    record.shown = base::SecretText(code);
  } else if (!is_number_of_nothing(card)) {
    record.kind = Record::Kind::kCard;
    record.shown = base::SecretText(card);
  }
  return record;
}

Message snapshot_of(const Envelope& in) {
  Snapshot snapshot;
  snapshot.id = record_id(in.first({"SnapID", "SnapOrRecordID"}));
  snapshot.time_ms = parse_time(in.first({"time", "CreateTime"}));
  return snapshot;
}

base::Result<Message> scan_of(const Envelope& in) {
  std::string text = in.first({"QRCodeInfo", "szQrCodeData"}, kMaxCode);
  if (text.empty()) return base::fail(Code::kInvalid, "info.QRCodeInfo: is missing or too long");
  return Message(Scan{base::SecretText(std::move(text)), parse_time(in.text("time"))});
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty() && parts.size() < kMaxPersons) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (const std::string_view part = trimmed(list.substr(0, comma)); !part.empty())
      parts.emplace_back(part);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

// One printable line: it goes into answers and logs.
std::string harmless(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

base::Result<Message> answer_of(const Envelope& in) {
  constexpr std::string_view kAck = "-Ack";
  constexpr std::string_view kList = "QueryPerson";
  Answer answer;
  answer.what = in.operation().substr(0, in.operation().size() - kAck.size());
  answer.message = in.text("messageId");
  if (answer.message.empty()) return base::fail(Code::kInvalid, "messageId: is missing");
  const std::string code = in.text("code");
  answer.ok = is_same(in.text("result"), "ok") && (code.empty() || code == "200");
  if (!answer.ok) {
    const std::string detail = harmless(in.text("detail"));
    answer.problem = fmt::format("code {}{}{}", code.empty() ? "none" : harmless(code),
                                 detail.empty() ? "" : ": ", detail);
  }
  const Json* const persons = in.find("customId");
  if (answer.ok && is_same(answer.what, kList) && persons != nullptr && persons->is_string())
    answer.persons = split(persons->get_ref<const std::string&>());
  return Message(std::move(answer));
}

base::Result<Message> sign_of(const Envelope& in) {
  Sign sign;
  if (in.is("Online")) sign.kind = Sign::Kind::kOnline;
  if (in.is("Offline")) sign.kind = Sign::Kind::kOffline;
  sign.terminal = in.first({"facesluiceId", "deviceId"});
  if (sign.terminal.empty()) return base::fail(Code::kInvalid, "info.facesluiceId: is missing");
  return Message(std::move(sign));
}

bool is_any(const Envelope& in, std::initializer_list<std::string_view> operations) {
  return std::any_of(operations.begin(), operations.end(),
                     [&in](std::string_view each) { return in.is(each); });
}

bool is_answer(const Envelope& in) {
  constexpr std::string_view kAck = "-Ack";
  return in.operation().size() > kAck.size() &&
         is_same(std::string_view(in.operation()).substr(in.operation().size() - kAck.size()),
                 kAck);
}

// A terminal may say on a topic what belongs there, and nothing else: on a shared topic anyone
// could have said it.
base::Result<Message> read(Channel channel, const Envelope& in) {
  switch (channel) {
    case Channel::kAnswer:
      if (is_answer(in)) return answer_of(in);
      break;
    case Channel::kRecord:
      if (is_any(in, {"RecPush", "VerifyPush"})) return record_of(in);
      break;
    case Channel::kSnapshot:
      if (is_any(in, {"StrSnapPush", "SnapPush"})) return snapshot_of(in);
      break;
    case Channel::kQr:
      if (in.is("QRCodePush")) return scan_of(in);
      break;
    case Channel::kShared:
      if (is_any(in, {"HeartBeat", "Online", "Offline", "Basic"})) return sign_of(in);
      break;
  }
  return Message(Unknown{harmless(in.operation())});
}

// ------------------------------------------------------------------ what may be shown

bool is_harmless_key(std::string_view key) {
  constexpr std::array<std::string_view, 22> kShown{
      "operator",  "messageId",    "code",        "result",       "errcode",  "facesluiceId",
      "RecordID",  "SnapID",       "PushAckType", "VerifyStatus", "PushType", "SnapOrRecordID",
      "time",      "direction",    "personType",  "tempValid",    "validEnd", "validBegin",
      "PersonNum", "tempCardType", "customId",    "OpendoorWay"};
  return std::any_of(kShown.begin(), kShown.end(),
                     [key](std::string_view shown) { return is_same(key, shown); });
}

void mask(Json& node) {
  for (auto each = node.begin(); each != node.end(); ++each) {
    if (each->is_structured() && node.is_object() && each.key() == "info") {
      mask(*each);
    } else if (each->is_structured() || node.is_array() || !is_harmless_key(each.key()) ||
               (each->is_string() && each->get_ref<const std::string&>().size() > kMaxText)) {
      *each = "…";
    }
  }
}

// ------------------------------------------------------------------ templates

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Whether there is a value for all of it.
bool fill_text(Json& node, const Blanks& blanks) {
  std::string text = node.get<std::string>();
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) break;
    const auto blank = blanks.find(std::string_view(text).substr(at + 1, end - at - 1));
    if (blank == blanks.end()) return false;
    if (at == 0 && end + 1 == text.size()) {
      node = blank->second;
      return true;
    }
    const std::string value = plain(blank->second);
    text.replace(at, end - at + 1, value);
    at += value.size();
  }
  node = std::move(text);
  return true;
}

void fill_node(Json& node, const Blanks& blanks) {
  for (auto each = node.begin(); each != node.end();) {
    if (each->is_structured()) fill_node(*each, blanks);
    const bool is_there = !each->is_string() || fill_text(*each, blanks);
    if (is_there) {
      ++each;
    } else {
      each = node.erase(each);
    }
  }
}

std::optional<std::uint64_t> number_in(std::string_view text, int base) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

base::Result<Message> decode(Channel channel, std::string_view payload) {
  auto json = base::parse_json(payload, kLimits);
  if (!json) return base::failure_of(std::move(json));
  if (!json->is_object()) return base::fail(Code::kInvalid, "a terminal says one JSON object");
  const Envelope in(*json);
  if (in.operation().empty()) return base::fail(Code::kInvalid, "operator: is missing");
  return read(channel, in);
}

std::string masked(std::string_view payload) {
  auto json = base::parse_json(payload, kLimits);
  if (!json || !json->is_object())
    return fmt::format("{{\"unreadable_bytes\":{}}}", payload.size());
  mask(*json);
  return base::dump_json(*json);
}

base::Result<std::string> fill(std::string_view words, const Blanks& blanks) {
  auto json = base::parse_json(words);
  if (!json) return base::failure_of(std::move(json), "linli:terminal");
  if (!json->is_object()) return base::fail(Code::kInvalid, "linli:terminal: expected an object");
  fill_node(*json, blanks);
  return base::dump_json(*json);
}

std::string topic_of(std::string_view topic, std::string_view device) {
  constexpr std::string_view kId = "{id}";
  std::string whole(topic);
  for (std::size_t at = whole.find(kId); at != std::string::npos;
       at = whole.find(kId, at + device.size()))
    whole.replace(at, kId.size(), device);
  return whole;
}

std::optional<std::string> card_number(const domain::TerminalModel& model,
                                       std::string_view bits_hex, int bit_count) {
  if (model.card_bits == 0 || bit_count != model.card_bits) return std::nullopt;
  const auto bits = base::from_hex(bits_hex);
  if (!bits) return std::nullopt;
  const auto card = domain::decode_wiegand(*bits, static_cast<std::size_t>(bit_count));
  if (!card || !card->parity_ok) return std::nullopt;
  return model.card_base == 16 ? fmt::format("{:X}", card->number)
                               : fmt::format("{}", card->number);
}

std::optional<CardBits> card_bits(const domain::TerminalModel& model, std::string_view number) {
  if (model.card_bits == 0) return std::nullopt;
  const auto value = number_in(number, model.card_base);
  if (!value) return std::nullopt;
  auto card = domain::access::card_from_number(*value, model.card_bits);
  if (!card) return std::nullopt;
  return CardBits{base::SecretText(std::move(card->bits_hex)), card->bit_count};
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::size_t kLength = 19;
  if (text.size() != kLength || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' ||
      text[16] != ':')
    return std::nullopt;
  const auto date = domain::access::parse_date(text.substr(0, 10));
  const auto hour = base::parse_number<unsigned>(text.substr(11, 2));
  const auto minute = base::parse_number<unsigned>(text.substr(14, 2));
  const auto second = base::parse_number<unsigned>(text.substr(17, 2));
  if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  const auto of_day = static_cast<std::int32_t>((*hour * 60 + *minute) * 60 + *second);
  return domain::access::unix_ms_of({*date, of_day});
}

std::string time_text(std::int64_t unix_ms) {
  return domain::access::to_text(domain::access::civil_of(unix_ms));
}

std::string_view name(Record::Kind kind) {
  constexpr std::array<std::string_view, 3> kNames{"face", "card", "qr"};
  return kNames.at(static_cast<std::size_t>(kind));
}

}  // namespace linli::drivers::terminal
