#include "firmware/backup/backup.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "firmware/backup/key_words.hpp"
#include "firmware/backup/restore.hpp"
#include "firmware/backup/sealed_file.hpp"
#include "firmware/core/pending_settings.hpp"
#include "firmware/ports/spaces_of_people.hpp"
#include "firmware/storage/database.hpp"
#include "firmware/storage/database_copy.hpp"
#include "firmware/storage/schema.hpp"
#include "firmware/storage/sqlite_store.hpp"
#include "firmware/tls/files.hpp"

namespace linli::backup {
namespace {

namespace fs = std::filesystem;
using base::Code;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// A gateway's files, with a database of two devices and one event.
class Site {
 public:
  Site() {
    std::string pattern = (fs::temp_directory_path() / "linli-backup-XXXXXX").string();
    root = mkdtemp(pattern.data());
    for (const char* folder : {"/data", "/identity", "/broker"})
      fs::create_directory(root + folder);
    places.data_dir = root + "/data";
    places.config_file = root + "/linlid.json";
    places.identity_dir = root + "/identity";
    places.sealing_key_file = root + "/identity/secret.key";
    places.broker_dir = root + "/broker";
    places.files = {{"coap_key", root + "/platform.key"},
                    {"interlocks", root + "/interlocks.json"}};
    write(places.config_file, R"({"gateway":{"id":"gw7"}})");
    write(places.settings(), R"({"log":{"level":"debug"}})");
    write(root + "/identity/gateway.key", "the gateway's key");
    write(root + "/identity/secret.key", "the sealing key");
    write(root + "/broker/dynamic-security.json", "{}");
    write(root + "/platform.key", "the platform's key");
    write(root + "/interlocks.json", R"({"rules":[]})");
    device("door1", R"({"profile":"generic/lock","driver":"mqtt"})");
    device("smoke1", R"({"profile":"generic/smoke","driver":"mqtt"})");
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site() { fs::remove_all(root); }

  void device(const std::string& id, const std::string& row) const {
    ports::Turn turn;
    turn.puts.push_back({ports::Space::kDevice, id, row});
    turn.puts.push_back({ports::Space::kSession, "s1", "a session"});
    turn.puts.push_back({ports::Space::kInvitation, "i1", "an invitation"});
    turn.puts.push_back({ports::Space::kMeta, core::PendingSettings::kRow, "a change on trial"});
    turn.puts.push_back({ports::Space::kToken, "t1", "a token"});
    domain::Envelope event;
    event.stream = domain::Stream::kAlarm;
    event.type = "linli.thing.event";
    event.subject = "device/" + id;
    event.data = "{}";
    turn.envelopes.push_back(event);
    commit(turn);
  }

  void forget_device(const std::string& id) const {
    ports::Turn turn;
    turn.erasures.push_back({ports::Space::kDevice, id});
    commit(turn);
  }

  void commit(const ports::Turn& turn) const {
    auto database = open();
    storage::Group group;
    group.turns = {&turn};
    ASSERT_TRUE(database.write(group, {}));
    ASSERT_TRUE(database.checkpoint());
  }

  storage::Database open() const {
    storage::DatabaseOptions options;
    options.path = places.database();
    options.ballast_bytes = 0;
    options.quota_bytes.fill(1024 * 1024);
    return std::move(storage::Database::open(options).value());
  }

  std::vector<std::string> devices() const {
    auto rows = storage::open_query(places.database()).value()->scan(ports::Space::kDevice, "", 10);
    std::vector<std::string> ids;
    for (const auto& [id, row] : rows.value()) ids.push_back(id);
    return ids;
  }

  base::Result<Made> backup() const {
    return make_backup(places, {"0.1.0", "gw7", "test", 1'793'000'000'000}, archive());
  }
  std::string archive() const { return root + "/site.linli"; }

  std::string root;
  Places places;
};

base::SecretText key_in(const Made& made) {
  return key_of(fmt::format("{}", fmt::join(made.words, " "))).value();
}

TEST(Backup, HoldsAllThatAGatewayIs) {
  const Site site;
  const auto made = site.backup();
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->words.size(), 24U);
  EXPECT_EQ(made->files, 9U);
  EXPECT_TRUE(made->warnings.empty());
  const auto verified = verify_backup(site.archive(), key_in(*made));
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_NE(verified->manifest.find("gw7"), std::string::npos);
  EXPECT_EQ(last_backup(site.places.data_dir)["files"], 9);
}

TEST(Backup, ShowsNothingOfWhatItHolds) {
  const Site site;
  ASSERT_TRUE(site.backup());
  const std::string archive = read(site.archive());
  for (const char* word : {"gw7", "gateway", "SQLite", "ustar", "door1", "sealing"})
    EXPECT_EQ(archive.find(word), std::string::npos) << word;
  EXPECT_EQ(fs::status(site.archive()).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(Backup, LeavesNothingBesideTheArchive) {
  const Site site;
  ASSERT_TRUE(site.backup());
  int files = 0;
  for (const auto& entry : fs::directory_iterator(site.root))
    files += entry.path().string().find("site.linli") != std::string::npos ? 1 : 0;
  EXPECT_EQ(files, 1);
}

TEST(Backup, DoesNotOverwriteAnother) {
  const Site site;
  ASSERT_TRUE(site.backup());
  EXPECT_EQ(site.backup().error().code, Code::kConflict);
}

TEST(Backup, HasAKeyOfItsOwnEachTime) {
  const Site site;
  const auto first = site.backup();
  fs::remove(site.archive());
  const auto second = site.backup();
  EXPECT_NE(first->words, second->words);
  EXPECT_EQ(verify_backup(site.archive(), key_in(*first)).error().code, Code::kDenied);
}

TEST(Backup, SaysWhereItIsDamagedWhateverBitWasFlipped) {
  const Site site;
  const auto made = site.backup();
  const std::string whole = read(site.archive());
  for (std::size_t at = 8; at < whole.size(); at += 1 + whole.size() / 97) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write(site.archive(), damaged);
    const auto verified = verify_backup(site.archive(), key_in(*made));
    ASSERT_FALSE(verified) << at;
    EXPECT_EQ(verified.error().code, Code::kCorrupt) << at;
  }
}

TEST(Backup, IsDamagedWhereverItIsCutOff) {
  const Site site;
  const auto made = site.backup();
  const std::string whole = read(site.archive());
  for (std::size_t size = 8; size < whole.size(); size += 1 + whole.size() / 97) {
    write(site.archive(), whole.substr(0, size));
    EXPECT_EQ(verify_backup(site.archive(), key_in(*made)).error().code, Code::kCorrupt) << size;
  }
  write(site.archive(), whole + "x");
  EXPECT_EQ(verify_backup(site.archive(), key_in(*made)).error().code, Code::kCorrupt);
}

TEST(SealedFile, CannotBeCutBetweenTwoPiecesNorHaveThemSwapped) {
  const Site site;
  const base::SecretText key(std::string(32, 'k'));
  const std::string file = site.root + "/pieces";
  auto writer = SealedWriter::create(file, key).value();
  ASSERT_TRUE(writer->write(std::string(3 * kPieceBytes, 'x')));
  ASSERT_TRUE(writer->finish());
  const std::string whole = read(file);
  constexpr std::size_t kSealed = kPieceBytes + 16;
  ASSERT_EQ(whole.size(), kHeaderBytes + 3 * kSealed);
  write(file, whole.substr(0, kHeaderBytes + 2 * kSealed));
  auto cut = SealedReader::open(file, key).value();
  EXPECT_TRUE(cut->next());
  EXPECT_EQ(cut->next().error().code, Code::kCorrupt);
  write(file, whole.substr(0, kHeaderBytes) + whole.substr(kHeaderBytes + kSealed, kSealed) +
                  whole.substr(kHeaderBytes, kSealed) + whole.substr(kHeaderBytes + 2 * kSealed));
  auto swapped = SealedReader::open(file, key).value();
  EXPECT_EQ(swapped->next().error().code, Code::kCorrupt);
}

TEST(SealedFile, KnowsANewerFormatAndWhatIsNone) {
  const Site site;
  const base::SecretText key(std::string(32, 'k'));
  ASSERT_TRUE(SealedWriter::create(site.root + "/x", key).value()->finish());
  EXPECT_TRUE(parse_header(read(site.root + "/x")));
  EXPECT_EQ(parse_header("PK\x03\x04 something else").error().code, Code::kInvalid);
  EXPECT_EQ(parse_header("LINLIBAK").error().code, Code::kCorrupt);
}

TEST(Restore, SaysWhatItWouldChangeAndTouchesNothing) {
  Site site;
  const auto made = site.backup();
  site.forget_device("smoke1");
  site.device("new1", "{}");
  site.device("door1", R"({"profile":"generic/lock","name":"another"})");
  write(site.places.settings(), R"({"log":{"level":"warn"}})");
  const auto diff = stage_restore(site.archive(), key_in(*made), site.places, true);
  ASSERT_TRUE(diff) << diff.error().what;
  const base::Json& summary = (*diff)["summary"];
  EXPECT_EQ(summary["devices_added"], 1);
  EXPECT_EQ(summary["devices_removed"], 1);
  EXPECT_EQ(summary["devices_changed"], 1);
  EXPECT_EQ(summary["settings"], 1);
  const std::string text = (*diff)["diff"].dump();
  for (const char* words : {"devices that come back (1): smoke1", "devices that go away (1): new1",
                            "log.level: \\\"warn\\\" → \\\"debug\\\""})
    EXPECT_NE(text.find(words), std::string::npos) << words << " in " << text;
  EXPECT_FALSE((*diff)["staged"]);
  EXPECT_FALSE(fs::exists(site.places.data_dir + "/restore.part"));
  EXPECT_FALSE(take_over(site.places).value());
  EXPECT_EQ(site.devices(), (std::vector<std::string>{"door1", "new1"}));
}

TEST(Restore, SaysWhoCouldOpenDoorsAgainAndWhoNoMore) {
  Site site;
  const auto put = [&site](ports::Space space, const std::string& id, const std::string& row) {
    ports::Turn turn;
    turn.puts.push_back({space, id, row});
    site.commit(turn);
  };
  put(ports::Space::kCredential, "card-ann", R"({"state":"active"})");
  put(ports::Space::kHousehold, "h501", "{}");
  const auto made = site.backup();
  put(ports::Space::kCredential, "card-ann", R"({"state":"lost"})");
  put(ports::Space::kCredential, "card-ben", R"({"state":"active"})");
  put(ports::Space::kAccessPass, "revocations", "{}");
  ports::Turn moved_out;
  moved_out.erasures.push_back({ports::Space::kHousehold, "h501"});
  site.commit(moved_out);
  const auto diff = stage_restore(site.archive(), key_in(*made), site.places, true);
  ASSERT_TRUE(diff) << diff.error().what;
  const std::string text = (*diff)["diff"].dump();
  for (const char* words :
       {"revoke them again: card-ann", "open nothing (1): card-ben",
        "moved out or was erased since: 1", "take back again what was taken back since"})
    EXPECT_NE(text.find(words), std::string::npos) << words << " in " << text;
}

TEST(Restore, BringsBackAllOfItUnderANewEpochWithTheOldIdsOfWhatWaits) {
  Site site;
  const auto made = site.backup();
  const std::string old_epoch = site.open().epoch();
  site.forget_device("smoke1");
  write(site.root + "/identity/gateway.key", "another key");
  write(site.root + "/platform.key", "another key");
  fs::remove(site.root + "/interlocks.json");
  fs::remove(site.places.settings());
  ASSERT_TRUE(stage_restore(site.archive(), key_in(*made), site.places, false));
  EXPECT_EQ(site.devices(), std::vector<std::string>{"door1"}) << "until it is taken over";
  ASSERT_TRUE(take_over(site.places).value());
  EXPECT_EQ(site.devices(), (std::vector<std::string>{"door1", "smoke1"}));
  EXPECT_EQ(read(site.root + "/identity/gateway.key"), "the gateway's key");
  EXPECT_EQ(read(site.root + "/platform.key"), "the platform's key");
  EXPECT_EQ(read(site.root + "/interlocks.json"), R"({"rules":[]})");
  EXPECT_EQ(read(site.places.settings()), R"({"log":{"level":"debug"}})");
  EXPECT_TRUE(fs::exists(site.places.database() + ".before-restore"));
  EXPECT_FALSE(take_over(site.places).value()) << "once";
  auto database = site.open();
  EXPECT_NE(database.epoch(), old_epoch);
  const auto chunks = database.read_outbox(domain::Stream::kAlarm, 1, 1024 * 1024).value();
  ASSERT_EQ(chunks.size(), 2U);
  domain::RecordReader reader(chunks[1]->records, domain::Stream::kAlarm);
  EXPECT_EQ(reader.next().value().origin, old_epoch + "-alarm-2");
  const auto query = storage::open_query(site.places.database()).value();
  for (const ports::Space space : ports::kSpacesOfEntry)
    EXPECT_TRUE(query->scan(space, "", 10).value().empty()) << "nobody is signed in, or invited";
  EXPECT_EQ(query->get(ports::Space::kMeta, core::PendingSettings::kRow).value(), std::nullopt);
  EXPECT_EQ(query->scan(ports::Space::kToken, "", 10).value().size(), 1U) << "until it is revoked";
}

TEST(Restore, IntoAnEmptyMachineWorks) {
  const Site site;
  const auto made = site.backup();
  Places empty = site.places;
  empty.data_dir = site.root + "/new/data";
  empty.identity_dir = site.root + "/new/identity";
  empty.broker_dir = site.root + "/new/broker";
  empty.files.clear();
  ASSERT_TRUE(stage_restore(site.archive(), key_in(*made), empty, false));
  ASSERT_TRUE(take_over(empty).value());
  EXPECT_EQ(read(empty.identity_dir + "/secret.key"), "the sealing key");
  EXPECT_TRUE(storage::check_copy(empty.database()));
}

TEST(Restore, GoesOnAfterAPowerCutWhereverItCame) {
  Site site;
  const auto made = site.backup();
  site.forget_device("smoke1");
  ASSERT_TRUE(stage_restore(site.archive(), key_in(*made), site.places, false));
  // Cut after the old database was put aside, and before the new one was in its place.
  fs::rename(site.places.database(), site.places.database() + ".before-restore");
  ASSERT_TRUE(take_over(site.places).value());
  EXPECT_EQ(site.devices(), (std::vector<std::string>{"door1", "smoke1"}));
  ASSERT_TRUE(stage_restore(site.archive(), key_in(*made), site.places, false));
  // Cut after the database was in its place.
  ASSERT_TRUE(storage::replace_database(site.places.data_dir + kStaged + "/database.db",
                                        site.places.database()));
  ASSERT_TRUE(take_over(site.places).value());
  EXPECT_EQ(site.devices(), (std::vector<std::string>{"door1", "smoke1"}));
}

TEST(Restore, ChangesNothingWithAWrongKeyOrADamagedArchive) {
  Site site;
  const auto made = site.backup();
  const auto denied =
      stage_restore(site.archive(), base::SecretText(std::string(32, 'x')), site.places, false);
  EXPECT_EQ(denied.error().code, Code::kDenied);
  EXPECT_NE(denied.error().what.find("try again"), std::string::npos);
  const std::string whole = read(site.archive());
  write(site.archive(), whole.substr(0, whole.size() - 1));
  EXPECT_EQ(stage_restore(site.archive(), key_in(*made), site.places, false).error().code,
            Code::kCorrupt);
  EXPECT_FALSE(take_over(site.places).value());
}

TEST(DatabaseCopy, KeepsTheRootsOfTheTablesThatSalvageLooksFor) {
  const Site site;
  const std::string copy = site.root + "/copy.db";
  ASSERT_TRUE(storage::copy_database(site.places.database(), copy));
  auto connection = storage::Connection::open(copy, {.read_only = true, .vfs = ""}).value();
  EXPECT_EQ(connection.value("SELECT rootpage FROM sqlite_schema WHERE name = 'state'").value(),
            std::to_string(storage::kStateRoot));
  EXPECT_EQ(connection.value("SELECT rootpage FROM sqlite_schema WHERE name = 'stream'").value(),
            std::to_string(storage::kStreamRoot));
}

// An archive that was made by format 1 and is never made anew: what people keep must stay readable.
TEST(Golden, AnArchiveOfFormat1CanBeRestored) {
  const Site site;
  const std::string folder = LINLI_SOURCE_DIR "/tests/data/backup/";
  const auto key = key_of(read(folder + "format1.words.txt"));
  ASSERT_TRUE(key) << key.error().what;
  Places empty = site.places;
  empty.data_dir = site.root + "/new/data";
  empty.identity_dir = site.root + "/new/identity";
  empty.broker_dir = site.root + "/new/broker";
  const auto diff = stage_restore(folder + "format1.linli", *key, empty, false);
  ASSERT_TRUE(diff) << diff.error().what;
  EXPECT_EQ((*diff)["summary"]["devices"], 2);
  EXPECT_EQ((*diff)["manifest"]["gateway"], "gw7");
  ASSERT_TRUE(take_over(empty).value());
  EXPECT_TRUE(storage::check_copy(empty.database()));
  EXPECT_EQ(read(empty.identity_dir + "/secret.key"), "the sealing key");
}

}  // namespace
}  // namespace linli::backup
