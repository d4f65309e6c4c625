#include "firmware/daemon/profile_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace linli::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLamp = R"({"@type":"tm:ThingModel","titles":{"zh":"灯","en":"Lamp"}})";
constexpr const char* kOther = R"({"@type":"tm:ThingModel","titles":{"zh":"灯","en":"Other"}})";

class ProfileFiles : public testing::Test {
 protected:
  ProfileFiles() {
    std::string pattern = (fs::temp_directory_path() / "linli-models-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~ProfileFiles() override { fs::remove_all(root_); }

  std::string dir(const std::string& name) const { return (root_ / name).string(); }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

 private:
  fs::path root_;
};

TEST_F(ProfileFiles, AreNamedByVendorAndModel) {
  write("a/acme/lamp.tm.jsonld", kLamp);
  write("a/acme/readme.md", "no model");
  write("a/stray.tm.jsonld", "no model either");
  const auto profiles = load_profiles({dir("a")});
  ASSERT_TRUE(profiles.has_value()) << profiles.error().what;
  ASSERT_EQ(profiles->size(), 1U);
  EXPECT_EQ(profiles->at("acme/lamp")->name, "acme/lamp");
}

TEST_F(ProfileFiles, OfAnEarlierDirectoryReplaceLaterOnes) {
  write("site/acme/lamp.tm.jsonld", kOther);
  write("product/acme/lamp.tm.jsonld", kLamp);
  const auto profiles = load_profiles({dir("site"), dir("product")});
  ASSERT_TRUE(profiles.has_value()) << profiles.error().what;
  EXPECT_EQ(profiles->at("acme/lamp")->title.en, "Other");
}

TEST_F(ProfileFiles, AreListedWithAllTheirProblems) {
  write("a/acme/good.tm.jsonld", kLamp);
  write("a/acme/bad.tm.jsonld", "{}");
  write("a/acme/worse.tm.jsonld", "{");
  write("a/acme/a b.tm.jsonld", kLamp);
  const auto profiles = load_profiles({dir("a"), dir("missing")});
  ASSERT_FALSE(profiles.has_value());
  const std::string& what = profiles.error().what;
  for (const std::string file : {"a/acme/bad.tm.jsonld: ", "a/acme/worse.tm.jsonld: ",
                                 "a/acme/a b.tm.jsonld: use a-z", "missing: cannot be listed"}) {
    EXPECT_NE(what.find(file), std::string::npos) << file << " in " << what;
  }
  EXPECT_EQ(what.find("good"), std::string::npos);
}

TEST_F(ProfileFiles, AreBoundedInSize) {
  write("a/acme/lamp.tm.jsonld", std::string(2 * 1024 * 1024, ' '));
  EXPECT_NE(load_profiles({dir("a")}).error().what.find("1 MiB"), std::string::npos);
}

TEST_F(ProfileFiles, MustBeThere) {
  fs::create_directories(dir("empty"));
  EXPECT_EQ(load_profiles({dir("empty")}).error().code, base::Code::kNotFound);
  EXPECT_EQ(load_profiles({}).error().code, base::Code::kNotFound);
}

}  // namespace
}  // namespace linli::daemon
