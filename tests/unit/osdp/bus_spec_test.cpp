#include "drivers/osdp/bus_spec.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::osdp {
namespace {

TEST(OsdpBusSpec, ReadsSerialLinesAndConverters) {
  EXPECT_EQ(parse_bus("gate=/dev/ttyUSB0@115200").value(),
            (BusSpec{"gate", "/dev/ttyUSB0", "", 0, 115200}));
  EXPECT_EQ(parse_bus("gate=/dev/ttyUSB0")->baud, 9600U);
  EXPECT_EQ(parse_bus("n=tcp://10.0.0.5:4001@38400").value(),
            (BusSpec{"n", "", "10.0.0.5", 4001, 38400}));
  EXPECT_EQ(parse_bus("n=tcp://[fd00::5]:4001")->host, "fd00::5");
  EXPECT_EQ(place_of(parse_bus("n=tcp://host:1").value()), "tcp://host:1");
  EXPECT_EQ(place_of(parse_bus("n=/dev/ttyS0").value()), "/dev/ttyS0");
}

TEST(OsdpBusSpec, SaysHowABusIsWritten) {
  for (const char* bad : {"", "gate", "=/dev/ttyS0", "ga te=/dev/ttyS0", "gate=ttyS0",
                          "gate=", "gate=/dev/ttyS0@1200", "gate=/dev/ttyS0@", "gate=tcp://host",
                          "gate=tcp://:1", "gate=tcp://host:0", "gate=tcp://host:70000"}) {
    const auto bus = parse_bus(bad);
    ASSERT_FALSE(bus.has_value()) << bad;
    EXPECT_NE(bus.error().what.find("/dev/ttyUSB0@9600"), std::string::npos);
  }
}

TEST(OsdpBusSpec, ReadsAddressesOfReaders) {
  EXPECT_EQ(parse_reader_address("gate/0").value(), (ReaderAddress{"gate", 0}));
  EXPECT_EQ(parse_reader_address("gate/126").value(), (ReaderAddress{"gate", 126}));
  for (const char* bad : {"", "gate", "gate/", "gate/127", "gate/-1", "/5", "gate/5/6", "gate/x"})
    EXPECT_FALSE(parse_reader_address(bad).has_value()) << bad;
}

}  // namespace
}  // namespace linli::drivers::osdp
