#include "firmware/console/api/thing_description.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "firmware/domain/profile_codec.hpp"

namespace linli::console::api {
namespace {

using base::Json;

std::string text_of(const std::string& file) {
  std::ifstream in(std::string(LINLI_SOURCE_DIR) + "/" + file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

core::Device smoke() {
  core::Device device;
  device.registration.id = *domain::DeviceId::parse("smoke-3-2-01");
  device.registration.place = "3-2";
  device.registration.profile = "generic/smoke";
  device.profile = std::make_shared<const domain::Profile>(
      domain::parse_profile("generic/smoke", text_of("config/profiles/generic/smoke.tm.jsonld"))
          .value());
  device.slots.resize(device.profile->properties.size());
  return device;
}

TEST(ThingDescription, OfASmokeDetectorIsAsWritten) {
  const Json td = thing_description(smoke(), "https://gw1.example:8443");
  const auto golden = base::parse_json(text_of("tests/data/console/smoke.td.jsonld"));
  ASSERT_TRUE(golden) << td.dump(2);
  EXPECT_EQ(td, *golden) << td.dump(2);
}

TEST(ThingDescription, EachFormLeadsToARouteOfOurs) {
  const Json td = thing_description(smoke(), "https://gw1.example:8443");
  std::size_t forms = td["forms"].size();
  for (const char* kind : {"properties", "actions", "events"}) {
    for (const auto& [name, part] : td[kind].items()) {
      for (const Json& form : part["forms"]) {
        EXPECT_TRUE(form["href"].get<std::string>().starts_with("api/v1/things/smoke-3-2-01/"));
        ++forms;
      }
    }
  }
  EXPECT_EQ(forms, 1U + 2 + 2 + 2 * 4);
}

TEST(ThingDescription, OfTheDirectoryNamesItsList) {
  const Json td = directory_description("gw1", "https://gw1.example:8443");
  EXPECT_EQ(td["@type"], "ThingDirectory");
  EXPECT_EQ(td["properties"]["things"]["forms"][0]["href"], "api/v1/things");
  EXPECT_EQ(td["securityDefinitions"]["token"]["scheme"], "bearer");
}

}  // namespace
}  // namespace linli::console::api
