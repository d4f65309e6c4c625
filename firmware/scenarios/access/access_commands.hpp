#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/places.hpp"
#include "firmware/core/retention_shelf.hpp"
#include "firmware/core/scenario.hpp"
#include "firmware/domain/access/household_import.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/scenarios/access/access_forms.hpp"
#include "firmware/scenarios/access/asker.hpp"
#include "firmware/scenarios/access/change_line.hpp"
#include "firmware/scenarios/access/presentation_desk.hpp"

namespace linli::scenarios::access {

// A fire rule, released or reset by hand: core's interlocks do it, and tell the doors. `by`: who.
using FireAct =
    std::function<void(const std::string& rule, const std::string& by, base::Done<void> done)>;

// What a command is about, as far as who may ask depends on it.
struct CommandAbout {
  std::string door{};
  std::uint16_t group = 0;  // of doors
  std::string person{};
  std::string credential{};  // and so its holder
  std::string pass{};        // and so who gave it
  std::string code{};
  std::string delegation{};  // and so who gave it
  std::string own{};         // whose own it is: nobody else's, of the same household either
};

// What a person, the platform or a page may ask of the doors, each with its input's schema in
// config/schema/access/<action>.schema.json. Loop thread only.
class AccessCommands : public core::RetentionShelf {
 public:
  // What it needs of the rooms beside it; all of them outlive it.
  struct Dependencies {
    base::Loop& loop;
    ports::Store& store;
    const ports::WallClock& clock;
    const core::DeviceTable& devices;
    const core::Places& places;
    ports::Crypto& crypto;
    ports::KeyStore& keys;
    ports::PasswordHash& hash;
    ports::History* history = nullptr;  // absent: who_opened cannot be answered
    FireAct release_fire{};             // absent: there are no fire rules
    FireAct reset_fire{};
  };

  AccessCommands(Dependencies needs, AccessBooks& books, DoorDesk& doors,
                 PresentationDesk& presentations, AccessMacs macs);
  AccessCommands(const AccessCommands&) = delete;
  AccessCommands& operator=(const AccessCommands&) = delete;
  ~AccessCommands() override = default;

  // As core::Scenario.
  base::Result<domain::SafetyClass> judge(const domain::Command& command) const;
  void perform(const domain::Command& command, base::Done<core::ScenarioAnswer> done);

  // As core::RetentionShelf: revoked credentials by their id, consents that were taken back.
  std::vector<std::string> over(core::DataClass data) const override;
  void erase(core::DataClass data, std::vector<std::string> keys, ports::Turn with,
             base::Done<void> done) override;

  // Called after each change of the books.
  void on_change(std::function<void()> observer) { changes_.on_applied(std::move(observer)); }

  // The names of all actions.
  static std::vector<std::string_view> actions();

 private:
  using Done = base::Done<core::ScenarioAnswer>;
  struct OwnLook;
  struct Row {
    std::string_view action;
    domain::access::SiteAction needs;
    domain::SafetyClass safety;
    base::Result<CommandAbout> (*about)(std::string_view input);
    void (AccessCommands::*perform)(const domain::Command&, Done);
  };
  static const std::vector<Row>& rows();
  static const Row* find_row(std::string_view action);

  base::Result<void> check_asker(const domain::Command& command, const Row& row,
                                 const CommandAbout& about) const;
  domain::access::PlaceRelation relation(const Asker& asker, const CommandAbout& about) const;
  std::string person_of(const CommandAbout& about) const;
  // Somebody for whom the issuer may do this, by a delegation that runs; empty: nobody.
  std::string acts_for(const domain::Command& command, domain::access::SiteAction action,
                       const CommandAbout& about) const;
  base::Result<void> check_reach(const domain::Command& command, const CommandAbout& about) const;
  base::Result<void> check_fresh(const domain::Command& command, std::int64_t issued_ms) const;

  void open(const domain::Command& command, Done done);
  // `done` is taken only if it is granted.
  base::Result<void> try_open(Writing& writing, const domain::Command& command,
                              const OpenForm& form, Done& done);
  void put_door(const domain::Command& command, Done done);
  void remove_door(const domain::Command& command, Done done);
  void put_schedule(const domain::Command& command, Done done);
  void remove_schedule(const domain::Command& command, Done done);
  void put_calendar(const domain::Command& command, Done done);
  void put_right(const domain::Command& command, Done done);
  void remove_right(const domain::Command& command, Done done);
  void issue_credential(const domain::Command& command, Done done);
  void revoke_credential(const domain::Command& command, Done done);
  void issue_pass(const domain::Command& command, Done done);
  void revoke_pass(const domain::Command& command, Done done);
  void issue_code(const domain::Command& command, Done done);
  void revoke_code(const domain::Command& command, Done done);
  void list_visits(const domain::Command& command, Done done);
  void move_in(const domain::Command& command, Done done);
  void move_out(const domain::Command& command, Done done);
  void release_fire(const domain::Command& command, Done done);
  void reset_fire(const domain::Command& command, Done done);
  void act_on_fire(const FireAct& act, const domain::Command& command, Done done);
  void block(const domain::Command& command, Done done);
  void unblock(const domain::Command& command, Done done);
  void set_block(const domain::Command& command, bool is_blocked, Done done);
  void unlock_keypad(const domain::Command& command, Done done);
  void who_opened(const domain::Command& command, Done done);
  void read_own_log(const domain::Command& command, Done done);
  void look_at_own(const std::shared_ptr<OwnLook>& look);
  std::uint64_t take_page(OwnLook& look, const ports::EventPage& page) const;
  void take_own(OwnLook& look, const ports::KeptEvent& event) const;
  void give_consent(const domain::Command& command, Done done);
  void withdraw_consent(const domain::Command& command, Done done);
  void erase_person(const domain::Command& command, Done done);
  void delegate(const domain::Command& command, Done done);
  void end_delegation(const domain::Command& command, Done done);
  void import_households(const domain::Command& command, Done done);

