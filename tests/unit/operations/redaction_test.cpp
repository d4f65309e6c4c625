#include "firmware/daemon/redaction.hpp"

#include <gtest/gtest.h>

namespace linli::daemon {
namespace {

struct Case {
  const char* text;
  const char* secret;
};

class Secrets : public testing::TestWithParam<Case> {};

TEST_P(Secrets, AreTakenOut) {
  int count = 0;
  const std::string out = Redactor({"张三", "Ada Lovelace"}).redact(GetParam().text, count);
  EXPECT_EQ(out.find(GetParam().secret), std::string::npos) << out;
  EXPECT_GE(count, 1);
}

INSTANTIATE_TEST_SUITE_P(
    All, Secrets,
    testing::Values(
        Case{R"({"password":"hunter2"})", "hunter2"}, Case{R"({"password" : "hun\"ter"})", "ter"},
        Case{R"(found \"{\\\"token\\\":\\\"abcdef\\\"}\")", "abcdef"},
        Case{"auth: refused password=hunter2 user=x", "hunter2"},
        Case{"db_password='hunter 2'", "hunter"}, Case{R"({"apiKey":"abc"})", "\"abc\""},
        Case{"x-csrf-token: abcdef", "abcdef"}, Case{"Authorization: Bearer abc.def", "abc.def"},
        Case{R"(why="body {\"pin\":\"4711\"}")", "4711"}, Case{R"({"pin":4711})", "4711"},
        Case{"cookie=__Host-linli=abcd", "abcd"}, Case{"key=0011", "0011"},
        Case{"-----BEGIN EC PRIVATE KEY-----\nMHcCAQ==\n-----END EC PRIVATE KEY-----\n", "MHcCAQ"},
        Case{"-----BEGIN PRIVATE KEY-----\nMHcCAQ==\n", "MHcCAQ"},
        Case{"psk 00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff"},
        Case{"the login abcdefghijklmnopqrstuvwxyz234567", "abcdefghijklmnopqrstuvwxyz234567"},
        Case{"x AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCd", "AbCdEfGhIjKlMnOp"},
        Case{"called 13812345678 today", "13812345678"}, Case{"+86 138-1234-5678", "1234"},
        Case{"86 13812345678", "13812345678"}, Case{"call 010-12345678.", "12345678"},
        Case{"+44 20 7946 0958", "7946"}, Case{"11010519491231002X", "110105"},
        Case{"id 110105194912310021", "110105"}, Case{"name=张三", "张三"},
        Case{"Ada Lovelace rang", "Lovelace"}));

TEST(Redaction, LeavesWhatIsOfUse) {
  int count = 0;
  const std::string text =
      "2026-11-26T15:34:04.123Z warn  mqtt: not connected why=\"connection refused (111)\" "
      "peer=127.0.0.1:8883 epoch=3f9a0c1d22ee seq=1793000000123 key_file=/etc/linli/platform "
      "{\"devices\":{\"total\":12,\"online\":11},\"password\":null,\"tokens\":{}} "
      "monkey=3 uptime 86400 s";
  EXPECT_EQ(Redactor({"x", ""}).redact(text, count), text);
  EXPECT_EQ(count, 0);
}

TEST(Redaction, LeavesJsonThatCanBeRead) {
  int count = 0;
  EXPECT_EQ(Redactor({}).redact(R"({"wrong_key": 3,"pin":4711,"key":0,"password":"x"})", count),
            R"({"wrong_key": "[redacted]","pin":"[redacted]","key":0,"password":"[redacted]"})");
}

TEST(Redaction, CountsEachThing) {
  int count = 0;
  (void)Redactor({"Ada"}).redact("Ada Ada password=x 13812345678", count);
  EXPECT_EQ(count, 4);
}

}  // namespace
}  // namespace linli::daemon
