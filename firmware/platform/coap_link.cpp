#include "firmware/platform/coap_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::platform {
namespace {

using base::Code;
using net::CoapCode;

constexpr std::size_t kShownBytes = 80;

// "4.13 the batch is too large"
std::string words_of(const net::CoapResponse& response) {
  std::string words = net::to_string(response.code);
  if (!response.payload.empty()) words += " " + response.payload.substr(0, kShownBytes);
  return words;
}

}  // namespace

CoapLink::CoapLink(base::Loop& loop, const ports::WallClock& clock, CoapLinkOptions options,
                   MakeRequester make)
    : loop_(loop),
      options_(std::move(options)),
      make_(std::move(make)),
      contract_(clock, options_.gateway, options_.epoch),
      watch_backoff_(options_.watch_backoff, std::random_device{}()) {}

CoapLink::~CoapLink() = default;

std::vector<std::string> CoapLink::path(std::string_view direction, std::string_view last) const {
  return {"linli", "v1", options_.gateway, std::string(direction), std::string(last)};
}

std::string CoapLink::next_token() {
  const std::uint32_t number = ++last_token_;
  std::string token(sizeof(number), '\0');
  for (std::size_t i = 0; i < token.size(); ++i)
    token[i] = static_cast<char>((number >> (8 * i)) & 0xffU);
  return token;
}

void CoapLink::start(ports::LinkEvents events) {
  contract_.start(std::move(events));
  net::CoapRequesterEvents coap;
  coap.on_up = [this] { after_up(); };
  coap.on_down = [this](const base::Error& reason) { after_down(reason); };
  coap.on_response = [this](const net::CoapResponse& response) { return on_response(response); };
  coap.on_reset = [this](const std::string& token) { on_reset(token); };
  client_ = make_(std::move(coap));
}

void CoapLink::after_up() {
  is_up_ = true;
  watch_.emplace(next_token());
  watch_backoff_.reset();
  watch_commands();
  contract_.events().on_up();
}

// Nothing of it is heard any more; the pump sends again what was not accepted.
void CoapLink::after_down(const base::Error& reason) {
  is_up_ = false;
  watch_.reset();
  watch_timer_.reset();
  watch_error_.clear();
  hold_.reset();
  hold_until_ = {};
  contract_.events().on_down(reason);
  for (Lane& lane : lanes_) {
    if (lane.upload) end_upload(lane, base::Failure(reason));
    for (auto& [stream, batch] : std::exchange(lane.waiting, {}))
      std::move(batch.done)(base::Failure(reason));
  }
}

void CoapLink::send(std::vector<ports::ChunkPtr> chunks, base::Done<void> done) {
  std::string payload = is_up_ ? contract_.render(chunks) : "";
  if (payload.empty()) {
    return loop_.post([done = std::move(done), is_up = is_up_]() mutable {
      if (is_up) return std::move(done)({});
      std::move(done)(base::fail(Code::kOffline, "the link is down"));
    });
  }
  const domain::Stream stream = chunks.front()->stream;
  lanes_.at(domain::is_urgent(stream) ? 0 : 1)
      .waiting.emplace(stream, Batch{std::move(payload), std::move(done)});
  start_uploads();
}

void CoapLink::start_uploads() {
  if (!is_up_ || hold_) return;
  for (Lane& lane : lanes_) {
    if (lane.upload || lane.waiting.empty()) continue;
    auto first = lane.waiting.extract(lane.waiting.begin());
    lane.stream = first.key();
    lane.upload.emplace(std::move(first.mapped().payload), szx_);
    lane.done = std::move(first.mapped().done);
    send_block(lane);
  }
}

void CoapLink::send_block(Lane& lane) {
  net::CoapOutgoing request;
  request.method = net::CoapMethod::kPost;
  request.path = path("up", domain::name(lane.stream));
  // We found no Content-Format registered for application/cloudevents-batch+json; a number of our
  // own would mean something else one day (RFC 7252 §12.3): it is sent as the JSON that it is.
  request.format = net::CoapFormat::kJson;
  lane.token = next_token();
  request.token = lane.token;
  lane.upload->fill(request);
  const bool is_sent = client_->send(request);
  // What cannot be sent is told later than this call too.
  const auto limit = is_sent ? options_.response_limit : base::Duration{};
  lane.limit = loop_.after(limit, [this, &lane, is_sent] {
    end_upload(lane, base::fail(Code::kTimeout, "{}",
                                is_sent ? "the platform does not answer a batch"
                                        : "a batch cannot be sent"));
    start_uploads();
  });
}

