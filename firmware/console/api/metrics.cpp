#include "firmware/console/api/metrics.hpp"

#include "firmware/base/json.hpp"

namespace linli::console::api {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

void append_sample(std::string& out, const std::string& name, const MetricSample& sample) {
  out += name;
  if (!sample.labels.empty()) {
    out.push_back('{');
    for (const auto& [label, value] : sample.labels) {
      if (out.back() != '{') out.push_back(',');
      out += label + "=\"" + escaped(value) + "\"";
    }
    out.push_back('}');
  }
  out.push_back(' ');
  base::append_json_number(out, sample.value);
  out.push_back('\n');
}

std::string text_of(const std::vector<MetricFamily>& families, bool is_open) {
  std::string out;
  for (const MetricFamily& family : families) {
    const bool is_counter = family.kind == MetricFamily::Kind::kCounter;
    const std::string sample_name = family.name + (is_counter ? "_total" : "");
    const std::string& title = is_open ? family.name : sample_name;
    out += "# HELP " + title + " " + escaped(family.help) + "\n";
    out += "# TYPE " + title + (is_counter ? " counter\n" : " gauge\n");
    for (const MetricSample& sample : family.samples) append_sample(out, sample_name, sample);
  }
  if (is_open) out += "# EOF\n";
  return out;
}

}  // namespace

std::string openmetrics_text(const std::vector<MetricFamily>& families) {
  return text_of(families, true);
}

std::string prometheus_text(const std::vector<MetricFamily>& families) {
  return text_of(families, false);
}

}  // namespace linli::console::api
