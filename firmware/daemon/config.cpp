#include "firmware/daemon/config.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "drivers/gpio/line_spec.hpp"
#include "drivers/osdp/bus_spec.hpp"
#include "firmware/base/id.hpp"
#include "firmware/base/json_positions.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"
#include "firmware/base/subnet.hpp"
#include "firmware/daemon/config_table.hpp"

namespace linli::daemon {
namespace {

using base::Json;

constexpr std::size_t kMaxProblems = 20;
constexpr base::JsonLimits kLimits{.max_bytes = 256 * 1024,
                                   .max_depth = 8,
                                   .max_values = 2048,
                                   .max_string_bytes = 4096,
                                   .allow_comments = true};

std::string shown(const Json& value) {
  if (value.is_structured()) return value.is_object() ? "an object" : "an array";
  return base::dump_json(value).substr(0, 60);
}

std::string absolute(const std::string& path, const std::string& base_dir) {
  return (std::filesystem::path(base_dir) / path).lexically_normal().string();
}

// Puts one value into its member; an answer says what was expected instead.
struct Setter {
  Config& config;
  const Json& value;
  const std::string& base_dir;

  std::string operator()(const TextRule& rule) const {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > rule.max_bytes) {
      return fmt::format("a string of at most {} bytes", rule.max_bytes);
    }
    rule.member(config) = value.get<std::string>();
    return "";
  }
  std::string operator()(const IdRule& rule) const {
    if (!value.is_string() || !base::is_id(value.get_ref<const std::string&>()))
      return "1 to 64 of a-z A-Z 0-9 . _ -";
    rule.member(config) = value.get<std::string>();
    return "";
  }
  std::string operator()(const PathRule& rule) const {
    if (!value.is_string() || (!rule.optional && value.get_ref<const std::string&>().empty()))
      return "a path";
    const auto path = value.get<std::string>();
    rule.member(config) = path.empty() ? "" : absolute(path, base_dir);
    return "";
  }
  std::string operator()(const WordRule& rule) const {
    const bool known = value.is_string() && std::find(rule.words.begin(), rule.words.end(),
                                                      value.get<std::string>()) != rule.words.end();
    if (!known) return fmt::format("one of {}", fmt::join(rule.words, ", "));
    rule.member(config) = value.get<std::string>();
    return "";
  }
  std::string operator()(const IntegerRule& rule) const {
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX) &&
                      value.get<std::int64_t>() >= rule.min &&
                      value.get<std::int64_t>() <= rule.max;
    if (!fits) return fmt::format("an integer from {} to {}", rule.min, rule.max);
    rule.member(config) = value.get<std::int64_t>();
    return "";
  }
  std::string operator()(const ListRule& rule) const {
    const std::size_t least = rule.may_be_empty ? 0 : 1;
    const bool is_list = value.is_array() && value.size() >= least && value.size() <= 16 &&
                         std::all_of(value.begin(), value.end(), [](const Json& item) {
                           return item.is_string() && !item.get_ref<const std::string&>().empty();
                         });
    if (!is_list) return fmt::format("an array of {} to 16 strings", least);
    std::vector<std::string> items;
    for (const Json& item : value) {
      items.push_back(rule.are_paths ? absolute(item.get<std::string>(), base_dir)
                                     : item.get<std::string>());
    }
    rule.member(config) = std::move(items);
    return "";
  }
};

Json member_json(const ConfigRow& row, Config& config) {
  return std::visit([&config](const auto& rule) { return Json(rule.member(config)); }, row.rule);
}

