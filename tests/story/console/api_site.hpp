#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/console/api/api.hpp"
#include "firmware/core/change_queue.hpp"
#include "firmware/core/interlock_desk.hpp"
#include "firmware/daemon/console_doors.hpp"
#include "firmware/daemon/console_homes.hpp"
#include "firmware/scenarios/access/access_scenario.hpp"
#include "tests/fakes/fake_access.hpp"
#include "tests/story/console/api_fakes.hpp"
#include "tests/story/house.hpp"

namespace linli::story {

// How a request shows who it is.
struct Ticket {
  std::string cookie = {};
  std::string csrf = {};
  std::string bearer = {};
  std::string person = {};   // id
  std::string session = {};  // id
};

struct Asked {
  std::string method = "GET";
  std::string path = {};
  std::map<std::string, std::string> query = {};
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::string raw_body = {};  // sent without a content type
  bool is_websocket = false;
  bool is_head = false;
};

// The real API over the real core and the real doors, in virtual time, on a store in memory: a
// compound with building b1 (unit u1), building b2, and in each a device that opens ("own-door",
// "far-door") and the door of it ("own-gate", "far-gate").
class ApiSite {
 public:
  ApiSite();
  ~ApiSite();

  // The answer, after everything that it set off has been done.
  console::Response ask(const Asked& asked, const Ticket& ticket = {});
  base::Json json(const Asked& asked, const Ticket& ticket = {});

  // The first manager, by the claim code.
  Ticket claim();
  // Somebody of this role, invited by `manager` and signed in.
  Ticket person(const Ticket& manager, const std::string& role, const std::string& name,
                const std::vector<std::string>& of);
  Ticket token(const Ticket& owner, const std::vector<std::string>& scope);
  static Ticket ticket_of(const console::Response& session);

  void add_device(const std::string& id, const std::string& place);
  void put_place(const std::string& id, const std::string& parent, core::PlaceKind kind);
  void put_door(const std::string& id, const std::string& row) const;
  // People who live at a place, with their names sealed.
  void put_home(const std::string& id, const std::string& place,
                const std::vector<std::string>& people);
  void report(domain::Report report);
  void answer_command(const std::string& device, const std::string& command);
  // Opens the stream of a response.
  static std::shared_ptr<HeldOutlet> open(const console::Response& response);

  fakes::VirtualLoop loop;
  TestClock clock{loop};
  fakes::MemoryStore store{loop};
  TestDriver driver{loop};
  fakes::FakeAccess access{loop};
  PlainKeys keys;
  QuickHash hashes{loop};
  CountingCrypto crypto;
  TestHistory history{loop};
  TestHouse house{loop};
  TestUpkeep upkeep{loop};
  core::DeviceTable devices;
  std::shared_ptr<const domain::Profile> profile = test_profile();
  std::unique_ptr<core::Places> places;
  std::unique_ptr<core::InterlockDesk> interlocks;  // without rules until a test says use
  std::unique_ptr<scenarios::access::AccessScenario> scenario;
  std::vector<drivers::terminal::TerminalStatus> terminals;  // how far they are
  std::unique_ptr<daemon::ConsoleDoors> doors;
  std::unique_ptr<daemon::ConsoleHomes> homes;
  std::unique_ptr<core::CommandLedger> ledger;
  std::unique_ptr<core::ReportIntake> intake;
  std::unique_ptr<core::DeviceAdmin> admin;
  std::unique_ptr<core::Accounts> accounts;
  std::unique_ptr<core::FrameLog> frames;
  std::unique_ptr<console::api::Api> api;

 private:
  void make_core();
  void make_doors();
  void make_accounts();
  void make_api();
};

}  // namespace linli::story
