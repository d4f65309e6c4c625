#include "firmware/console/api/problem.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "firmware/base/json.hpp"

namespace linli::console::api {
namespace {

using base::Json;

TEST(Problems, EachKindHasItsCodeOnceAndWordsInBothLanguages) {
  std::set<std::string_view> codes;
  for (const ProblemKind& kind : problem_kinds()) {
    EXPECT_TRUE(codes.insert(kind.code).second) << kind.code;
    EXPECT_GE(kind.status, 400);
    for (const auto text : {kind.title_zh, kind.title_en, kind.way_out_zh, kind.way_out_en})
      EXPECT_FALSE(text.empty()) << kind.code;
  }
}

TEST(Problems, EachCodeOfOursBecomesAKindThatIsThere) {
  for (const auto code :
       {base::Code::kInvalid, base::Code::kNotFound, base::Code::kTimeout, base::Code::kOffline,
        base::Code::kRefused, base::Code::kDenied, base::Code::kConflict, base::Code::kFull,
        base::Code::kCorrupt, base::Code::kUnsupported, base::Code::kInternal}) {
    EXPECT_NE(find_problem_kind(problem_of({code, "x"}).code), nullptr);
  }
}

TEST(Problems, ThePathOfAMistakeBecomesAPointer) {
  EXPECT_EQ(problem_of({base::Code::kInvalid, "rows[3].id: is missing"}).field, "/rows/3/id");
  EXPECT_EQ(problem_of({base::Code::kInvalid, "no path here: said so"}).field, "");
  EXPECT_EQ(problem_of({base::Code::kNotFound, "id: is gone"}).field, "");
}

TEST(Problems, LookLikeRfc9457) {
  const Response response = response_of({"gone", "the code was used"}, Language::kEn);
  EXPECT_EQ(response.status, 410);
  const Json json = *base::parse_json(response.body);
  EXPECT_EQ(json["type"], "/problems/gone");
  EXPECT_EQ(json["status"], 410);
  EXPECT_EQ(json["code"], "gone");
  EXPECT_EQ(json["detail"], "the code was used");
  EXPECT_EQ(json["title"], "No longer there");
  EXPECT_EQ(json["way_out"], "Ask for a new one");
}

TEST(Problems, TheDetailIsSpokenInTheLanguageOfWhoAsks) {
  const Problem problem = problem_of({base::Code::kInvalid, "rows[3].id: is longer than 64 bytes"});
  const Json zh = *base::parse_json(response_of(problem, Language::kZh).body);
  EXPECT_EQ(zh["detail"], "rows[3].id：超过 64 字节：请缩短");
  EXPECT_EQ(zh["field"], "/rows/3/id");
  const Json en = *base::parse_json(response_of(problem, Language::kEn).body);
  EXPECT_EQ(en["detail"], "rows[3].id: is longer than 64 bytes");
}

TEST(Problems, TheBetterLikedLanguageIsSpoken) {
  EXPECT_EQ(language_of(""), Language::kZh);
  EXPECT_EQ(language_of("fr"), Language::kZh);
  EXPECT_EQ(language_of("en"), Language::kEn);
  EXPECT_EQ(language_of("zh-CN,zh;q=0.9,en;q=0.8"), Language::kZh);
  EXPECT_EQ(language_of("zh;q=0.1, en-US;q=0.5"), Language::kEn);
  EXPECT_EQ(language_of("en;q=abc"), Language::kZh);
}

TEST(Problems, HaveAPageForPeople) {
  EXPECT_EQ(problem_page("csrf", Language::kEn).status, 200);
  EXPECT_EQ(problem_page("nonsense", Language::kEn).status, 404);
}

}  // namespace
}  // namespace linli::console::api
