#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

// One encrypted file that holds all that a gateway is: its database, configuration, settings, keys
// and logins. All of this blocks: for linlictl, and for a thread beside the loop.
namespace linli::backup {

// Where a gateway's things lie.
struct Places {
  std::string data_dir;
  std::string config_file;  // empty: none
  std::string identity_dir;
  std::string sealing_key_file;  // among the identity's files, or a credential
  std::string broker_dir;
  // "ca", "certificate", "key", "coap_key" → the platform's files, if they are not among the
  // identity's; "interlocks" → what a fire opens. In the archive under "platform/".
  std::map<std::string, std::string> files;

  std::string database() const { return data_dir + "/linli.db"; }
  std::string settings() const { return data_dir + "/settings.json"; }
};

struct About {
  std::string version;
  std::string gateway;
  std::string site;
  std::int64_t now_ms = 0;
};

struct Made {
  std::vector<std::string> words;  // the key, for the eyes of who made it
  std::uint64_t archive_bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;            // of the files
  std::vector<std::string> warnings;  // what is not in it, and why
};

// Writes the archive beside `file`, reads it back with the key that its words give, and only then
// gives it its name; a failure leaves no file. kConflict if `file` is there; kFull; kDenied for a
// file that may not be read.
base::Result<Made> make_backup(const Places& places, const About& about, const std::string& file);

struct Verified {
  std::string manifest;  // JSON: {"format","made","version","gateway","site","epoch","schema"}
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};
// Reads all of it. kDenied: not its key; kCorrupt; kUnsupported: a newer one; kInvalid: no backup.
base::Result<Verified> verify_backup(const std::string& file, const base::SecretText& key);

// data_dir/last_backup.json: {"time","bytes","files"} of the last one; null if there was none.
base::Json last_backup(const std::string& data_dir);

}  // namespace linli::backup
