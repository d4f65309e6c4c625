#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/change_ring.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/feed_batch.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/core/command_ledger.hpp"
#include "firmware/ports/store.hpp"

namespace linli::console::api {

// What the feed asks the other rooms.
struct FeedSources {
  std::function<bool(const core::Actor&)> still_stands;  // does the session or token still stand?
  std::function<base::Json(const core::Actor&)> todo;    // body of GET /todo
  std::function<bool(const core::Actor&, const core::CommandRecord&)> sees_command;
  std::function<std::string(std::string_view)> place_of_door;  // empty: none, or of none
};

// Tells of changes as they become durable: the console's WebSocket, and single events of a device
// for the Web of Things. A device's changes reach a client at most five times a second, and less
// often when telling everybody takes long: doors and alarms wait behind the same loop. Loop thread
// only; it never waits for a slow reader, which is closed by its outlet.
class Feed {
 public:
  static constexpr base::Duration kPause = std::chrono::milliseconds(200);
  static constexpr base::Duration kLongestPause = std::chrono::milliseconds(600);
  static constexpr int kShare = 10;  // telling everybody takes at most one part in so many
  static constexpr base::Duration kLook =
      std::chrono::seconds(5);  // who still stands, what is to be done
  static constexpr base::Duration kPoll = std::chrono::seconds(55);  // a long poll without an event
  static constexpr base::Duration kLinger = std::chrono::minutes(5);  // kept with nobody connected
  static constexpr std::size_t kMaxClients = 64;                      // of each kind

  Feed(base::Loop& loop, std::string run, const core::DeviceTable& devices,
       const core::CommandLedger& ledger, const Reach& reach, const DeviceView& view,
       FeedSources sources);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // As an observer of Store::on_appended. `epoch` is the store's.
  void on_appended(const ports::OutboxChunk& chunk, std::string_view epoch);
  // A device was added, described or revoked: nothing of that is appended.
  void on_device(const std::string& id);

  void open(Call call);          // GET /feed
  void stream_event(Call call);  // GET …/events/{name} as an event stream
  void await_event(Call call);   // the same as a long poll

  std::size_t clients() const { return clients_.size() + streams_.size() + polls_.size(); }

 private:
  struct Client {
    core::Actor actor;
    OutletPtr outlet;
    std::uint64_t next = 0;  // all before it was sent
    Language language = Language::kZh;
    std::string todo = {};  // as it was told last
  };
  struct Stream {
    core::Actor actor;
    OutletPtr outlet;
    std::string device;
    std::string event;
  };
  struct Poll {
    Call call;
    base::Handle limit;
  };
  using Batches = std::map<std::uint64_t, FeedBatch>;  // by where a client stands
  // Each person's list is made once a look, however many pages they have open.
  using Todos = std::map<std::tuple<std::string, std::string, Language>, std::string>;
  struct Message {
    std::string_view kind;
    std::string data;  // JSON
  };

  void note(Change change);
  void note_record(const domain::Envelope& envelope, std::uint64_t seq, std::string_view epoch);
  void tell_event(const std::string& device, const std::string& event, const base::Json& data);
  void begin(Client client, const std::string& resume);
  void flush();
  bool flush(Client& client, Batches& batches);
  void flush_later();
  std::vector<Message> messages_of(const Client& client, FeedBatch& batch) const;
  std::string device_data(const std::string& id, base::Json changed) const;
  bool send(Client& client, FeedBatch& batch);
  void look();
  bool look(Client& client, Todos& todos);
  void watch();
  bool listens() const;
  bool sees_event(const core::Actor& actor, const Change& change) const;
  std::string message(std::uint64_t number, std::string_view kind, std::string_view data) const;

  base::Loop& loop_;
  ChangeRing ring_;
  const core::DeviceTable& devices_;
  const core::CommandLedger& ledger_;
  const Reach& reach_;
  const DeviceView& view_;
  FeedSources sources_;
  std::list<Client> clients_;
  std::list<Stream> streams_;
  std::list<Poll> polls_;
  base::TimePoint last_client_{};  // when the last one was there
  bool was_used_ = false;
  base::Handle flush_timer_;
  bool flush_waits_ = false;
  base::Duration pause_ = kPause;
  base::Handle look_timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::console::api
