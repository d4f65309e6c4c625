#include "firmware/ctl/download.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/tls/files.hpp"

namespace linli::ctl {
namespace {

constexpr int kLimitS = 15;
constexpr std::size_t kMaxPiece = 64 * 1024;
constexpr std::size_t kMaxBytes = 64ULL * 1024 * 1024;

}  // namespace

base::Result<std::string> download(ControlClient& client, const base::Json& offer) {
  std::string bytes;
  const base::Json id = offer.value("id", base::Json());
  while (bytes.size() < kMaxBytes) {
    auto answer = client.call("download.read", {{"id", id}, {"offset", bytes.size()}}, kLimitS);
    if (!answer) return base::failure_of(std::move(answer));
    base::JsonReader in(*answer, "answer");
    auto piece = base::from_hex(in.text("hex", kMaxPiece));
    const bool is_end = in.boolean("end");
    if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
    if (!piece) return piece;
    bytes += *piece;
    if (is_end) return bytes;
  }
  return base::fail(base::Code::kInternal, "linlid sends without end");
}

base::Result<void> write_result(const std::string& file, const std::string& bytes) {
  if (file.empty()) return base::fail(base::Code::kInvalid, "name the file to be written");
  return tls::write_private_file(std::filesystem::absolute(file).string(), bytes);
}

}  // namespace linli::ctl