CoapLink::Lane* CoapLink::lane_of(const std::string& token) {
  const auto found = std::find_if(lanes_.begin(), lanes_.end(), [&token](const Lane& lane) {
    return lane.upload && lane.token == token;
  });
  return found == lanes_.end() ? nullptr : &*found;
}

bool CoapLink::on_response(const net::CoapResponse& response) {
  if (!is_up_) return false;
  if (watch_ && response.token == watch_->token()) {
    on_watched(response);
    return true;
  }
  Lane* const lane = lane_of(response.token);
  if (lane == nullptr) return false;
  after_block(*lane, response);
  return true;
}

void CoapLink::on_reset(const std::string& token) {
  if (watch_ && token == watch_->token())
    return after_watch_failed({Code::kRefused, "the platform resets the observation"});
  if (Lane* const lane = lane_of(token); lane != nullptr) {
    end_upload(*lane, base::fail(Code::kRefused, "the platform resets the batch"));
    start_uploads();
  }
}

void CoapLink::after_block(Lane& lane, const net::CoapResponse& response) {
  const auto step = lane.upload->on_response(response);
  szx_ = lane.upload->szx();
  switch (step) {
    case CoapUpload::Step::kSendNext:
      return send_block(lane);
    case CoapUpload::Step::kDone:
      accept(lane.stream, response.payload);
      end_upload(lane, {});
      break;
    case CoapUpload::Step::kFailed:
      ++refused_;
      hold(response);
      end_upload(lane, base::fail(Code::kRefused, "the platform answers {}", words_of(response)));
      break;
  }
  start_uploads();
}

void CoapLink::end_upload(Lane& lane, base::Result<void> result) {
  lane.upload.reset();
  lane.token.clear();
  lane.limit.reset();
  std::move(lane.done)(std::move(result));
}

// RFC 7252 §5.9.3.4 and RFC 8516: the time after which it may be tried again. The pump has its own
// back-off beside it.
void CoapLink::hold(const net::CoapResponse& response) {
  const bool is_busy =
      response.code == CoapCode::kUnavailable || response.code == CoapCode::kTooManyRequests;
  if (!is_busy || !response.max_age_s || *response.max_age_s == 0) return;
  const auto wait =
      std::min<base::Duration>(std::chrono::seconds(*response.max_age_s), kLongestHold);
  if (hold_ && loop_.now() + wait <= hold_until_) return;
  hold_until_ = loop_.now() + wait;
  hold_ = loop_.after(wait, [this] {
    hold_.reset();
    start_uploads();
  });
}

// The response does not say of which stream: of that which was sent.
void CoapLink::accept(domain::Stream stream, const std::string& payload) {
  auto reply = parse_accepted_reply(payload);
  if (!reply) return contract_.take_accepted(base::failure_of(std::move(reply)));
  contract_.take_accepted(AcceptedMessage{std::move(reply->epoch), stream, reply->seq});
}

void CoapLink::watch_commands() {
  if (!client_->send(watch_->registration(path("down", "command"))))
    return after_watch_failed({Code::kOffline, "the observation cannot be sent"});
  watch_again(options_.response_limit);
}

void CoapLink::watch_again(base::Duration wait) {
  watch_timer_ = loop_.after(wait, [this] { watch_commands(); });
}

void CoapLink::on_watched(const net::CoapResponse& message) {
  auto command = watch_->on_message(message, loop_.now());
  if (const auto renew_at = watch_->renew_at()) {
    watch_error_.clear();
    watch_backoff_.reset();
    watch_again(*renew_at - loop_.now());
  } else {
    return after_watch_failed(command.error());
  }
  if (command && command->empty()) return;
  if (command) return contract_.take_command(*command);
  contract_.reject_command(command.error());
}

void CoapLink::after_watch_failed(base::Error why) {
  watch_error_ = "commands are not heard: " + why.what;
  const auto wait = watch_backoff_.next();
  base::log::warn("platform", "commands are not heard; asking again",
                  {{"why", why}, {"again_in_ms", base::to_ms(wait)}});
  watch_again(wait);
}

ports::LinkStatus CoapLink::status() const {
  ports::LinkStatus status;
  status.peer = options_.peer;
  contract_.describe(status);
  if (client_ == nullptr) return status;
  const auto coap = client_->status();
  status.up = coap.up;
  status.last_error = coap.up ? watch_error_ : coap.last_error;
  status.attempts = coap.attempts;
  return status;
}

}  // namespace linli::platform
