#include "tests/sim/platform/upload_blocks.hpp"

#include <gtest/gtest.h>

namespace linli::sim {
namespace {

using Outcome = UploadBlocks::Outcome;

TEST(UploadBlocks, PutsTheBlocksOfEachPeerTogether) {
  UploadBlocks blocks;
  std::string a(16, 'a');
  std::string b(16, 'b');
  std::string end = "z";
  EXPECT_EQ(blocks.take("1 p", 0, true, 0, a), Outcome::kContinue);
  EXPECT_EQ(blocks.take("2 p", 0, true, 0, b), Outcome::kContinue);
  EXPECT_EQ(blocks.take("1 p", 1, false, 0, end), Outcome::kWhole);
  EXPECT_EQ(end, std::string(16, 'a') + "z");
}

TEST(UploadBlocks, RefusesABlockWhoseBeginningIsMissing) {
  UploadBlocks blocks;
  std::string block(16, 'a');
  EXPECT_EQ(blocks.take("1 p", 1, true, 0, block), Outcome::kIncomplete);
  blocks.take("1 p", 0, true, 0, block);
  blocks.forget("1 ");
  EXPECT_EQ(blocks.take("1 p", 1, true, 0, block), Outcome::kIncomplete);
}

TEST(UploadBlocks, RefusesWhatIsTooLargeAndWhatIsNoBlock) {
  UploadBlocks blocks;
  std::string block(1024, 'a');
  const std::uint32_t most = UploadBlocks::kMostBytes / 1024;
  for (std::uint32_t i = 0; i < most; ++i)
    ASSERT_EQ(blocks.take("1 p", i, true, 6, block), Outcome::kContinue);
  EXPECT_EQ(blocks.take("1 p", most, true, 6, block), Outcome::kTooLarge);
  std::string small = "short";
  EXPECT_EQ(blocks.take("1 p", 0, true, 6, small), Outcome::kBad);
  EXPECT_EQ(blocks.take("1 p", 0, false, 7, small), Outcome::kBad);
}

}  // namespace
}  // namespace linli::sim
