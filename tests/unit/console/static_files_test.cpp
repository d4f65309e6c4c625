#include "firmware/console/static_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "firmware/console/limits.hpp"

namespace linli::console {
namespace {

using testing::HasSubstr;

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    char folder[] = "/tmp/linli-web-XXXXXX";
    root = mkdtemp(folder);
  }
  ~StaticFilesTest() override { std::filesystem::remove_all(root); }

  void put(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = root + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  void put_pages() const {
    put("index.html", "console");
    put("app/index.html", "resident");
    put("assets/main-1a2b.js", "plain script");
    put("assets/main-1a2b.js.br", "brotli script");
    put("assets/main-1a2b.js.gz", "gzip script");
    put("assets/orphan.css.br", "no original");
    put("favicon.svg", "<svg/>");
  }
  static Request request(const std::string& path, const std::string& method = "GET") {
    Request made;
    made.method = method;
    made.path = path;
    return made;
  }
  static std::string header(const StaticFiles::Answer& answer, std::string_view name) {
    for (const auto& [key, value] : answer.head.headers) {
      if (key == name) return value;
    }
    return "";
  }

  std::string root;
};

struct PathRow {
  std::string path;
  std::string body;
  std::string type;
  std::string caching;
};

TEST_F(StaticFilesTest, AnswersFilesAndThePagesOwnPlaces) {
  put_pages();
  const StaticFiles files = StaticFiles::read(root).value();
  for (const PathRow& row : {
           PathRow{"/", "console", "text/html; charset=utf-8", "no-cache"},
           PathRow{"/index.html", "console", "text/html; charset=utf-8", "no-cache"},
           PathRow{"/devices/smoke-1", "console", "text/html; charset=utf-8", "no-cache"},
           PathRow{"/app", "resident", "text/html; charset=utf-8", "no-cache"},
           PathRow{"/app/", "resident", "text/html; charset=utf-8", "no-cache"},
           PathRow{"/app/my/home", "resident", "text/html; charset=utf-8", "no-cache"},
           PathRow{"/apple", "console", "text/html; charset=utf-8", "no-cache"},
           PathRow{"/favicon.svg", "<svg/>", "image/svg+xml", "no-cache"},
           PathRow{"/assets/main-1a2b.js", "plain script", "text/javascript; charset=utf-8",
                   "public, max-age=31536000, immutable"},
       }) {
    const auto answer = files.find(request(row.path));
    ASSERT_TRUE(answer) << row.path;
    EXPECT_EQ(answer->head.status, 200);
    EXPECT_EQ(*answer->body, row.body) << row.path;
    EXPECT_EQ(header(*answer, "content-type"), row.type) << row.path;
    EXPECT_EQ(header(*answer, "cache-control"), row.caching) << row.path;
  }
}

TEST_F(StaticFilesTest, KnowsNothingThatIsNotOnItsList) {
  put_pages();
  std::ofstream(root + "-secret") << "secret";
  std::filesystem::create_symlink(root + "-secret", root + "/link.txt");
  const StaticFiles files = StaticFiles::read(root).value();
  std::filesystem::remove(root + "-secret");
  put("later.txt", "too late");
  for (const char* path : {"/assets/main-0000.js", "/assets/orphan.css", "/assets/orphan.css.br",
                           "/assets/main-1a2b.js.gz", "/link.txt", "/later.txt", "/app/x.js"}) {
    const auto answer = files.find(request(path));
    ASSERT_FALSE(answer) << path;
    EXPECT_EQ(answer.error().status, 404);
  }
}

TEST_F(StaticFilesTest, ChoosesTheSmallestThatTheBrowserTakes) {
  put_pages();
  const StaticFiles files = StaticFiles::read(root).value();
  Request asked = request("/assets/main-1a2b.js");
  const auto with = [&asked, &files](const std::string& accept) {
    asked.headers["accept-encoding"] = accept;
    return files.find(asked).value();
  };
  EXPECT_EQ(*with("gzip, deflate, br").body, "brotli script");
  EXPECT_EQ(header(with("br"), "content-encoding"), "br");
  EXPECT_EQ(*with("gzip").body, "gzip script");
  EXPECT_EQ(*with("br;q=0, gzip;q=0.5").body, "gzip script");
  EXPECT_EQ(*with("identity").body, "plain script");
  EXPECT_EQ(header(with("identity"), "content-encoding"), "");
  EXPECT_EQ(header(with("identity"), "vary"), "accept-encoding");
}

TEST_F(StaticFilesTest, SaysThatNothingChanged) {
  put_pages();
  const StaticFiles files = StaticFiles::read(root).value();
  Request asked = request("/");
  const std::string tag = header(files.find(asked).value(), "etag");
  ASSERT_FALSE(tag.empty());
  asked.headers["if-none-match"] = "\"other\", " + tag;
  const auto same = files.find(asked).value();
  EXPECT_EQ(same.head.status, 304);
  EXPECT_EQ(same.body, nullptr);
  EXPECT_EQ(header(same, "etag"), tag);
  asked.headers["if-none-match"] = "\"other\"";
  EXPECT_EQ(files.find(asked)->head.status, 200);
}

TEST_F(StaticFilesTest, CannotBeWritten) {
  put_pages();
  const auto answer = StaticFiles::read(root).value().find(request("/", "POST"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().status, 405);
  EXPECT_EQ(answer.error().allow, "GET, HEAD");
}

TEST_F(StaticFilesTest, SayWhereTheyShouldBe) {
  EXPECT_EQ(StaticFiles::read(root).error().code, base::Code::kNotFound);
  EXPECT_THAT(StaticFiles::read("/nowhere/web").error().what, HasSubstr("/nowhere/web"));
  const StaticFiles none("/usr/<b>/web");
  const auto page = none.find(request("/devices"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->head.status, 404);
  EXPECT_THAT(*page->body, HasSubstr("/usr/&lt;b>/web"));
  EXPECT_THAT(*page->body, HasSubstr("管理页面尚未安装"));
  EXPECT_THAT(*page->body, HasSubstr("not installed"));
  EXPECT_THAT(*page->body, testing::Not(HasSubstr("<script")));
  EXPECT_EQ(none.find(request("/x.js")).error().status, 404);
}

TEST_F(StaticFilesTest, AreNotMoreThanMemoryHolds) {
  put("index.html", "console");
  put("large.bin", "");
  std::filesystem::resize_file(root + "/large.bin", limits::kFileBytes + 1);
  EXPECT_EQ(StaticFiles::read(root).error().code, base::Code::kFull);
}

struct ApiRow {
  std::string path;
  bool is_api;
};

class ApiPath : public testing::TestWithParam<ApiRow> {};

TEST_P(ApiPath, IsToldFromAPage) {
  EXPECT_EQ(is_for_api(GetParam().path), GetParam().is_api);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ApiPath,
    testing::Values(ApiRow{"/api/v1/site", true}, ApiRow{"/api", true}, ApiRow{"/apiary", false},
                    ApiRow{"/healthz", true}, ApiRow{"/readyz", true}, ApiRow{"/metrics", true},
                    ApiRow{"/metrics.js", false}, ApiRow{"/.well-known/wot", true},
                    ApiRow{"/problems/csrf", true}, ApiRow{"/", false}, ApiRow{"/app/api", false}));

}  // namespace
}  // namespace linli::console
