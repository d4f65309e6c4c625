#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/domain/access/try_limit.hpp"
#include "firmware/ports/crypto.hpp"
#include "firmware/ports/password_hash.hpp"
#include "firmware/scenarios/access/access_books.hpp"
#include "firmware/scenarios/access/door_desk.hpp"
#include "firmware/scenarios/access/keypad.hpp"

namespace linli::scenarios::access {

// The keys with which passes, visitor codes and PINs are recognised. They lie sealed outside the
// database (KeyRing).
struct AccessMacs {
  std::string site;           // the compound's id: a pass of another one opens nothing
  std::uint8_t code_key = 1;  // with which visitor codes are tagged
  domain::access::PassMac pass_mac;
  KeypadMac keypad_mac;
};

// What people show to readers (卡、密码、二维码、人脸) becomes a decision, and the decision a way
// in.
//
// A card, a pass or a face is judged in the turn in which it came. A PIN is looked up by its tag
// and proved by its Argon2id string on another thread, so it gets a turn of its own; digits that
// are nobody's take as long. One PIN a door is on its way at a time, another one meanwhile is told
// that the door is busy: who guesses is not faster with two keypads. At a door that wants two
// factors the card is kept for kSecondFactorWait until the PIN, or the holder's dynamic code, has
// been typed. Loop thread only.
class PresentationDesk {
 public:
  static constexpr base::Duration kSecondFactorWait = std::chrono::seconds(10);

  PresentationDesk(base::Loop& loop, DoorDesk& doors, AccessBooks& books, ports::PasswordHash& hash,
                   ports::Crypto& crypto, AccessMacs macs);
  PresentationDesk(const PresentationDesk&) = delete;
  PresentationDesk& operator=(const PresentationDesk&) = delete;

  // What the device's readers were shown; those that belong to no door open nothing.
  void on_presentations(Writing& writing, const domain::Report& report);

  // 解除密码锁定: a guard says that it is well.
  void unlock_keypad(const DoorDefinition& door);

 private:
  using Rights = std::vector<domain::access::RightHere>;
  // A dynamic code that was right: whose it is, and its step (core::step_of).
  struct SpentCode {
    std::string credential;
    std::uint64_t step = 0;
  };
  // One who is judged, and what a grant uses up.
  struct Case {
    Attempt attempt;
    domain::access::Shown shown{};
    const domain::access::Credential* credential = nullptr;
    std::optional<domain::access::PassToken> pass{};
    std::string code{};  // id of a visitor code
    std::optional<SpentCode> dynamic{};
    bool has_right_itself = false;  // a visitor's pass or code is a right for its door group
  };
  // A card that waits for its PIN.
  struct Waiting {
    std::string credential;
    Attempt attempt;
    base::Handle timer;
  };
  using Head = std::pair<std::string, int>;
  using Found = base::Once<void(std::optional<std::string> credential, bool is_busy)>;

  void on_card(Writing& writing, const DoorDefinition& door, Attempt attempt,
               const domain::Presentation& shown);
  void on_keys(Writing& writing, const DoorDefinition& door, const Attempt& attempt,
               const domain::Presentation& shown);
  void on_pass(Writing& writing, const DoorDefinition& door, Attempt attempt,
               std::string_view text);
  void on_face(Writing& writing, const DoorDefinition& door, Attempt attempt,
               std::string_view text);
  void on_pin(Writing& writing, const DoorDefinition& door, Attempt attempt,
              const base::SecretText& digits);
  bool on_visitor_code(Writing& writing, const DoorDefinition& door, const Attempt& attempt,
                       std::string_view digits);
  bool on_dynamic_code(Writing& writing, const DoorDefinition& door, const Attempt& attempt,
                       std::string_view digits);
  std::optional<SpentCode> right_code(const domain::access::Credential& credential,
                                      const base::SecretText& code,
                                      const domain::EventTime& now) const;
  void take_step(Writing& writing, const SpentCode& spent, base::Task& give_back);
  void on_second_factor(Writing& writing, const DoorDefinition& door, Waiting waiting,
                        const base::SecretText& digits);
  void await_second_factor(const Head& head, const Case& shown);
  void give_up_second_factor(const Head& head);
  void after_second_factor(const Attempt& attempt, const std::string& credential, bool is_right,
                           bool is_busy);
  void after_pin(const Attempt& attempt, const std::optional<std::string>& credential,
                 bool is_busy);
  // Which of these PIN credentials the digits belong to, one after the other.
  void prove(base::SecretText digits, std::vector<std::string> credentials, Found done);

  domain::access::Reason judge(const Writing& writing, const DoorDefinition& door, Case& shown);
  void settle(Writing& writing, const DoorDefinition& door, Case shown);
  domain::access::Reason take(Writing& writing, const Case& shown, domain::access::Reason reason,
                              base::Task& give_back);
  void count(Writing& writing, const DoorDefinition& door, const Case& shown,
             domain::access::Reason reason);
  bool is_active(std::string_view holder, const domain::EventTime& now) const;

  base::Loop& loop_;
  DoorDesk& doors_;
  AccessBooks& books_;
  ports::PasswordHash& hash_;
  ports::Crypto& crypto_;
  AccessMacs macs_;
  Keypad keypad_;
  domain::access::TryLimit limits_;
  std::map<Head, Waiting> waiting_;
  std::set<std::string> proving_;  // doors where a PIN is on its way
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::scenarios::access
