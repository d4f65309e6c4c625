#include "drivers/coap/lwm2m_tlv.hpp"

#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::coap {
namespace {

std::string bytes(std::string_view hex) {
  return base::from_hex(hex).value();
}

// The device object of LwM2M's example for TLV: a read of /3/0.
const std::string kDevice = bytes(
    "c800144f70656e204d6f62696c6520416c6c69616e6365c801164c69676874776569676874204d324d20436c69656e"
    "74"
    "c80209333435303030313233c303312e30860641000141010588070842000ed842011388870841007d42010384"
    "c10964c10a0f830b410000c40d5182428fc60e2b30323a3030c11055");

TEST(Lwm2mTlv, ReadsTheDeviceObjectOfTheStandard) {
  const auto entries = decode_tlv(kDevice).value();
  ASSERT_EQ(entries.size(), 13U);
  EXPECT_EQ(entries[0], (TlvEntry{TlvKind::kResource, 0, "Open Mobile Alliance", {}}));
  EXPECT_EQ(entries[1].value, "Lightweight M2M Client");
  EXPECT_EQ(entries[3].value, "1.0");
  const TlvEntry& voltages = entries[5];
  EXPECT_EQ(voltages.kind, TlvKind::kResources);
  EXPECT_EQ(voltages.id, 7);
  ASSERT_EQ(voltages.children.size(), 2U);
  EXPECT_EQ(tlv_integer(voltages.children[0].value).value(), 3800);
  EXPECT_EQ(tlv_integer(voltages.children[1].value).value(), 5000);
  EXPECT_EQ(tlv_integer(entries[10].value).value(), 1367491215);
  EXPECT_EQ(entries[12].id, 16);
}

TEST(Lwm2mTlv, WritesWhatItReads) {
  EXPECT_EQ(encode_tlv(decode_tlv(kDevice).value()), kDevice);
  std::vector<TlvEntry> entries{
      {TlvKind::kResource, 5700, std::string(300, 'x'), {}},
      {TlvKind::kResource, 1, std::string(70'000, 'y'), {}},
      {TlvKind::kObjectInstance,
       0,
       "",
       {{TlvKind::kResource, 1, "", {}}, {TlvKind::kResources, 300, "", {}}}}};
  EXPECT_EQ(decode_tlv(encode_tlv(entries)).value(), entries);
  EXPECT_TRUE(decode_tlv("")->empty());
}

TEST(Lwm2mTlv, RefusesWhatIsCutOff) {
  for (const char* hex :
       {"c1", "c109", "c809", "c80905616263", "e1", "e109", "d809", "880709410001"}) {
    EXPECT_FALSE(decode_tlv(bytes(hex)).has_value()) << hex;
  }
}

TEST(Lwm2mTlv, RefusesWhatStandsWhereItMayNot) {
  EXPECT_FALSE(decode_tlv(bytes("410001")).has_value()) << "an instance without its resource";
  EXPECT_FALSE(decode_tlv(bytes("0200010000")).has_value());
  EXPECT_FALSE(decode_tlv(bytes("02000000")).has_value()) << "an object instance in another";
  EXPECT_FALSE(decode_tlv(bytes("8306c10001")).has_value()) << "a resource in a resource";
}

TEST(Lwm2mTlv, IsBounded) {
  std::string many;
  for (std::size_t i = 0; i <= kMaxTlvEntries; ++i) many += bytes("c000");
  EXPECT_FALSE(decode_tlv(many).has_value());
}

TEST(Lwm2mTlv, ValuesAreReadByTheirSize) {
  EXPECT_EQ(tlv_integer(bytes("ff")).value(), -1);
  EXPECT_EQ(tlv_integer(bytes("ff38")).value(), -200);
  EXPECT_EQ(tlv_integer(bytes("8000000000000000")).value(), INT64_MIN);
  EXPECT_FALSE(tlv_integer(bytes("000000")).has_value());
  EXPECT_FALSE(tlv_integer("").has_value());
  EXPECT_DOUBLE_EQ(tlv_float(bytes("41ab0000")).value(), 21.375);
  EXPECT_DOUBLE_EQ(tlv_float(bytes("3ff199999999999a")).value(), 1.1);
  EXPECT_FALSE(tlv_float(bytes("7fc00000")).has_value());
  EXPECT_FALSE(tlv_float(bytes("0000")).has_value());
  EXPECT_TRUE(tlv_boolean(bytes("01")).value());
  EXPECT_FALSE(tlv_boolean(bytes("02")).has_value());
}

}  // namespace
}  // namespace linli::drivers::coap