  base::Result<Change> plan_right(const domain::Command& command) const;
  base::Result<Change> plan_credential(const domain::Command& command,
                                       IssueCredentialForm form) const;
  base::Result<std::string> draw_number(std::string_view credential) const;
  // Gives it a number and a seed; the answer is what the authenticator app reads.
  base::Result<core::ScenarioAnswer> make_dynamic_code(
      domain::access::Credential& credential) const;
  base::Result<Change> plan_revocation(const domain::Command& command) const;
  base::Result<Change> plan_pass(const domain::Command& command) const;
  base::Result<Change> plan_code(const domain::Command& command) const;
  base::Result<domain::access::VisitorCode> draw_code(domain::access::VisitorCode code,
                                                      std::string& digits) const;
  base::Result<Change> plan_withdrawal(const domain::Command& command) const;
  base::Result<Change> plan_erasure(const domain::Command& command) const;
  base::Result<Change> plan_clearing(core::DataClass data, const std::vector<std::string>& keys,
                                     ports::Turn with) const;
  // A credential's row, and what an opening wrote beside it.
  static void erase_row(ports::Turn& turn, const std::string& credential);
  base::Result<Change> plan_delegation(const domain::Command& command) const;
  base::Result<Change> plan_import(const domain::Command& command) const;
  // What is put together while people move in, or out.
  struct Arrival {
    Change change{};
    Household home{};
    std::vector<domain::access::Credential> credentials{};
    std::vector<AccessRight> rights{};
  };
  struct Departure {
    Change change;
    Household rest;
    std::vector<std::string> people;
    std::vector<domain::access::Credential> credentials;
    std::vector<std::string> rights;
    domain::access::Revocations revocations;
    std::vector<std::uint64_t> passes;
    std::vector<std::string> codes;
    std::vector<std::string> delegations;
  };
  // What is stored of somebody and goes; of who lives here, what they may take back at any time.
  struct Erasure {
    std::string person{};
    std::optional<Household> home{};  // where they live, without their name and phone
    std::vector<std::string> credentials{};
    std::size_t faces = 0;            // among them
    std::vector<Consent> consents{};  // that stand: they end, and stay as proof
    std::vector<std::string> rights{};
    std::vector<std::string> delegations{};

    bool is_empty() const {
      return credentials.empty() && consents.empty() && rights.empty() && delegations.empty();
    }
  };
  Erasure erasure_of(const std::string& person) const;
  void add_ways(Erasure& erasure) const;
  static std::size_t take_name(Erasure& erasure);
  static void write_erasure(const Erasure& erasure, ports::Turn& turn);
  static void apply_erasure(AccessBooks& books, Erasure erasure);
  std::string departure_json(const Departure& left) const;
  static void apply(AccessBooks& books, Arrival arrival);
  domain::access::ImportPlan read_list(const std::string& list) const;
  base::Result<NewResident> new_resident(const domain::access::ImportedPerson& person) const;
  Household home_at(const std::string& place) const;
  std::vector<std::uint16_t> groups_at(const std::string& place,
                                       const std::vector<std::uint16_t>& groups) const;
  base::Result<Arrival> arrive(const std::string& place,
                               const std::vector<const domain::access::ImportedPerson*>& people,
                               const std::vector<std::uint16_t>& groups) const;
  base::Result<void> add_resident(const MoveInForm& form, const NewResident& person,
                                  Arrival& arrival) const;
  base::Result<void> take_resident(const std::string& person, Departure& departure) const;
  static void let_go(AccessBooks& books, Departure left);
  base::Result<Change> plan_move_in(const domain::Command& command) const;
  base::Result<Change> plan_move_out(const domain::Command& command) const;
  base::Result<std::uint64_t> random_number() const;
  base::Result<Resident> resident_of(const NewResident& person, const Household& home) const;
  std::uint64_t subject_of(std::string_view person) const;
  // A change that will stand in the audit as what this command did to `target`.
  Change begin_change(const domain::Command& command, std::string target) const;
  void refuse(base::Error error, Done done);

  Dependencies needs_;
  AccessBooks& books_;
  DoorDesk& doors_;
  PresentationDesk& presentations_;
  AccessMacs macs_;
  ChangeLine changes_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::scenarios::access
