#pragma once

// Between Beast's messages and ours. For the .cpp files of this folder.

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/span_body.hpp>
#include <optional>

#include "firmware/console/front_door.hpp"
#include "firmware/console/message.hpp"
#include "firmware/console/static_files.hpp"

namespace linli::console {

namespace beast = boost::beast;
namespace http = boost::beast::http;

// An answer on its way. `bytes` is what the message's body points to. Beast's
// fields move by handing over their nodes, which throws nothing; clang-tidy does not see that.
struct Outgoing {  // NOLINT(bugprone-exception-escape): above
  Bytes bytes;
  http::response<http::span_body<const char>> message;
};

// The head of a request; it points into `request`.
RequestHead head_of(const http::request_header<>& request);

// Whether `response` can be written at all: a final status (101 and a stream apart), headers that
// end where they end.
bool is_writable(const Response& response);

// Status and headers of an answer, with ours added.
http::response_header<> header_of(const Response& response);

// `is_head`: the length is told, the body is not sent.
Outgoing outgoing_of(const Response& response, Bytes bytes, bool is_head, bool keep_alive);

}  // namespace linli::console
