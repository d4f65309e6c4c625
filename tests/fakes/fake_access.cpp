#include "tests/fakes/fake_access.hpp"

#include <utility>

namespace linli::fakes {

template <class T>
void FakeAccess::answer(base::Done<T> done, base::Result<T> result) {
  if (fails_with) result = base::Failure(*fails_with);
  loop_.post([done = std::move(done), result = std::move(result)]() mutable {
    std::move(done)(std::move(result));
  });
}

ports::DeviceTopics FakeAccess::topics_of(const domain::DeviceId& device,
                                          const domain::Profile& profile) const {
  return {{profile.name + "/" + device.str() + "/up"}, {profile.name + "/" + device.str()}};
}

void FakeAccess::grant(const domain::DeviceId& device, const domain::Profile& profile,
                       const base::SecretText& password, base::Done<void> done) {
  if (!fails_with) {
    there[device.str()] = {password.reveal(), topics_of(device, profile)};
    ++changes;
  }
  answer<void>(std::move(done), {});
}

void FakeAccess::revoke(const std::string& device, base::Done<void> done) {
  if (!fails_with) {
    there.erase(device);
    ++changes;
  }
  answer<void>(std::move(done), {});
}

void FakeAccess::logins(base::Done<std::vector<ports::DeviceLogin>> done) {
  std::vector<ports::DeviceLogin> list;
  for (const auto& [device, login] : there) list.push_back({device, true, login.topics});
  answer<std::vector<ports::DeviceLogin>>(std::move(done), std::move(list));
}

}  // namespace linli::fakes
