#include "drivers/coap/lwm2m_words.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "drivers/coap/link_format.hpp"
#include "drivers/coap/lwm2m_tlv.hpp"
#include "drivers/coap/lwm2m_values.hpp"
#include "drivers/coap/senml_json.hpp"
#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"

namespace linli::drivers::coap {
namespace {

using base::Json;
using domain::ObjectPath;
using net::CoapFormat;
using net::CoapMethod;

// Object, instance, resource, and an instance of it: as many as there are.
using Target = std::vector<std::uint16_t>;
constexpr std::size_t kMaxDepth = 4;

std::string text_of(const Target& target) {
  return fmt::format("/{}", fmt::join(target, "/"));
}

// The numbers at the end: a device may have its objects below a root of its own.
Target target_of(const std::vector<std::string>& path) {
  Target target;
  for (auto segment = path.rbegin(); segment != path.rend() && target.size() < kMaxDepth;
       ++segment) {
    const auto number = domain::parse_object_number(*segment);
    if (!number) break;
    target.push_back(*number);
  }
  std::reverse(target.begin(), target.end());
  return target;
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

// What the profile knows of a resource.
struct Known {
  std::string name = {};
  std::optional<domain::ValueType> type = {};
};

bool is_of(const std::optional<domain::ResourceForm>& form, const Target& target) {
  if (!form || target.size() < 3) return false;
  return form->path == ObjectPath{target[0], target[1], target[2]};
}

Known look_up(const domain::Profile& profile, const Target& target) {
  for (const domain::UpForm& form : profile.up) {
    if (!is_of(form.resource, target)) continue;
    if (form.target == domain::UpForm::Target::kProperty)
      return {profile.properties[form.index].name, form.resource->type};
    if (form.target == domain::UpForm::Target::kEvent)
      return {profile.events[form.index].name, form.resource->type};
  }
  for (const domain::DownForm& form : profile.down) {
    if (is_of(form.resource, target))
      return {profile.actions[form.action].name, form.resource->type};
  }
  return {};
}

// Everything of ours that stands in an object's instance.
std::vector<std::string> names_in(const domain::Profile& profile, const Target& instance) {
  std::vector<std::string> names;
  const auto note = [&names, &instance](const std::optional<domain::ResourceForm>& form,
                                        const std::string& name) {
    const bool is_in = form && instance.size() == 2 && form->path.object == instance[0] &&
                       form->path.instance == instance[1];
    if (is_in && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const domain::UpForm& form : profile.up) {
    if (form.target == domain::UpForm::Target::kProperty)
      note(form.resource, profile.properties[form.index].name);
    if (form.target == domain::UpForm::Target::kEvent)
      note(form.resource, profile.events[form.index].name);
  }
  for (const domain::DownForm& form : profile.down)
    note(form.resource, profile.actions[form.action].name);
  return names;
}

bool may_be_text(std::string_view bytes) {
  return !bytes.empty() && base::is_utf8(bytes) &&
         std::none_of(bytes.begin(), bytes.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

Json value_json(const domain::Value& value) {
  return base::parse_json(domain::to_json(value)).value_or(Json());
}

// The resources of one message, as rows and as a line.
class Resources {
 public:
  Resources(const domain::Profile& profile, Target asked)
      : profile_(profile), asked_(std::move(asked)) {}

  void read(std::optional<std::uint16_t> said_format, std::string_view payload) {
    const auto format = static_cast<CoapFormat>(said_format.value_or(0));
    if (payload.size() > kMaxResourceBytes) {
      problem_ = fmt::format("more than {} bytes", kMaxResourceBytes);
    } else if (format == CoapFormat::kTlv) {
      read_tlv(payload);
    } else if (format == CoapFormat::kSenmlJson) {
      read_senml(payload);
    } else if (format == CoapFormat::kText) {
      add_bytes(asked_, payload, &text_value);
    } else {
      problem_ = fmt::format("the Content-Format {} is not understood", said_format.value_or(0));
    }
  }

  void finish(Lwm2mWords& words, Json json) && {
    if (!problem_.empty()) {
      json["rejected"] = problem_;
      words.summary += ": rejected, " + problem_;
    } else if (!rows_.empty()) {
      json["resources"] = std::move(rows_);
      words.summary += ":" + line_;
    }
    if (more_ > 0) {
      json["more"] = more_;
      words.summary += fmt::format(" and {} more", more_);
    }
    words.decoded = base::dump_json(json);
  }

 private:
  void read_tlv(std::string_view payload) {
    const auto entries = decode_tlv(payload);
    if (!entries) {
      problem_ = entries.error().what;
      return;
    }
    const std::uint16_t object = asked_.empty() ? std::uint16_t{0} : asked_[0];
    const std::uint16_t instance = asked_.size() < 2 ? std::uint16_t{0} : asked_[1];
    for (const TlvEntry& entry : *entries) {
      if (entry.kind == TlvKind::kObjectInstance) {
        for (const TlvEntry& child : entry.children) add_entry({object, entry.id}, child);
      } else {
        add_entry({object, instance}, entry);
      }
    }
  }

  void add_entry(Target at, const TlvEntry& entry) {
    at.push_back(entry.id);
    if (entry.kind == TlvKind::kResource) return add_bytes(at, entry.value, &tlv_value);
    at.push_back(0);
    for (const TlvEntry& child : entry.children) {
      at.back() = child.id;
      add_bytes(at, child.value, &tlv_value);
    }
  }

  void read_senml(std::string_view payload) {
    const auto records = decode_senml(payload);
    if (!records) {
      problem_ = records.error().what;
      return;
    }
    for (const SenmlRecord& record : *records) {
      Json row = Json::object();
      if (const auto* number = std::get_if<double>(&record.value)) row["value"] = *number;
      if (const auto* boolean = std::get_if<bool>(&record.value)) row["value"] = *boolean;
      if (const auto* text = std::get_if<std::string>(&record.value)) row["value"] = *text;
      if (const auto* opaque = std::get_if<SenmlRecord::Opaque>(&record.value))
        row["hex"] = base::to_hex(opaque->bytes);
      if (record.time_s) row["time_s"] = *record.time_s;
      add(record.name, target_of(segments_of(record.name)), std::move(row));
    }
  }

  using ReadValue = base::Result<domain::Value>(std::string_view, domain::ValueType);
  void add_bytes(const Target& target, std::string_view bytes, ReadValue* as_type) {
    const auto type = look_up(profile_, target).type;
    Json row = Json::object();
    const auto value = type ? as_type(bytes, *type) : base::fail(base::Code::kNotFound, "");
    if (value) {
      row["value"] = value_json(*value);
    } else {
      if (type) row["problem"] = value.error().what;
      if (may_be_text(bytes)) row["text"] = std::string(bytes);
      row["hex"] = base::to_hex(bytes);
    }
    add(text_of(target), target, std::move(row));
  }

  void add(const std::string& path, const Target& target, Json row) {
    if (rows_.size() == kMaxWordedResources) {
      ++more_;
      return;
    }
    const std::string name = look_up(profile_, target).name;
    const char* const member = row.contains("value")  ? "value"
                               : row.contains("text") ? "text"
                                                      : "hex";
    line_ += fmt::format(" {}={}", name.empty() ? path : name, base::dump_json(row[member]));
    row["path"] = path;
    if (!name.empty()) row["name"] = name;
    rows_.push_back(std::move(row));
  }

  const domain::Profile& profile_;
  Target asked_;
  Json rows_ = Json::array();
  std::string line_;
  std::string problem_;
  std::size_t more_ = 0;
};

std::string name_or_path(const domain::Profile& profile, const Target& target) {
  const std::string name = look_up(profile, target).name;
  return name.empty() ? text_of(target) : name;
}

Json head_of(std::string_view what, const Target& target, const domain::Profile& profile) {
  Json json = {{"lwm2m", what}, {"path", text_of(target)}};
  if (const std::string name = look_up(profile, target).name; !name.empty()) json["name"] = name;
  return json;
}

std::string_view verb_of(const net::CoapCall& call) {
  switch (call.method) {
    case CoapMethod::kGet:
      if (!call.observe) return "read";
      return *call.observe == 0 ? "observe" : "cancel";
    case CoapMethod::kPut:
      return "write";
    case CoapMethod::kPost:
      return "execute";
    case CoapMethod::kDelete:
      return "delete";
    default:
      return "call";
  }
}

// "/3/0", "/3303/0 (temperature)": the objects that a registration names, and what is ours of each.
void add_objects(Lwm2mWords& words, Json& json, const std::string& links,
                 const domain::Profile& profile) {
  const auto parsed = parse_links(links);
  if (!parsed) {
    json["rejected"] = parsed.error().what;
    words.summary += ": rejected, " + parsed.error().what;
    return;
  }
  std::vector<std::string> said;
  Json objects = Json::object();
  for (const Link& link : *parsed) {
    const Target target = target_of(segments_of(link.target));
    if (target.empty()) continue;  // the root of the objects
    const auto names = names_in(profile, target);
    objects[text_of(target)] = names;
    said.push_back(names.empty() ? text_of(target)
                                 : fmt::format("{} ({})", text_of(target), fmt::join(names, ", ")));
  }
  if (said.empty()) return;
  json["objects"] = std::move(objects);
  words.summary += fmt::format(": {}", fmt::join(said, ", "));
}

}  // namespace

Lwm2mWords words_of(const net::CoapRequest& request, const domain::Profile& profile) {
  if (request.path.empty() || request.path.front() != "rd" || request.path.size() > 2) return {};
  const bool is_first = request.path.size() == 1;
  if (request.method == CoapMethod::kDelete && !is_first)
    return {"deregister", R"({"lwm2m":"deregister"})"};
  if (request.method != CoapMethod::kPost) return {};
  Lwm2mWords words{is_first ? "register" : "update"};
  Json json = {{"lwm2m", words.summary}};
  for (const std::string& parameter : request.query) {
    const std::size_t end = std::min(parameter.find('='), parameter.size());
    const std::string value = end == parameter.size() ? "" : parameter.substr(end + 1);
    json["query"][parameter.substr(0, end)] = value;
    if (may_be_text(parameter)) words.summary += " " + parameter;
  }
  if (request.block1 && (request.block1->more || request.block1->number > 0)) {
    json["block"] = request.block1->number;
    words.summary += fmt::format(", block {}", request.block1->number);
  } else {
    add_objects(words, json, request.payload, profile);
  }
  words.decoded = base::dump_json(json);
  return words;
}

Lwm2mWords words_of(const net::CoapReply& reply) {
  if (reply.location.empty()) return {};
  const std::string location = fmt::format("/{}", fmt::join(reply.location, "/"));
  return {"registered as " + location,
          base::dump_json(Json{{"lwm2m", "registered"}, {"location", location}})};
}

Lwm2mWords words_of(const net::CoapCall& call, const domain::Profile& profile) {
  const Target target = target_of(call.path);
  const std::string_view verb = verb_of(call);
  Lwm2mWords words{fmt::format("{} {}", verb, name_or_path(profile, target))};
  Resources resources(profile, target);
  if (call.method == CoapMethod::kPut) {
    const auto format = call.format ? std::optional(static_cast<std::uint16_t>(*call.format))
                                    : std::optional<std::uint16_t>();
    words.summary = verb;
    resources.read(format, call.payload);
  }
  std::move(resources).finish(words, head_of(verb, target, profile));
  return words;
}

Lwm2mWords words_of(const net::CoapAnswer& answer, const std::vector<std::string>& path,
                    const domain::Profile& profile) {
  const Target target = target_of(path);
  const char* const what = answer.observe && !answer.is_piggybacked ? "notify" : "answer";
  if (target.empty()) return {what, base::dump_json(Json{{"lwm2m", what}})};
  Lwm2mWords words{what};
  Json json = head_of(what, target, profile);
  Resources resources(profile, target);
  const bool is_part = answer.block2 && (answer.block2->more || answer.block2->number > 0);
  if (is_part) json["block"] = answer.block2->number;
  if (answer.is_success() && !is_part && answer.code == static_cast<int>(net::CoapCode::kContent)) {
    resources.read(answer.content_format, answer.payload);
  } else {
    words.summary += " " + name_or_path(profile, target);
  }
  std::move(resources).finish(words, std::move(json));
  return words;
}

}  // namespace linli::drivers::coap
