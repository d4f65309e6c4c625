#include <gtest/gtest.h>

#include "tests/story/house.hpp"

namespace linli::story {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The rows from which the last values come back after a restart.
class LastValues : public testing::Test {
 protected:
  LastValues() {
    auto profile = std::make_shared<domain::Profile>(*test_profile());
    domain::PropertyModel open;
    open.name = "open";
    open.schema.type = domain::ValueType::kBoolean;
    profile->properties.push_back(open);
    house.add_device("door1", profile);
  }

  void report_state(bool open) {
    domain::Report report;
    report.device = domain::DeviceId::parse("door1").value();
    report.readings.push_back({1, open});
    house.report(std::move(report));
  }

  std::string row() const {
    const auto rows = house.store.rows(ports::Space::kProperty);
    const auto found = rows.find("door1");
    return found == rows.end() ? "" : found->second;
  }

  House house;
};

TEST_F(LastValues, OfAStateAreWrittenWithItsEvent) {
  report_state(true);
  house.loop.run_for(milliseconds(1));
  EXPECT_EQ(house.committed, 1);
  EXPECT_NE(row().find("\"open\":[true,"), std::string::npos) << row();
}

TEST_F(LastValues, OfAMeasurementAreWrittenAFewSecondsBehindItsEvent) {
  house.report(House::reading_of("door1", 21.5));
  house.loop.run_for(seconds(1));
  EXPECT_EQ(house.stored(domain::Stream::kTelemetry).size(), 2U);  // online, and the reading
  EXPECT_EQ(row(), "");
  house.loop.run_for(core::ValueRows::kBehind);
  EXPECT_NE(row().find("\"level\":[21.5,"), std::string::npos) << row();
}

TEST_F(LastValues, OfAHundredMeasurementsAreOneRowWithTheLast) {
  for (int i = 0; i < 100; ++i) {
    house.report(House::reading_of("door1", 20 + i));
    house.loop.run_for(milliseconds(10));
  }
  house.loop.run_for(core::ValueRows::kBehind);
  EXPECT_NE(row().find("\"level\":[119,"), std::string::npos) << row();
}

TEST_F(LastValues, AreTriedAgainWhenTheyCouldNotBeStored) {
  house.report(House::reading_of("door1", 21.5));
  house.loop.run_for(seconds(1));
  house.store.fail_next(1, base::Code::kInternal);
  house.loop.run_for(core::ValueRows::kBehind);
  EXPECT_EQ(row(), "");
  house.loop.run_for(core::ValueRows::kBehind);
  EXPECT_NE(row().find("\"level\":[21.5,"), std::string::npos) << row();
}

TEST_F(LastValues, AreWrittenAtAnOrderlyEnd) {
  house.report(House::reading_of("door1", 21.5));
  house.loop.run_for(milliseconds(1));
  house.intake->write_value_rows();
  house.loop.run_for(milliseconds(1));
  EXPECT_NE(row().find("\"level\":[21.5,"), std::string::npos) << row();
}

TEST_F(LastValues, OfADeviceThatWasRevokedMeanwhileAreNotWritten) {
  house.report(House::reading_of("door1", 21.5));
  house.loop.run_for(milliseconds(1));
  house.devices->remove(domain::DeviceId::parse("door1").value());
  house.loop.run_for(core::ValueRows::kBehind * 2);
  EXPECT_EQ(row(), "");
}

}  // namespace
}  // namespace linli::story
