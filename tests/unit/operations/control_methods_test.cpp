#include "firmware/daemon/control_methods.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "tests/fakes/virtual_loop.hpp"

namespace linli::daemon {
namespace {

using base::Json;

class EchoRoom : public ControlRoom {
 public:
  EchoRoom(base::Loop& loop, std::string word) : ControlRoom(loop), word_(std::move(word)) {}
  void add_to(ControlMethods& methods, const char* name) {
    methods.add(*this, {{name, &EchoRoom::echo}});
  }

 private:
  void echo(const Request& request, Reply reply) {
    reply_later(std::move(reply), Json{{word_, request.params}});
  }
  std::string word_;
};

class ControlMethodsTest : public testing::Test {
 protected:
  std::optional<base::Result<Json>> ask(const std::string& method) {
    const Json params = {{"a", 1}};
    std::optional<base::Result<Json>> answer;
    methods.handle({method, params, 0, {}},
                   [&answer](base::Result<Json> result) { answer.emplace(std::move(result)); });
    EXPECT_FALSE(answer.has_value()) << "the answer comes later than the call";
    loop.run_ready();
    return answer;
  }

  fakes::VirtualLoop loop;
  ControlMethods methods{loop};
  EchoRoom one{loop, "one"};
  EchoRoom two{loop, "two"};
};

TEST_F(ControlMethodsTest, GivesEachMethodToTheRoomThatAddedIt) {
  one.add_to(methods, "one.echo");
  two.add_to(methods, "two.echo");
  EXPECT_EQ(ask("one.echo")->value(), (Json{{"one", {{"a", 1}}}}));
  EXPECT_EQ(ask("two.echo")->value(), (Json{{"two", {{"a", 1}}}}));
}

TEST_F(ControlMethodsTest, SaysThatThereIsNoSuchMethod) {
  one.add_to(methods, "one.echo");
  const auto answer = ask("one");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, base::Code::kNotFound);
  EXPECT_EQ(answer->error().what, "no method 'one'");
}

}  // namespace
}  // namespace linli::daemon
