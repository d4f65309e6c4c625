#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "firmware/console/api/openapi.hpp"
#include "firmware/console/api/route.hpp"
#include "firmware/console/api/schemas.hpp"

namespace linli::console::api {
namespace {

using base::Json;

TEST(RouteTable, EachRouteHasWordsForPeopleAndAnOperationOfItsOwn) {
  std::set<std::string_view> operations;
  std::set<std::string> paths;
  for (const Route& route : routes()) {
    EXPECT_FALSE(route.zh.empty()) << route.path;
    EXPECT_FALSE(route.en.empty()) << route.path;
    EXPECT_FALSE(route.tag.empty()) << route.path;
    EXPECT_TRUE(operations.insert(route.operation).second) << route.operation;
    EXPECT_TRUE(paths.insert(std::string(name(route.method)) + std::string(route.path)).second);
  }
}

TEST(RouteTable, EachNamedSchemaIsThereAndIsJson) {
  const Json all = schemas();
  for (const Route& route : routes()) {
    if (!route.request.empty()) {
      EXPECT_TRUE(all.contains(route.request)) << route.request;
    }
    if (!route.response.empty()) {
      EXPECT_TRUE(all.contains(route.response)) << route.response;
    }
  }
  for (const auto& [name, schema] : all.items()) EXPECT_TRUE(schema.is_object()) << name;
}

TEST(RouteTable, EachReferenceInTheDocumentPointsToSomething) {
  const Json document = openapi_document("1");
  const std::string text = document.dump();
  const std::string mark = R"("$ref":"#)";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    const std::string pointer = text.substr(begin, text.find('"', begin) - begin);
    EXPECT_TRUE(document.contains(Json::json_pointer(pointer))) << pointer;
  }
}

TEST(RouteTable, ASchemaThatNobodyUsesIsNotThere) {
  const std::string text = openapi_document("1").dump();
  const Json all = schemas();
  for (const auto& [name, unused] : all.items()) {
    EXPECT_NE(text.find("#/components/schemas/" + name + "\""), std::string::npos) << name;
  }
}

TEST(RouteTable, ALiteralPathWinsOverAName) {
  const RouteMatch batch = find_route("POST", "/api/v1/devices/batch");
  ASSERT_NE(batch.route, nullptr);
  EXPECT_EQ(batch.route->operation, "add_devices");
  const RouteMatch device = find_route("GET", "/api/v1/devices/batch");
  ASSERT_NE(device.route, nullptr);
  EXPECT_EQ(device.route->operation, "device");
  EXPECT_EQ(device.values.find("id")->second, "batch");
}

TEST(RouteTable, PathsThatOnlyLookAlikeDoNotMatch) {
  for (const char* path : {"/api/v1/devices/", "/api/v1/devices//history", "/api/v1/devices/a/b",
                           "/api/v1", "/", "", "//api/v1/devices"}) {
    EXPECT_TRUE(find_route("GET", path).allowed.empty()) << path;
  }
}

TEST(RouteTable, TheWrittenDocumentIsTheOneThatIsServed) {
  std::ifstream file(LINLI_SOURCE_DIR "/config/schema/linli.openapi.json");
  std::stringstream text;
  text << file.rdbuf();
  constexpr base::JsonLimits kLimits{.max_bytes = 1024 * 1024, .max_values = 100'000};
  const auto written = base::parse_json(text.str(), kLimits);
  ASSERT_TRUE(written) << "linlid --print-openapi > config/schema/linli.openapi.json";
  const auto version = (*written)["info"]["version"].get<std::string>();
  EXPECT_EQ(*written, openapi_document(version))
      << "linlid --print-openapi > config/schema/linli.openapi.json";
}

}  // namespace
}  // namespace linli::console::api
