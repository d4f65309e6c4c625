#include "firmware/core/places.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::core {
namespace {

domain::PlaceId id_of(const std::string& id) {
  return id.empty() ? domain::PlaceId() : domain::PlaceId::parse(id).value();
}

Place place(const std::string& id, const std::string& parent, PlaceKind kind) {
  return {id_of(id), id_of(parent), kind, "the " + id};
}

class PlacesTest : public testing::Test {
 protected:
  // What became of it; kInternal if nobody said.
  base::Code put(Place place) {
    base::Code code = base::Code::kInternal;
    is_done = false;
    places.put(std::move(place), [this, &code](const base::Result<void>& done) {
      is_done = done.has_value();
      if (!done) code = done.error().code;
    });
    loop.run_ready();
    return code;
  }
  bool puts(Place place) {
    put(std::move(place));
    return is_done;
  }
  base::Code remove(const std::string& id) {
    base::Code code = base::Code::kInternal;
    is_done = false;
    places.remove(id_of(id), [this, &code](const base::Result<void>& done) {
      is_done = done.has_value();
      if (!done) code = done.error().code;
    });
    loop.run_ready();
    return code;
  }

  // 小区 → 3 栋 → 2 单元 → 门口
  void grow() {
    ASSERT_TRUE(puts(place("site", "", PlaceKind::kSite)));
    ASSERT_TRUE(puts(place("b3", "site", PlaceKind::kBuilding)));
    ASSERT_TRUE(puts(place("b3-u2", "b3", PlaceKind::kUnit)));
    ASSERT_TRUE(puts(place("b3-u2-gate", "b3-u2", PlaceKind::kPoint)));
  }

