#include "firmware/ctl/audit.hpp"

#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/ctl/control_client.hpp"
#include "firmware/ctl/show.hpp"
#include "firmware/domain/audit_line.hpp"
#include "firmware/tls/local_crypto.hpp"

namespace linli::ctl {
namespace {

using base::Json;

constexpr int kLimitS = 15;
constexpr int kLinesAtOnce = 100;

using TakeLine = std::function<base::Result<void>(const std::string&)>;

// All that the daemon has, oldest first; `take` ends it with a failure.
base::Result<void> each_line(const std::string& socket, const TakeLine& take) {
  ControlClient client(socket);
  std::uint64_t from = 1;
  for (;;) {
    auto page = client.call("audit.read", {{"from", from}, {"limit", kLinesAtOnce}}, kLimitS);
    if (!page) return base::failure_of(std::move(page));
    const Json& lines = page->at("lines");
    for (const Json& line : lines) {
      if (auto taken = take(line.get<std::string>()); !taken) return taken;
    }
    if (lines.size() < kLinesAtOnce) return {};
    // What was pruned makes the first page begin later than was asked for.
    const auto last = base::parse_json(lines.back().get<std::string>());
    if (!last) return base::Failure(last.error());
    from = last->at("seq").get<std::uint64_t>() + 1;
  }
}

base::Result<void> each_line_of_file(const std::string& path, const TakeLine& take) {
  std::ifstream file(path);
  if (!file) return base::fail(base::Code::kNotFound, "{} cannot be read", path);
  std::string line;
  while (std::getline(file, line)) {
    if (auto taken = take(line); !taken) return taken;
  }
  if (file.bad()) return base::fail(base::Code::kInternal, "{} cannot be read to its end", path);
  return {};
}

void show_line(const std::string& exported) {
  const auto json = base::parse_json(exported);
  if (!json) return;
  std::cout << fmt::format("{:>7}  {}  {:<28} {:<22} {:<28} {}\n", json->at("seq").dump(),
                           json->value("time", ""), json->value("actor", ""),
                           json->value("action", ""), json->value("target", ""),
                           json->at("detail").dump());
}

int tell(const Invocation& in, const domain::AuditCheck& check) {
  const std::string head = base::to_hex(check.head());
  if (in.json) {
    std::cout << Json{{"first", check.first()}, {"last", check.last()}, {"head", head}}.dump(2)
              << "\n";
  } else if (check.last() == 0) {
    std::cout << "there is no line\n";
  } else {
    std::cout << fmt::format("lines {} to {} are whole; head {}\n", check.first(), check.last(),
                             head);
  }
  return kDone;
}

}  // namespace

int audit_show(const Invocation& in) {
  Json params = Json::object();
  if (in.params.contains("from")) params["from"] = in.params["from"];
  auto page = ControlClient(in.socket).call("audit.read", params, kLimitS);
  if (!page) return show_error(page.error(), in.json);
  if (in.json) {
    std::cout << page->dump(2) << "\n";
    return kDone;
  }
  for (const Json& line : page->at("lines")) show_line(line.get<std::string>());
  return kDone;
}

int audit_export(const Invocation& in) {
  const auto done = each_line(in.socket, [](const std::string& line) -> base::Result<void> {
    std::cout << line << "\n";
    if (std::cout.good()) return {};
    return base::fail(base::Code::kInternal, "the output takes no more");
  });
  return done ? kDone : show_error(done.error(), in.json);
}

int audit_verify(const Invocation& in) {
  domain::AuditCheck check(&tls::sha256);
  const TakeLine take = [&check](const std::string& line) { return check.take(line); };
  const std::string file = in.params.value("file", "");
  const auto done = file.empty() ? each_line(in.socket, take) : each_line_of_file(file, take);
  if (!done) return show_error(done.error(), in.json);
  const std::string head = in.params.value("head", "");
  if (!head.empty() && head != base::to_hex(check.head())) {
    return show_error(
        {base::Code::kCorrupt, fmt::format("the lines are whole but end with {}: the last ones are "
                                           "missing, or all were written anew",
                                           base::to_hex(check.head()))},
        in.json);
  }
  return tell(in, check);
}

}  // namespace linli::ctl
