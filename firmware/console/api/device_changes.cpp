#include "firmware/console/api/device_changes.hpp"

#include <utility>

#include "firmware/console/api/etag.hpp"

namespace linli::console::api {
namespace {

using base::Json;
using ports::DeviceCredentials;

constexpr std::size_t kMaxText = 256;

Problem no_device(const Call& call) {
  return {"not_found", fmt::format("no device '{}' is registered", call.path_value("id"))};
}

// What a QR code on the device's label says: a device's app or an installer's tool reads it.
std::string qr_text(const Json& json) {
  return base::dump_json({{"linli", 1}, {"device", json["device"]}, {"c", json["credentials"]}});
}

base::Result<core::Registration> registration_of(const Json& body) {
  base::JsonReader in(body);
  core::Registration registration;
  const std::string id = in.text("id", 64);
  registration.profile = in.text("profile", kMaxText);
  registration.driver = in.optional_text("driver", 64).value_or(std::string(core::kMqttDriver));
  registration.place = in.optional_text("place", 64).value_or("");
  registration.name = in.optional_text("name", kMaxText).value_or("");
  registration.address = in.optional_text("address", kMaxText).value_or("");
  auto parsed = domain::DeviceId::parse(id);
  if (!parsed) in.reject("id", parsed.error().what);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  registration.id = *std::move(parsed);
  return registration;
}

Json row_json(const BatchRow& row, const Json& credentials) {
  Json json = {{"id", row.id}, {"place", row.place}, {"name", row.name}, {"problem", nullptr}};
  if (!row.problem_code.empty())
    json["problem"] = {{"code", row.problem_code}, {"detail", row.problem}};
  if (!credentials.is_null()) json["credentials"] = credentials;
  return json;
}

}  // namespace

// A batch under way: one device after the other, so that the loop is never held up.
struct DeviceChanges::BatchRun {
  Call call;
  BatchPlan plan;
  std::vector<BatchRow> rows;
  std::size_t next = 0;
  std::size_t created = 0;
  Json answer = Json::array();
};

void DeviceChanges::add_to(Handlers& handlers) {
  handlers["add_device"] = [this](Call call) { add(std::move(call)); };
  handlers["add_devices"] = [this](Call call) { add_batch(std::move(call)); };
  handlers["change_device"] = [this](Call call) { describe(std::move(call)); };
  handlers["revoke_device"] = [this](Call call) { revoke(std::move(call)); };
  handlers["new_credentials"] = [this](Call call) { renew(std::move(call)); };
}

const core::Device* DeviceChanges::device_of(const Call& call) const {
  return reach_.device(call.actor, devices_, call.path_value("id"));
}

Json DeviceChanges::credentials_json(const DeviceCredentials& credentials) const {
  Json json = house_.credentials_json(credentials);
  json["qr"] = qr_text(json);
  return json;
}

void DeviceChanges::note(Call call, std::string action, const std::string& device,
                         const Json& detail, base::Once<void(Call)> then) {
  if (domain::DeviceId::parse(device)) changed_(device);
  const core::Actor actor = call.actor;
  audit_.write(actor, std::move(action), "device:" + device, detail,
               [call = std::move(call), then = std::move(then)](base::Result<void> noted) mutable {
                 if (!noted) return refuse(std::move(call), noted.error());
                 std::move(then)(std::move(call));
               });
}

void DeviceChanges::add(Call call) {
  auto registration = registration_of(call.body);
  if (!registration) return refuse(std::move(call), registration.error());
  if (!reach_.sees(call.actor, registration->place)) {
    return refuse(std::move(call),
                  Problem{"denied", "place: lies outside of your own places", "/place"});
  }
  const domain::DeviceId id = registration->id;
  admin_.add(*std::move(registration),
             [this, id, call = std::move(call)](base::Result<DeviceCredentials> done) mutable {
               after_add(std::move(call), id, std::move(done));
             });
}

void DeviceChanges::after_add(Call call, const domain::DeviceId& id,
                              base::Result<DeviceCredentials> done) {
  if (!done) return refuse(std::move(call), done.error());
  const core::Device* const device = devices_.find(id);
  if (device == nullptr)
    return refuse(std::move(call), Problem{"conflict", "the device was removed again meanwhile"});
  Json json = {{"device", view_.summary(*device)}, {"credentials", credentials_json(*done)}};
  const Json detail = {{"profile", device->registration.profile},
                       {"driver", device->registration.driver},
                       {"place", device->registration.place}};
  note(std::move(call), "device.add", id.str(), detail,
       [json = std::move(json)](Call noted) { answer(std::move(noted), json); });
}

void DeviceChanges::check_batch(const core::Actor& actor, std::vector<BatchRow>& rows) const {
  for (BatchRow& row : rows) {
    if (!row.problem_code.empty()) continue;
    const auto id = domain::DeviceId::parse(row.id);
    if (!id) {
      row.problem_code = "invalid";
      row.problem = id.error().what;
    } else if (!reach_.sees(actor, row.place)) {
      row.problem_code = "denied";
      row.problem = "the place lies outside of your own places";
    } else if (devices_.find(*id) != nullptr) {
      row.problem_code = "conflict";
      row.problem = "this id is taken";
    }
  }
}

void DeviceChanges::add_batch(Call call) {
  auto plan = batch_plan(call.body);
  if (!plan) return refuse(std::move(call), plan.error());
  auto rows = batch_rows(*plan);
  if (!rows) return refuse(std::move(call), rows.error());
  check_batch(call.actor, *rows);
  if (plan->is_dry_run) {
    Json list = Json::array();
    for (const BatchRow& row : *rows) list.push_back(row_json(row, {}));
    return answer(std::move(call), Json{{"rows", std::move(list)}, {"created", 0}});
  }
  next_of_batch(
      std::make_shared<BatchRun>(BatchRun{std::move(call), *std::move(plan), *std::move(rows)}));
}

void DeviceChanges::next_of_batch(const std::shared_ptr<BatchRun>& run) {
  while (run->next < run->rows.size() && !run->rows[run->next].problem_code.empty())
    run->answer.push_back(row_json(run->rows[run->next++], {}));
  if (run->next == run->rows.size()) {
    const Json json = {{"rows", run->answer}, {"created", run->created}};
    return note(std::move(run->call), "device.add_batch", run->plan.pattern,
                {{"profile", run->plan.profile}, {"created", run->created}},
                [json](Call noted) { answer(std::move(noted), json); });
  }
  BatchRow& row = run->rows[run->next];
  core::Registration registration{*domain::DeviceId::parse(row.id),
                                  run->plan.profile,
                                  run->plan.driver,
                                  "",
                                  row.place,
                                  row.name};
  admin_.add(std::move(registration), [this, run](base::Result<DeviceCredentials> done) {
    BatchRow& added = run->rows[run->next++];
    Json credentials;
    if (done) {
      credentials = credentials_json(*done);
      ++run->created;
      changed_(added.id);
    } else {
      added.problem_code = problem_of(done.error()).code;
      added.problem = done.error().what;
    }
    run->answer.push_back(row_json(added, credentials));
    next_of_batch(run);
  });
}

void DeviceChanges::describe(Call call) {
  const core::Device* const device = device_of(call);
  if (device == nullptr) return refuse(std::move(call), no_device(call));
  base::JsonReader in(call.body);
  const core::Registration before = device->registration;
  const std::string name = in.optional_text("name", kMaxText).value_or(before.name);
  const std::string place = in.optional_text("place", 64).value_or(before.place);
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  if (!matches_version(call.request.header("if-match"), DeviceView::version(*device)))
    return refuse(std::move(call), Problem{"precondition_failed", "the device was changed since"});
  if (place != before.place && !reach_.sees(call.actor, place)) {
    return refuse(std::move(call),
                  Problem{"denied", "place: lies outside of your own places", "/place"});
  }
  const Json detail = {{"place", place}, {"renamed", name != before.name}};
  admin_.describe(
      before.id, name, place,
      [this, id = before.id, detail, call = std::move(call)](base::Result<void> done) mutable {
        if (!done) return refuse(std::move(call), done.error());
        note(std::move(call), "device.describe", id.str(), detail, [this, id](Call noted) {
          const core::Device* const now = devices_.find(id);
          if (now == nullptr) return refuse(std::move(noted), no_device(noted));
          const Json json = view_.whole(*now);
          Response response = json_response(200, json);
          response.headers.emplace_back("ETag", etag_of(DeviceView::version(*now), json));
          answer(std::move(noted), std::move(response));
        });
      });
}

void DeviceChanges::revoke(Call call) {
  const core::Device* const device = device_of(call);
  if (device == nullptr) return refuse(std::move(call), no_device(call));
  const auto if_match = call.request.header("if-match");
  if (!if_match.empty() && !matches_version(if_match, DeviceView::version(*device)))
    return refuse(std::move(call), Problem{"precondition_failed", "the device was changed since"});
  const domain::DeviceId id = device->registration.id;
  admin_.revoke(id, [this, id, call = std::move(call)](base::Result<void> done) mutable {
    // The broker may take its part later (core::LoginKeeper); registered it is no more.
    const bool is_gone = devices_.find(id) == nullptr;
    if (!done && !is_gone) return refuse(std::move(call), done.error());
    note(std::move(call), "device.revoke", id.str(), {{"cut", done.has_value()}},
         [](Call noted) { answer_nothing(std::move(noted)); });
  });
}

void DeviceChanges::renew(Call call) {
  const core::Device* const device = device_of(call);
  if (device == nullptr) return refuse(std::move(call), no_device(call));
  const domain::DeviceId id = device->registration.id;
  admin_.replace(id,
                 [this, id, call = std::move(call)](base::Result<DeviceCredentials> done) mutable {
                   if (!done) return refuse(std::move(call), done.error());
                   Json json = credentials_json(*done);
                   note(std::move(call), "device.new_credentials", id.str(), Json::object(),
                        [json = std::move(json)](Call noted) { answer(std::move(noted), json); });
                 });
}

}  // namespace linli::console::api
