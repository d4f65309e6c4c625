#include "firmware/scenarios/access/door_book.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/unit/scenarios/access/models.hpp"

namespace linli::scenarios::access {
namespace {

constexpr const char* kRow = R"({"name":"3 栋 2 单元","place":"b3-u2","group":3,
  "lock":{"device":"lock-1","action":"unlock","input":{},"end_action":"lock"},
  "contact":{"device":"lock-1","property":"door_open","open":true},
  "exit":{"device":"button-1","event":"pressed"},
  "readers":[{"device":"reader-1","head":0,"direction":"in"},{"device":"reader-1","head":1,"direction":"out"}],
  "unlock_s":6,"held_after_s":45,"takes":["card","pin","qr"],"needs_second_factor":false,
  "works_without_clock":true,"zone":"b3","passback":{"mode":"soft","forgive_after_s":600}})";

const domain::Profile* find_model(std::string_view device) {
  static const domain::Profile kLock = lock_model();
  static const domain::Profile kReader = reader_model();
  static const domain::Profile kButton = button_model();
  if (device.starts_with("lock-")) return &kLock;
  if (device.starts_with("reader-")) return &kReader;
  return device.starts_with("button-") ? &kButton : nullptr;
}

DoorDefinition door(const std::string& id = "gate") {
  return door_definition_from_row(id, kRow).value();
}

TEST(DoorDefinition, ReadsBackAsItWasWritten) {
  const DoorDefinition one = door();
  EXPECT_EQ(to_row(door_definition_from_row("gate", to_row(one)).value()), to_row(one));
  EXPECT_EQ(one.rules.unlock_for, std::chrono::seconds(6));
  EXPECT_TRUE(one.rules.has_contact);
  EXPECT_EQ(one.readers.at(1).direction, domain::access::Direction::kOut);
  EXPECT_EQ(one.passback.mode, domain::access::PassbackMode::kSoft);
}

TEST(DoorDefinition, WithoutAContactKnowsNothingOfItsLeaf) {
  const auto one =
      door_definition_from_row("gate", R"({"name":"gate","lock":{"device":"lock-1"}})").value();
  EXPECT_FALSE(one.rules.has_contact);
  EXPECT_EQ(one.lock.action, "unlock");
  EXPECT_TRUE(one.readers.empty());
}

TEST(DoorDefinition, NamesTheMemberThatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"lock":{"device":"lock-1"}})", "name"},
      {R"({"name":"","lock":{"device":"lock-1"}})", "name"},
      {R"({"name":"g"})", "lock"},
      {R"({"name":"g","lock":{"device":"a b"}})", "lock"},
      {R"({"name":"g","lock":{"device":"l","why":1}})", "lock"},
      {R"({"name":"g","lock":{"device":"l"},"unlock_s":121})", "unlock_s"},
      {R"({"name":"g","lock":{"device":"l"},"takes":["face"]})", "takes"},
      {R"({"name":"g","lock":{"device":"l"},"takes":["key"]})", "takes"},
      {R"({"name":"g","lock":{"device":"l"},"takes":[]})", "takes"},
      {R"({"name":"g","lock":{"device":"l"},"passback":{"mode":"mild"}})", "passback"},
      {R"({"name":"g","lock":{"device":"l"},"contact":{"device":"l","property":"p","open":[]}})",
       "contact"},
      {R"({"name":"g","lock":{"device":"l"},"readers":[{"device":"r","direction":"up"}]})",
       "readers"},
      {R"({"name":"g","lock":{"device":"l"},"colour":"red"})", "colour"},
  };
  for (const auto& [row, member] : table) {
    const auto read = door_definition_from_row("gate", row);
    ASSERT_FALSE(read.has_value()) << row;
    EXPECT_NE(read.error().what.find(member), std::string::npos) << read.error().what;
  }
}

TEST(DoorBook, TakesOnlyWhatItsDevicesCanDo) {
  const DoorBook book;
  EXPECT_TRUE(book.check(door(), &find_model).has_value());
  const std::vector<std::pair<std::function<void(DoorDefinition&)>, std::string>> table = {
      {[](auto& d) { d.lock.device = domain::DeviceId::parse("nobody").value(); },
       "lock: no device"},
      {[](auto& d) { d.lock.action = "explode"; }, "no action 'explode'"},
      {[](auto& d) { d.lock.action = "blink"; }, "opens no door"},
      {[](auto& d) { d.lock.input = R"({"seconds":600})"; }, "lock: input"},
      {[](auto& d) { d.lock.end_action = "close"; }, "no action 'close'"},
      {[](auto& d) { d.contact->property = "ajar"; }, "contact: a test/lock has no property"},
      {[](auto& d) { d.contact->open = std::string("yes"); }, "contact: open"},
      {[](auto& d) { d.exit->event = "kicked"; }, "exit: a test/button has no event"},
      {[](auto& d) { d.readers[0].device = domain::DeviceId::parse("nobody").value(); }, "readers"},
      {[](auto& d) { d.readers[1].head = 0; }, "stands there twice"},
  };
  for (const auto& [spoil, said] : table) {
    DoorDefinition bad = door();
    spoil(bad);
    const auto checked = book.check(bad, &find_model);
    ASSERT_FALSE(checked.has_value()) << said;
    EXPECT_NE(checked.error().what.find(said), std::string::npos) << checked.error().what;
  }
}

TEST(DoorBook, GivesNoPartToTwoDoors) {
  DoorBook book;
  book.put(door());
  EXPECT_TRUE(book.check(door(), &find_model).has_value()) << "the same door again";
  DoorDefinition other = door("other");
  EXPECT_EQ(book.check(other, &find_model).error().code, base::Code::kConflict);
  other.lock.device = domain::DeviceId::parse("lock-2").value();
  EXPECT_NE(book.check(other, &find_model).error().what.find("contact"), std::string::npos);
  other.contact->device = other.lock.device;
  EXPECT_NE(book.check(other, &find_model).error().what.find("readers"), std::string::npos);
  for (ReaderPoint& reader : other.readers)
    reader.device = domain::DeviceId::parse("reader-2").value();
  EXPECT_TRUE(book.check(other, &find_model).has_value());
}

TEST(DoorBook, FindsADoorByEachOfItsDevices) {
  DoorBook book;
  book.put(door());
  for (const char* device : {"lock-1", "button-1", "reader-1"})
    EXPECT_EQ(book.of_device(device), std::vector<std::string>{"gate"}) << device;
  EXPECT_TRUE(book.of_device("reader-2").empty());
  book.remove("gate");
  EXPECT_TRUE(book.of_device("lock-1").empty());
  EXPECT_EQ(book.find("gate"), nullptr);
}

}  // namespace
}  // namespace linli::scenarios::access
