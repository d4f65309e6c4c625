#pragma once

#include <string>
#include <vector>

#include "firmware/domain/profile.hpp"
#include "firmware/net/coap_message.hpp"

// What a LwM2M message says, for the people who read the frame log. Pure; never fails: what cannot
// be read is said to be so.
//
//   POST /rd: register ep=th1 lt=300 lwm2m=1.1: /3/0, /3303/0 (temperature)
//   GET /3303/0/5700: observe temperature
//   2.05: notify temperature=21.5
namespace linli::drivers::coap {

struct Lwm2mWords {
  std::string summary = {};  // one line; empty: no more than the head says
  // A JSON object: {"lwm2m":"notify","path":"/3303/0","resources":[{"path","name","value"}]}. A
  // value has the type that the profile gives its resource; without one it stands as "hex", and as
  // "text" if it may be one.
  std::string decoded = {};
};

inline constexpr std::size_t kMaxWordedResources = 32;  // of one message; the rest is counted

// Registration, update and the goodbye.
Lwm2mWords words_of(const net::CoapRequest& request, const domain::Profile& profile);
// What the device is told: where its registration is.
Lwm2mWords words_of(const net::CoapReply& reply);
// Observe, read, write, execute.
Lwm2mWords words_of(const net::CoapCall& call, const domain::Profile& profile);
// `path`: of the call that is answered, as segments; empty if it is not known any more.
Lwm2mWords words_of(const net::CoapAnswer& answer, const std::vector<std::string>& path,
                    const domain::Profile& profile);

}  // namespace linli::drivers::coap
