#include "firmware/net/psk_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace linli::net {
namespace {

class PskFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path); }

  void write(const std::string& content, unsigned mode = 0600) const {
    std::ofstream(path, std::ios::binary) << content;
    chmod(path.c_str(), mode);
  }
  std::string path = testing::TempDir() + "psk-" + std::to_string(getpid());
};

TEST_F(PskFile, GivesTheLineWithoutItsEnd) {
  write("0123456789abcdef\n");
  EXPECT_EQ(read_psk_file(path)->reveal(), "0123456789abcdef");
  write("0123456789abcdef");
  EXPECT_EQ(read_psk_file(path)->reveal(), "0123456789abcdef");
  write(std::string(128, 'k') + "\n");
  EXPECT_EQ(read_psk_file(path)->reveal().size(), 128U);
}

TEST_F(PskFile, IsNotTakenIfOthersMayReadIt) {
  for (const unsigned mode : {0640U, 0604U, 0620U, 0666U}) {
    write("0123456789abcdef\n", mode);
    const auto key = read_psk_file(path);
    ASSERT_FALSE(key) << mode;
    EXPECT_EQ(key.error().code, base::Code::kDenied);
  }
}

TEST_F(PskFile, IsNotTakenIfItHoldsNoKeyAndTheMessageDoesNotShowIt) {
  for (const std::string content : {"", "short\n", "0123456789abcdef\n\n", "0123456789 abcdef\n",
                                    "0123456789abcde\xc3\xa9\n"}) {
    write(content);
    const auto key = read_psk_file(path);
    ASSERT_FALSE(key) << content;
    EXPECT_EQ(key.error().code, base::Code::kInvalid);
    EXPECT_EQ(key.error().what.find("abc"), std::string::npos);
  }
  write(std::string(129, 'k'));
  EXPECT_FALSE(read_psk_file(path));
}

TEST_F(PskFile, SaysThatItIsNotThereOrNoFile) {
  EXPECT_EQ(read_psk_file(path).error().code, base::Code::kNotFound);
  EXPECT_EQ(read_psk_file(testing::TempDir()).error().code, base::Code::kInvalid);
}

}  // namespace
}  // namespace linli::net
