#include "firmware/console/static_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "firmware/base/bytes.hpp"

namespace linli::console {
namespace {

struct Type {
  std::string_view extension;
  std::string_view type;
};
constexpr std::array kTypes{
    Type{"html", "text/html; charset=utf-8"},
    Type{"js", "text/javascript; charset=utf-8"},
    Type{"mjs", "text/javascript; charset=utf-8"},
    Type{"css", "text/css; charset=utf-8"},
    Type{"json", "application/json"},
    Type{"map", "application/json"},
    Type{"webmanifest", "application/manifest+json"},
    Type{"txt", "text/plain; charset=utf-8"},
    Type{"svg", "image/svg+xml"},
    Type{"png", "image/png"},
    Type{"jpg", "image/jpeg"},
    Type{"webp", "image/webp"},
    Type{"ico", "image/x-icon"},
    Type{"woff2", "font/woff2"},
    Type{"wasm", "application/wasm"},
};

constexpr std::array<std::string_view, 5> kApiPaths{"/api", "/healthz", "/readyz", "/metrics",
                                                    "/problems"};

std::string_view extension_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// "q=0", "q=0.0", …: not at all.
bool is_refused(std::string_view parameters) {
  const std::size_t at = parameters.find("q=0");
  if (at == std::string_view::npos) return false;
  const std::string_view rest = parameters.substr(at + 3);
  return rest.find_first_not_of("0. ") == std::string_view::npos;
}

struct Chosen {
  Bytes body;
  std::string_view coding;  // empty: as it is
};

Chosen choose(const StaticFiles::File& file, std::string_view accept_encoding) {
  if (file.brotli && accepts_coding(accept_encoding, "br")) return {file.brotli, "br"};
  if (file.gzip && accepts_coding(accept_encoding, "gzip")) return {file.gzip, "gzip"};
  return {file.plain, ""};
}

bool lists_tag(std::string_view if_none_match, const std::string& tag) {
  return if_none_match == "*" || if_none_match.find(tag) != std::string_view::npos;
}

// A name that holds its content's hash never means anything else. A page names what it needs, so
// it is asked for each time.
std::string_view caching_of(std::string_view path, bool is_page) {
  if (!is_page && path.find("/assets/") != std::string_view::npos)
    return "public, max-age=31536000, immutable";
  return "no-cache";
}

}  // namespace

std::string_view content_type_of(std::string_view path) {
  const std::string_view extension = extension_of(path);
  const auto* const found = std::find_if(kTypes.begin(), kTypes.end(), [extension](const Type& t) {
    return t.extension == extension;
  });
  return found == kTypes.end() ? "application/octet-stream" : found->type;
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    const std::size_t comma = accept_encoding.find(',');
    const std::string_view item = accept_encoding.substr(0, comma);
    const std::size_t semicolon = item.find(';');
    if (trimmed(item.substr(0, semicolon)) == coding) {
      return semicolon == std::string_view::npos || !is_refused(item.substr(semicolon));
    }
    if (comma == std::string_view::npos) break;
    accept_encoding.remove_prefix(comma + 1);
  }
  return false;
}

bool is_for_api(std::string_view path) {
  if (path.starts_with("/.well-known/")) return true;
  return std::any_of(kApiPaths.begin(), kApiPaths.end(), [path](std::string_view known) {
    return path.starts_with(known) && (path.size() == known.size() || path[known.size()] == '/');
  });
}

StaticFiles::StaticFiles(std::string directory) : directory_(std::move(directory)) {}

StaticFiles::StaticFiles(std::string directory, std::map<std::string, File> files)
    : directory_(std::move(directory)), files_(std::move(files)) {}

const StaticFiles::File* StaticFiles::file_of(const std::string& path, bool& is_page) const {
  is_page = path.ends_with(".html");
  auto found = files_.find(path);
  if (found == files_.end() && extension_of(path).empty()) {
    is_page = true;
    found = files_.find(path == "/app" || path.starts_with("/app/") ? "/app/index.html"
                                                                    : "/index.html");
  }
  return found == files_.end() ? nullptr : &found->second;
}

tl::expected<StaticFiles::Answer, Refusal> StaticFiles::find(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD")
    return tl::unexpected(refusals::read_only(request.method));
  if (files_.empty() && extension_of(request.path).empty()) return not_installed();
  bool is_page = false;
  const File* const file = file_of(request.path, is_page);
  if (file == nullptr) return tl::unexpected(refusals::no_page(request.path));
  const Chosen chosen = choose(*file, request.header("accept-encoding"));
  const std::string tag = fmt::format("\"{:016x}\"", base::digest64(*chosen.body));
  Answer answer;
  answer.head.headers = {{"etag", tag},
                         {"vary", "accept-encoding"},
                         {"cache-control", std::string(caching_of(request.path, is_page))}};
  if (lists_tag(request.header("if-none-match"), tag)) {
    answer.head.status = 304;
    return answer;
  }
  answer.head.headers.emplace_back("content-type", file->type);
  if (!chosen.coding.empty()) answer.head.headers.emplace_back("content-encoding", chosen.coding);
  answer.body = chosen.body;
  return answer;
}

// No script and no style in it: it passes the content security policy as it is.
StaticFiles::Answer StaticFiles::not_installed() const {
  Answer answer;
  answer.head.status = 404;
  answer.head.headers = {{"content-type", "text/html; charset=utf-8"}};
  std::string where;
  for (const char c : directory_) {
    where += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  answer.body = std::make_shared<const std::string>(fmt::format(
      "<!doctype html>\n<html lang=\"zh\"><meta charset=\"utf-8\">"
      "<title>邻里 Linli</title>\n"
      "<p>网关正在运行，但管理页面尚未安装：{0} 中没有文件。请安装页面文件并重启 linlid。</p>\n"
      "<p lang=\"en\">The gateway is running, but its pages are not installed: there is "
      "nothing in {0} (console.web). Install them and restart linlid.</p>\n</html>\n",
      where));
  return answer;
}

}  // namespace linli::console