  bool is_done = false;
  std::string used;
  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  Places places{store, [this](std::string_view place) { return place == used; }};
};

TEST_F(PlacesTest, CoverThemselvesAndAllBelow) {
  grow();
  EXPECT_TRUE(places.covers("b3", "b3"));
  EXPECT_TRUE(places.covers("b3", "b3-u2-gate"));
  EXPECT_TRUE(places.covers("site", "b3-u2-gate"));
  EXPECT_FALSE(places.covers("b3-u2", "b3"));
  EXPECT_FALSE(places.covers("b3", "elsewhere"));
  EXPECT_TRUE(places.covers("elsewhere", "elsewhere"));
  EXPECT_FALSE(places.covers("", ""));
  EXPECT_EQ(places.covered_by("b3"), (std::vector<std::string>{"b3", "b3-u2", "b3-u2-gate"}));
}

TEST_F(PlacesTest, AreListedParentsFirst) {
  grow();
  ASSERT_TRUE(puts(place("a1", "site", PlaceKind::kBuilding)));
  std::vector<std::string> ids;
  for (const Place* each : places.all()) ids.push_back(each->id.str());
  EXPECT_EQ(ids, (std::vector<std::string>{"site", "a1", "b3", "b3-u2", "b3-u2-gate"}));
}

struct BadPlace {
  const char* name;
  Place place;
  base::Code code;
};

class PlaceRules : public PlacesTest, public testing::WithParamInterface<BadPlace> {};

TEST_P(PlaceRules, RefuseWhatIsNoTree) {
  grow();
  const auto rows = store.rows(ports::Space::kPlace);
  EXPECT_EQ(put(GetParam().place), GetParam().code);
  EXPECT_FALSE(is_done);
  EXPECT_EQ(store.rows(ports::Space::kPlace), rows);
}

INSTANTIATE_TEST_SUITE_P(
    Places, PlaceRules,
    testing::Values(
        BadPlace{"itself", place("b3", "b3", PlaceKind::kBuilding), base::Code::kInvalid},
        BadPlace{"cycle", place("b3", "b3-u2", PlaceKind::kUnit), base::Code::kInvalid},
        BadPlace{"unknown_parent", place("x", "nowhere", PlaceKind::kPoint), base::Code::kNotFound},
        BadPlace{"root_that_is_no_site", place("x", "", PlaceKind::kBuilding),
                 base::Code::kInvalid},
        BadPlace{"building_in_a_unit", place("x", "b3-u2", PlaceKind::kBuilding),
                 base::Code::kInvalid},
        BadPlace{"building_that_becomes_a_point", place("b3", "site", PlaceKind::kPoint),
                 base::Code::kInvalid},
        BadPlace{"without_a_name",
                 {id_of("x"), id_of("b3"), PlaceKind::kPoint, ""},
                 base::Code::kInvalid},
        BadPlace{"not_utf8",
                 {id_of("x"), id_of("b3"), PlaceKind::kPoint, "\xff"},
                 base::Code::kInvalid}),
    [](const auto& which) { return which.param.name; });

TEST_F(PlacesTest, AreNoDeeperThanTheLimitAlsoWhenABranchMoves) {
  ASSERT_TRUE(puts(place("p1", "", PlaceKind::kSite)));
  for (std::size_t depth = 2; depth <= Places::kMaxDepth; ++depth) {
    ASSERT_TRUE(puts(
        place("p" + std::to_string(depth), "p" + std::to_string(depth - 1), PlaceKind::kSite)));
  }
  EXPECT_EQ(put(place("p7", "p6", PlaceKind::kSite)), base::Code::kInvalid);
  ASSERT_TRUE(puts(place("top", "", PlaceKind::kSite)));
  EXPECT_EQ(put(place("p1", "top", PlaceKind::kSite)), base::Code::kInvalid);
  EXPECT_TRUE(puts(place("p2", "top", PlaceKind::kSite)));
}

TEST_F(PlacesTest, StayWhileSomethingIsInThem) {
  grow();
  EXPECT_EQ(remove("b3"), base::Code::kConflict);
  used = "b3-u2-gate";
  EXPECT_EQ(remove("b3-u2-gate"), base::Code::kConflict);
  used.clear();
  remove("b3-u2-gate");
  EXPECT_TRUE(is_done);
  EXPECT_EQ(places.find("b3-u2-gate"), nullptr);
  EXPECT_FALSE(store.rows(ports::Space::kPlace).contains("b3-u2-gate"));
  EXPECT_EQ(remove("b3-u2-gate"), base::Code::kNotFound);
}

TEST_F(PlacesTest, ChangeOneAfterTheOtherSoThatTwoCannotMakeACycle) {
  grow();
  ASSERT_TRUE(puts(place("b4", "site", PlaceKind::kBuilding)));
  int stored = 0;
  const auto count = [&stored](const base::Result<void>& done) { stored += done ? 1 : 0; };
  places.put(place("b3", "b4", PlaceKind::kBuilding), count);
  places.put(place("b4", "b3", PlaceKind::kBuilding), count);
  loop.run_ready();
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(places.path("b3").size(), 3U);
}

TEST_F(PlacesTest, AreAsBeforeIfTheDiskDoesNotTakeTheChange) {
  grow();
  store.fail_next(1, base::Code::kFull);
  EXPECT_EQ(put(place("b3", "site", PlaceKind::kSite)), base::Code::kFull);
  EXPECT_EQ(places.find("b3")->kind, PlaceKind::kBuilding);
}

TEST_F(PlacesTest, ComeBackInAnyOrderAndNameWhatDoesNotFit) {
  std::vector<Place> stored{
      place("b3-u2", "b3", PlaceKind::kUnit),      place("b3", "site", PlaceKind::kBuilding),
      place("lost", "nowhere", PlaceKind::kPoint), place("round", "trip", PlaceKind::kPoint),
      place("trip", "round", PlaceKind::kPoint),   place("site", "", PlaceKind::kSite)};
  const auto left_out = places.restore(std::move(stored));
  EXPECT_EQ(places.size(), 3U);
  EXPECT_EQ(left_out.size(), 3U);
  EXPECT_TRUE(places.covers("site", "b3-u2"));
}

TEST_F(PlacesTest, ReadTheirRowsBack) {
  const Place gate = place("gate", "b3", PlaceKind::kPoint);
  EXPECT_EQ(place_from_row("gate", to_row(gate)).value(), gate);
  EXPECT_FALSE(place_from_row("gate", R"({"parent":"","kind":"floor","name":"x"})").has_value());
  EXPECT_FALSE(place_from_row("gate", R"({"parent":"a b","kind":"unit","name":"x"})").has_value());
}

}  // namespace
}  // namespace linli::core
