#include "firmware/console/beast_message.hpp"

#include <algorithm>
#include <boost/beast/websocket/rfc6455.hpp>
#include <string_view>

#include "firmware/console/security_headers.hpp"

namespace linli::console {
namespace {

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// How the body is framed is the server's business.
bool is_framing(const std::string& name) {
  return name == "content-length" || name == "transfer-encoding" || name == "connection";
}

bool has_no_length(int status) {
  constexpr int kNoContent = 204;
  constexpr int kNotModified = 304;
  return status == kNoContent || status == kNotModified;
}

}  // namespace

RequestHead head_of(const http::request_header<>& request) {
  RequestHead head;
  head.method = view_of(request.method_string());
  head.target = view_of(request.target());
  head.is_websocket = boost::beast::websocket::is_upgrade(request);
  for (const auto& field : request)
    head.headers.emplace_back(view_of(field.name_string()), view_of(field.value()));
  return head;
}

bool is_writable(const Response& response) {
  constexpr int kFirstFinal = 200;
  constexpr int kLast = 599;
  if (response.status < kFirstFinal || response.status > kLast) return false;
  return std::all_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return is_name(header.first) &&
           std::none_of(header.second.begin(), header.second.end(), is_control);
  });
}

http::response_header<> header_of(const Response& response) {
  Response all;
  all.headers = response.headers;
  add_security_headers(all);
  http::response_header<> header;
  header.version(11);
  header.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : all.headers) {
    if (!is_framing(name)) header.insert(name, value);
  }
  return header;
}

Outgoing outgoing_of(const Response& response, Bytes bytes, bool is_head, bool keep_alive) {
  Outgoing out{std::move(bytes), {}};
  out.message.base() = header_of(response);
  const std::size_t size = out.bytes == nullptr ? 0 : out.bytes->size();
  if (!has_no_length(response.status)) {
    out.message.content_length(size);
    if (!is_head && size > 0) out.message.body() = {out.bytes->data(), size};
  }
  out.message.keep_alive(keep_alive);
  return out;
}

}  // namespace linli::console
