#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/console/message.hpp"
#include "firmware/console/refusal.hpp"

namespace linli::console {

using Bytes = std::shared_ptr<const std::string>;

// The pages, read once at the start and held in memory: no path of a request ever reaches the file
// system. Beside "x.js" there may be "x.js.br" and "x.js.gz".
class StaticFiles {
 public:
  struct File {
    std::string type;
    Bytes plain, brotli, gzip;  // the last two may be null
  };
  // The answer's body is apart, so that it need not be copied.
  struct Answer {
    Response head;
    Bytes body;
  };

  // Without any page: every visit gets one that says where they should be.
  explicit StaticFiles(std::string directory = "");
  StaticFiles(std::string directory, std::map<std::string, File> files);
  // Reads the directory. kNotFound if it is not there, kFull if it is over the limits.
  static base::Result<StaticFiles> read(const std::string& directory);

  // The answer to a GET or HEAD (with its body: who writes it leaves it out), or why there is none.
  // A path without an extension that is no file is a place inside the pages' own navigation and
  // gets /index.html, under /app/ /app/index.html.
  tl::expected<Answer, Refusal> find(const Request& request) const;

  bool empty() const { return files_.empty(); }
  std::size_t size() const { return files_.size(); }

 private:
  const File* file_of(const std::string& path, bool& is_page) const;
  Answer not_installed() const;

  std::string directory_;
  std::map<std::string, File> files_;
};

// By the extension; application/octet-stream for what nobody knows.
std::string_view content_type_of(std::string_view path);

// True if an Accept-Encoding header takes `coding`.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

// Paths that are answered by the API, not by a file.
bool is_for_api(std::string_view path);

}  // namespace linli::console
