#include "firmware/storage/big_endian.hpp"
#include "firmware/storage/schema.hpp"
#include "tests/unit/storage/salvage_fixture.hpp"

namespace linli::storage {
namespace {

// What was deleted stands on its page until that is used again. It must not come back.
class DeletedRows : public SalvageTest {
 protected:
  // A site that has delivered most of what it had, and sent three devices of four away.
  void live() {
    Database database = Database::open(options).value();
    for (int i = 0; i < 400; ++i) put(database, name(i), std::string(100, 'r'));
    for (int i = 0; i < 2000; ++i) commit(database, Stream::kAccess, 1);
    accept(database, Stream::kAccess, 1900);
    // The first erasures empty pages into others, and leave old copies of what the later ones
    // erase.
    for (int i = 0; i < 400; i += 2) erase(database, name(i));
    for (int i = 1; i < 400; i += 4) erase(database, name(i));
    ASSERT_TRUE(database.checkpoint());
  }
  static std::string name(int i) { return "device-" + std::to_string(1000 + i); }

  std::uint32_t first_free_list_page() const {
    std::ifstream file(options.path, std::ios::binary);
    std::string head(kPageBytes, '\0');
    file.read(head.data(), std::ssize(head));
    return big_endian32(head, 32);
  }

  void expect_the_deleted_stay_away(const Found& found) const {
    EXPECT_TRUE(was_salvaged());
    EXPECT_EQ(found.doubled, 0U);
    EXPECT_LE(count(found, Stream::kAccess), 100U);
    for (int i = 0; i < 400; ++i) EXPECT_EQ(has_device(name(i)) && i % 4 != 3, false) << name(i);
  }
  int devices_left() const {
    int left = 0;
    for (int i = 3; i < 400; i += 4) left += has_device(name(i)) ? 1 : 0;
    return left;
  }
};

TEST_F(DeletedRows, StayAwayWhenALeafIsDamaged) {
  live();
  overwrite_page(kStateRoot);
  const Found found = start();
  expect_the_deleted_stay_away(found);
  EXPECT_EQ(count(found, Stream::kAccess), 100U);
  EXPECT_TRUE(found.losses.empty());
  EXPECT_GE(devices_left(), 90) << "all below the root of their table";
}

TEST_F(DeletedRows, StayAwayWhenNothingSaysWhatWasAccepted) {
  live();
  overwrite_page(kStreamRoot);
  const Found found = start();
  expect_the_deleted_stay_away(found);
  EXPECT_EQ(count(found, Stream::kAccess), 100U);
  EXPECT_TRUE(found.losses.empty());
  EXPECT_EQ(devices_left(), 100);
}

TEST_F(DeletedRows, StayAwayWhenTheFreeListIsBroken) {
  live();
  ASSERT_NE(first_free_list_page(), 0U);
  overwrite_page(first_free_list_page());
  // SQLite does not look at that page before it needs it: a sound start, until it does.
  overwrite_page(6);
  const Found found = start();
  expect_the_deleted_stay_away(found);
  EXPECT_EQ(count(found, Stream::kAccess), 100U);
  EXPECT_EQ(devices_left(), 100);
}

TEST_F(DeletedRows, StayAwayWhenTheFirstPageIsGone) {
  live();
  overwrite_page(1);
  const Found found = start();
  expect_the_deleted_stay_away(found);
  EXPECT_EQ(count(found, Stream::kAccess), 100U);
  EXPECT_EQ(devices_left(), 100);
}

}  // namespace
}  // namespace linli::storage
