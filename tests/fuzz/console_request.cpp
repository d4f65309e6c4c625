#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "firmware/console/beast_message.hpp"
#include "firmware/console/front_door.hpp"
#include "firmware/console/limits.hpp"

namespace {

namespace console = linli::console;
namespace http = boost::beast::http;

console::FrontDoor make_door() {
  const auto page = std::make_shared<const std::string>("page");
  return console::FrontDoor(
      {"gateway.local", "::1"},
      console::StaticFiles("/web", {{"/index.html", {"text/html", page, page, page}},
                                    {"/assets/a-1.js", {"text/javascript", page, nullptr, page}}}),
      "/api/v1/operations/restore");
}

bool holds_part(const std::string& path, const std::string& part) {
  return path.find("/" + part + "/") != std::string::npos || path.ends_with("/" + part);
}

void expect_writable(const console::Response& response) {
  const bool is_not_modified = response.status == 304;
  if (!is_not_modified && !console::is_writable(response)) __builtin_trap();
  console::outgoing_of(response, nullptr, false, true);
}

// What came in holds what the handlers rely on.
void expect_kept(const console::Request& request) {
  const std::string& path = request.path;
  if (path.empty() || path.front() != '/' || holds_part(path, "..") || holds_part(path, ".") ||
      path.find("//") != std::string::npos || path.find('\\') != std::string::npos ||
      std::any_of(path.begin(), path.end(), [](char c) { return c >= 0 && c < 0x20; }))
    __builtin_trap();
  const std::string host = console::host_without_port(request.header("host"));
  if (host != "gateway.local" && host != "::1") __builtin_trap();
  if (request.query.size() > console::limits::kParameters) __builtin_trap();
  if (request.method == "TRACE" || request.method == "CONNECT") __builtin_trap();
  const bool has_origin = request.headers.contains("origin");
  if (request.is_websocket && !has_origin && request.header("authorization").empty())
    __builtin_trap();
}

}  // namespace

// Bytes of a connection through Beast's parser and our rules for path, query, headers and host, to
// a page or the answer that refuses.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const console::FrontDoor kDoor = make_door();
  http::request_parser<http::string_body> parser;
  parser.header_limit(console::limits::kHeaderBytes);
  parser.body_limit(console::limits::kBodyBytes);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(data, size), error);
  if (!parser.is_header_done()) return 0;
  const auto request = kDoor.admit(console::head_of(parser.get()), "10.0.0.9");
  if (!request) {
    if (request.error().status < 400 || request.error().detail.empty()) __builtin_trap();
    expect_writable(console::answer_of(request.error(), parser.get()["accept-language"]));
    return 0;
  }
  expect_kept(*request);
  if (console::is_for_api(request->path)) return 0;
  const auto file = kDoor.files().find(*request);
  expect_writable(file ? file->head : console::answer_of(file.error(), ""));
  return 0;
}
