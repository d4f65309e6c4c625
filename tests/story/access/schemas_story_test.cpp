#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

class AccessSchemas : public Gatehouse {
 protected:
  static base::Json schema_of(std::string_view action) {
    std::ifstream in(std::string(LINLI_SOURCE_DIR) + "/config/schema/access/" +
                     std::string(action) + ".schema.json");
    std::ostringstream text;
    text << in.rdbuf();
    return base::parse_json(text.str()).value_or(base::Json::object());
  }
  // True if the input was understood, whatever else is wrong with the command.
  bool is_understood(std::string_view action, const base::Json& input) {
    const auto judged = scenario->judge(command(std::string(action), base::dump_json(input)));
    return judged || !judged.error().what.starts_with("input");
  }
};

TEST_F(AccessSchemas, SayWhatEachActionTakes) {
  for (const std::string_view action : scenarios::access::AccessCommands::actions()) {
    const base::Json schema = schema_of(action);
    ASSERT_TRUE(schema.contains("examples")) << action << " has no schema";
    const base::Json& example = schema["examples"][0];
    EXPECT_TRUE(is_understood(action, example)) << action;
    for (const base::Json& member : schema["required"]) {
      base::Json without = example;
      without.erase(member.get<std::string>());
      EXPECT_FALSE(is_understood(action, without)) << action << " without " << member;
    }
    base::Json more = example;
    more["unknown_member"] = 1;
    EXPECT_FALSE(is_understood(action, more)) << action;
    for (const auto& [member, value] : example.items())
      EXPECT_TRUE(schema["properties"].contains(member)) << action << ": " << member;
  }
}

}  // namespace
}  // namespace linli::story