Json& place_of(Json& root, std::string_view path) {
  Json* node = &root;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    node = &(*node)[std::string(path.substr(0, dot))];
    path.remove_prefix(dot + 1);
  }
  return (*node)[std::string(path)];
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& base_dir)
      : positions_(base::json_positions(text)), base_dir_(base_dir) {}

  // What stands in `json` wins over `under`.
  ConfigReading read_over(const Json& json, const Config& under) {
    reading_.config = under;
    is_override_ = true;
    return read(json);
  }

  ConfigReading read(const Json& json) {
    walk(json, "");
    if (reading_.problems.empty()) check_across();
    return std::move(reading_);
  }

 private:
  void problem(const std::string& path, std::string what) {
    if (reading_.problems.size() >= kMaxProblems) return;
    const auto found = positions_.find(path);
    const base::TextPosition at =
        found == positions_.end() ? base::TextPosition{0, 0} : found->second;
    reading_.problems.push_back({path, at.line, at.column, std::move(what)});
  }

  void walk(const Json& object, const std::string& prefix) {
    for (const auto& [key, value] : object.items()) {
      const std::string path = prefix + key;
      if (key == "$schema" && prefix.empty()) continue;
      if (const ConfigRow* row = row_of(path)) {
        set(*row, value);
      } else if (!is_section(path)) {
        unknown(path, prefix);
      } else if (!value.is_object()) {
        problem(path, "expected an object, found " + shown(value));
      } else {
        walk(value, path + ".");
      }
    }
  }

  static const ConfigRow* row_of(std::string_view path) {
    const auto table = config_table();
    const auto row = std::find_if(table.begin(), table.end(),
                                  [path](const ConfigRow& r) { return r.path == path; });
    return row == table.end() ? nullptr : &*row;
  }

  static bool is_section(const std::string& path) {
    const auto table = config_table();
    return std::any_of(table.begin(), table.end(),
                       [&path](const ConfigRow& row) { return row.path.starts_with(path + "."); });
  }

  void unknown(const std::string& path, const std::string& prefix) {
    std::set<std::string, std::less<>> beside;
    for (const ConfigRow& row : config_table()) {
      if (!row.path.starts_with(prefix)) continue;
      const std::string_view rest = row.path.substr(prefix.size());
      beside.emplace(rest.substr(0, rest.find('.')));
    }
    const auto near = base::nearest(std::string_view(path).substr(prefix.size()), beside);
    problem(path,
            near ? fmt::format("unknown key, did you mean '{}{}'?", prefix, *near) : "unknown key");
  }

  void set(const ConfigRow& row, const Json& value) {
    if (is_override_ && row.effect == Effect::kFile) {
      problem(std::string(row.path), "only the configuration file may say this");
      return;
    }
    const std::string expected = std::visit(Setter{reading_.config, value, base_dir_}, row.rule);
    if (!expected.empty())
      problem(std::string(row.path), fmt::format("expected {}, found {}", expected, shown(value)));
  }

  // What no single member can say.
  void check_across() {
    const Config& c = reading_.config;
    if (c.platform.link != "off" && c.platform.host.empty()) {
      problem("platform.host",
              fmt::format("is needed when platform.link is \"{}\"", c.platform.link));
    }
    if (c.platform.link == "mqtt") check_mqtt(c.platform);
    if (c.platform.link == "coap") check_coap(c.platform.coap);
    if (c.platform.backoff.base_ms > c.platform.backoff.cap_ms)
      problem("platform.backoff.base_ms", "is above platform.backoff.cap_ms");
    if (!base::is_ip_address(c.coap.listen)) problem("coap.listen", "is no IP address");
    if (!base::is_ip_address(c.console.listen)) problem("console.listen", "is no IP address");
    if (c.coap.plain_port == c.coap.port) problem("coap.plain_port", "is coap.port");
    for (const std::string& subnet : c.coap.plain_from) {
      if (const auto parsed = base::Subnet::parse(subnet); !parsed)
        problem("coap.plain_from", parsed.error().what);
    }
    check_named("osdp.buses", "buses", c.osdp.buses, &drivers::osdp::parse_bus);
    check_named("gpio.lines", "lines", c.gpio.lines, &drivers::gpio::parse_line);
    if (c.data_dir.front() != '/') problem("data_dir", "is not absolute");
  }

  // Each can be read, and has a name of its own. `kind`: what they are, for people.
  template <class Parse>
  void check_named(const char* path, const char* kind, const std::vector<std::string>& texts,
                   Parse parse) {
    std::set<std::string> names;
    for (const std::string& text : texts) {
      const auto read = parse(text);
      if (!read) {
        problem(path, read.error().what);
      } else if (!names.insert(read->name).second) {
        problem(path, fmt::format("two {} are called {}", kind, read->name));
      }
    }
  }

  void check_mqtt(const Config::Platform& platform) {
    if (platform.ca.empty())
      problem("platform.ca", "is needed when platform.link is \"mqtt\": whom shall we trust?");
    if (platform.certificate.empty() != platform.key.empty()) {
      problem("platform.key", "certificate and key belong together: give both or none");
    }
  }

  void check_coap(const Config::Platform::Coap& coap) {
    if (coap.identity.empty())
      problem("platform.coap.identity", "is needed when platform.link is \"coap\": who are we?");
    if (coap.key_file.empty())
      problem("platform.coap.key_file", "is needed when platform.link is \"coap\"");
  }

  std::map<std::string, base::TextPosition> positions_;
  const std::string& base_dir_;
  bool is_override_ = false;
  ConfigReading reading_;
};

