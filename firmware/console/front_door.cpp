#include "firmware/console/front_door.hpp"

#include <algorithm>
#include <array>

#include "firmware/console/limits.hpp"
#include "firmware/console/request_target.hpp"

namespace linli::console {
namespace {

constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};

// Headers that are lists, so that several are one; of all others a second one is a trick.
constexpr std::array<std::string_view, 9> kLists{
    "accept",         "accept-charset", "accept-encoding", "accept-language",
    "cache-control",  "if-none-match",  "if-match",        "via",
    "x-forwarded-for"};

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

// False if the header may stand there once only and does so twice.
bool take_header(Request& request, std::string name, std::string_view value) {
  const bool is_list = std::find(kLists.begin(), kLists.end(), name) != kLists.end();
  const bool is_cookie = name == "cookie";
  const auto [at, is_new] = request.headers.try_emplace(std::move(name), value);
  if (is_new) return true;
  if (!is_list && !is_cookie) return false;
  at->second.append(is_cookie ? "; " : ", ").append(value);
  return true;
}

std::optional<Refusal> take_headers(Request& request, const RequestHead& head) {
  for (const auto& [name, value] : head.headers) {
    if (std::any_of(value.begin(), value.end(), is_control))
      return refusals::malformed("a header holds a control character");
    if (!take_header(request, in_lower_case(name), value))
      return refusals::malformed("a header that may stand there once stands there twice");
  }
  return std::nullopt;
}

}  // namespace

FrontDoor::FrontDoor(const std::vector<std::string>& hosts, StaticFiles files,
                     std::string upload_prefix)
    : rules_(hosts), files_(std::move(files)), upload_prefix_(std::move(upload_prefix)) {}

tl::expected<Request, Refusal> FrontDoor::admit(const RequestHead& head,
                                                const std::string& peer) const {
  Request request;
  request.method = head.method;
  request.peer = peer;
  request.is_websocket = head.is_websocket;
  if (std::find(kMethods.begin(), kMethods.end(), head.method) == kMethods.end())
    return tl::unexpected(refusals::method(head.method.substr(0, 20)));
  auto target = parse_target(head.target);
  if (!target) return tl::unexpected(refusals::malformed(std::move(target.error().what)));
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  if (auto refusal = take_headers(request, head)) return tl::unexpected(*std::move(refusal));
  if (auto refusal = rules_.check(request)) return tl::unexpected(*std::move(refusal));
  return request;
}

bool FrontDoor::is_upload(const Request& request) const {
  return !upload_prefix_.empty() && request.path.starts_with(upload_prefix_) &&
         (request.method == "POST" || request.method == "PUT");
}

}  // namespace linli::console
