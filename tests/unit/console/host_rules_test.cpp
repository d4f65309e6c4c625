#include "firmware/console/host_rules.hpp"

#include <gtest/gtest.h>

namespace linli::console {
namespace {

using Headers = std::map<std::string, std::string>;

struct HostRow {
  std::string text;
  std::string name;
};

class HostName : public testing::TestWithParam<HostRow> {};

TEST_P(HostName, IsTakenWithoutItsPort) {
  EXPECT_EQ(host_without_port(GetParam().text), GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(Table, HostName,
                         testing::Values(HostRow{"Gateway.Local:8443", "gateway.local"},
                                         HostRow{"192.168.1.2", "192.168.1.2"},
                                         HostRow{"[::1]:8443", "::1"},
                                         HostRow{"[fd00::2]", "fd00::2"}, HostRow{"", ""},
                                         HostRow{"a:", ""}, HostRow{"a:x", ""}, HostRow{"a:-1", ""},
                                         HostRow{"a:99999", ""}, HostRow{"[::1", ""},
                                         HostRow{"[::1]x", ""}, HostRow{"::1", ""}));

struct RuleRow {
  std::string why;
  std::string method;
  Headers headers;
  bool is_websocket;
  int status;  // 0: may go on
};

class Rules : public testing::TestWithParam<RuleRow> {};

TEST_P(Rules, DecideByWhatNoPageCanWrite) {
  const HostRules rules({"gateway.local", "192.168.1.2", "::1"});
  Request request;
  request.method = GetParam().method;
  request.headers = GetParam().headers;
  request.is_websocket = GetParam().is_websocket;
  const auto refusal = rules.check(request);
  EXPECT_EQ(refusal ? refusal->status : 0, GetParam().status) << GetParam().why;
}

const std::string kHost = "gateway.local:8443";
const std::string kOwn = "https://gateway.local:8443";

INSTANTIATE_TEST_SUITE_P(
    Table, Rules,
    testing::Values(
        RuleRow{"own name", "GET", {{"host", kHost}}, false, 0},
        RuleRow{"own address", "GET", {{"host", "[::1]:8443"}}, false, 0},
        RuleRow{
            "a name that was made to point here", "GET", {{"host", "evil.example"}}, false, 421},
        RuleRow{"no host", "GET", {}, false, 421},
        RuleRow{"no browser", "POST", {{"host", kHost}}, false, 0},
        RuleRow{"own page", "POST", {{"host", kHost}, {"origin", kOwn}}, false, 0},
        RuleRow{"own page, other case",
                "POST",
                {{"host", "GATEWAY.local:8443"}, {"origin", kOwn}},
                false,
                0},
        RuleRow{"other site",
                "POST",
                {{"host", kHost}, {"origin", "https://evil.example"}},
                false,
                403},
        RuleRow{"no TLS",
                "DELETE",
                {{"host", kHost}, {"origin", "http://gateway.local:8443"}},
                false,
                403},
        RuleRow{"other port",
                "PUT",
                {{"host", kHost}, {"origin", "https://gateway.local"}},
                false,
                403},
        RuleRow{"a sandbox", "PATCH", {{"host", kHost}, {"origin", "null"}}, false, 403},
        RuleRow{"read by a script elsewhere",
                "GET",
                {{"host", kHost}, {"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "cors"}},
                false,
                403},
        RuleRow{"an image elsewhere",
                "GET",
                {{"host", kHost}, {"sec-fetch-site", "same-site"}, {"sec-fetch-mode", "no-cors"}},
                false,
                403},
        RuleRow{"a link elsewhere",
                "GET",
                {{"host", kHost},
                 {"sec-fetch-site", "cross-site"},
                 {"sec-fetch-mode", "navigate"},
                 {"sec-fetch-dest", "document"}},
                false,
                0},
        RuleRow{"a frame elsewhere",
                "GET",
                {{"host", kHost},
                 {"sec-fetch-site", "cross-site"},
                 {"sec-fetch-mode", "navigate"},
                 {"sec-fetch-dest", "iframe"}},
                false,
                403},
        RuleRow{"a form elsewhere",
                "POST",
                {{"host", kHost},
                 {"sec-fetch-site", "cross-site"},
                 {"sec-fetch-mode", "navigate"},
                 {"sec-fetch-dest", "document"}},
                false,
                403},
        RuleRow{"own script",
                "POST",
                {{"host", kHost}, {"origin", kOwn}, {"sec-fetch-site", "same-origin"}},
                false,
                0},
        RuleRow{"own WebSocket", "GET", {{"host", kHost}, {"origin", kOwn}}, true, 0},
        RuleRow{"WebSocket elsewhere",
                "GET",
                {{"host", kHost}, {"origin", "https://evil.example"}},
                true,
                403},
        RuleRow{
            "WebSocket with another's token",
            "GET",
            {{"host", kHost}, {"origin", "https://evil.example"}, {"authorization", "Bearer x"}},
            true,
            403},
        RuleRow{"WebSocket of no browser", "GET", {{"host", kHost}}, true, 403},
        RuleRow{"WebSocket with a token",
                "GET",
                {{"host", kHost}, {"authorization", "Bearer x"}},
                true,
                0}));

}  // namespace
}  // namespace linli::console