struct SchemaOf {
  Json operator()(const TextRule& rule) const {
    return {{"type", "string"}, {"maxLength", rule.max_bytes}};
  }
  Json operator()(const IdRule& /*rule*/) const {
    return {{"type", "string"}, {"pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}};
  }
  Json operator()(const PathRule& rule) const {
    return {{"type", "string"}, {"minLength", rule.optional ? 0 : 1}};
  }
  Json operator()(const WordRule& rule) const {
    Json words = Json::array();
    for (const std::string_view word : rule.words) words.push_back(std::string(word));
    return {{"enum", words}};
  }
  Json operator()(const IntegerRule& rule) const {
    return {{"type", "integer"}, {"minimum", rule.min}, {"maximum", rule.max}};
  }
  Json operator()(const ListRule& rule) const {
    return {{"type", "array"},
            {"minItems", rule.may_be_empty ? 0 : 1},
            {"maxItems", 16},
            {"items", {{"type", "string"}, {"minLength", 1}}}};
  }
};

ConfigReading not_an_object(std::string_view text, const base::Result<Json>& json) {
  ConfigReading reading;
  ConfigProblem problem{"", 1, 1, json ? "expected an object" : json.error().what};
  constexpr std::string_view kByte = "not JSON at byte ";
  if (problem.what.starts_with(kByte)) {
    const auto byte = base::parse_number<std::size_t>(problem.what.substr(kByte.size()));
    const auto at = base::position_of(text, byte.value_or(1) - 1);
    problem = {"", at.line, at.column, "not JSON here (a missing comma, quote or bracket?)"};
  }
  reading.problems.push_back(std::move(problem));
  return reading;
}

}  // namespace

ConfigReading read_config(std::string_view text, const std::string& base_dir) {
  const auto json = base::parse_json(text, kLimits);
  if (json && json->is_object()) return Reader(text, base_dir).read(*json);
  return not_an_object(text, json);
}

ConfigReading read_overrides(std::string_view text, const Config& under) {
  const auto json = base::parse_json(text, kLimits);
  if (json && json->is_object()) return Reader(text, under.data_dir).read_over(*json, under);
  return not_an_object(text, json);
}

base::Result<ConfigReading> load_config(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return base::fail(base::Code::kNotFound,
                      "cannot read {}: does it exist, and may this user read it?", file);
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return base::fail(base::Code::kInternal, "cannot read {}", file);
  return read_config(text.str(), std::filesystem::absolute(file).parent_path().string());
}

Json to_json(const Config& config) {
  Config copy = config;
  Json json;
  for (const ConfigRow& row : config_table()) place_of(json, row.path) = member_json(row, copy);
  return json;
}

Json config_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Configuration of linlid"},
                 {"type", "object"},
                 {"additionalProperties", false},
                 {"properties", {{"$schema", {{"type", "string"}}}}}};
  Config defaults;
  for (const ConfigRow& row : config_table()) {
    Json* node = &schema;
    std::string_view path = row.path;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      node = &(*node)["properties"][std::string(path.substr(0, dot))];
      (*node)["type"] = "object";
      (*node)["additionalProperties"] = false;
      path.remove_prefix(dot + 1);
    }
    Json member = std::visit(SchemaOf{}, row.rule);
    member["description"] = std::string(row.help);
    member["default"] = member_json(row, defaults);
    (*node)["properties"][std::string(path)] = std::move(member);
  }
  return schema;
}

std::string config_reference() {
  Config defaults;
  std::string out;
  for (const ConfigRow& row : config_table()) {
    out += fmt::format("| `{}` | `{}` | {} |\n", row.path,
                       base::dump_json(member_json(row, defaults)), row.help);
  }
  return out;
}

const std::vector<std::string>& console_hosts(const Config& config) {
  return config.console.hosts.empty() ? config.broker.hosts : config.console.hosts;
}

std::vector<std::string> changed_sections(const Config& before, const Config& after) {
  std::vector<std::string> changed;
  const Json old_json = to_json(before);
  const Json new_json = to_json(after);
  for (const auto& [section, value] : new_json.items()) {
    if (old_json.at(section) != value) changed.push_back(section);
  }
  return changed;
}

std::string describe(const ConfigProblem& problem, const std::string& file) {
  std::string out = file;
  if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
  if (!problem.path.empty()) out += ": " + problem.path;
  return out + ": " + problem.what;
}

Json verdict_json(const ConfigReading& reading, const std::string& file) {
  Json list = Json::array();
  for (const ConfigProblem& problem : reading.problems) {
    list.push_back({{"path", problem.path},
                    {"line", problem.line},
                    {"column", problem.column},
                    {"what", problem.what}});
  }
  return {{"file", file}, {"valid", reading.problems.empty()}, {"problems", std::move(list)}};
}

std::string verdict_text(const ConfigReading& reading, const std::string& file) {
  if (reading.problems.empty()) return file + ": valid\n";
  std::string text;
  for (const ConfigProblem& problem : reading.problems) text += describe(problem, file) + "\n";
  return text;
}

}  // namespace linli::daemon
