#pragma once

#include <map>
#include <memory>
#include <string>

#include "firmware/domain/profile.hpp"

namespace linli::scenarios::access {

// A lock with contact ("door_open"), "unlock" with seconds, and "lock"; nothing else opens.
inline domain::Profile lock_model() {
  domain::Profile profile;
  profile.name = "test/lock";
  domain::PropertyModel open;
  open.name = "door_open";
  open.schema.type = domain::ValueType::kBoolean;
  profile.properties.push_back(open);
  domain::ActionModel unlock;
  unlock.name = "unlock";
  unlock.safety = domain::SafetyClass::kDoor;
  domain::FieldModel seconds;
  seconds.name = "seconds";
  seconds.schema.type = domain::ValueType::kInteger;
  seconds.schema.minimum = 1;
  seconds.schema.maximum = 60;
  unlock.input.push_back(seconds);
  profile.actions.push_back(unlock);
  domain::ActionModel lock;
  lock.name = "lock";
  lock.safety = domain::SafetyClass::kDoor;
  profile.actions.push_back(lock);
  domain::ActionModel blink;
  blink.name = "blink";
  blink.safety = domain::SafetyClass::kNone;
  profile.actions.push_back(blink);
  return profile;
}

// A reader with the light and the tone of an OSDP reader, and its tamper contact.
inline domain::Profile reader_model() {
  domain::Profile profile;
  profile.name = "test/reader";
  domain::PropertyModel tampered;
  tampered.name = "tampered";
  tampered.schema.type = domain::ValueType::kBoolean;
  profile.properties.push_back(tampered);
  domain::ActionModel led;
  led.name = "led";
  led.safety = domain::SafetyClass::kNone;
  domain::FieldModel head;
  head.name = "head";
  head.schema.type = domain::ValueType::kInteger;
  domain::FieldModel colour;
  colour.name = "colour";
  colour.schema.type = domain::ValueType::kString;
  colour.schema.enumeration = {"off", "red", "green"};
  colour.required = true;
  domain::FieldModel seconds;
  seconds.name = "seconds";
  led.input = {head, colour, seconds};
  profile.actions.push_back(led);
  domain::ActionModel buzzer;
  buzzer.name = "buzzer";
  buzzer.safety = domain::SafetyClass::kNone;
  domain::FieldModel count;
  count.name = "count";
  count.schema.type = domain::ValueType::kInteger;
  buzzer.input = {head, count, seconds};
  profile.actions.push_back(buzzer);
  return profile;
}

inline domain::Profile button_model() {
  domain::Profile profile;
  profile.name = "test/button";
  domain::EventModel pressed;
  pressed.name = "pressed";
  pressed.stream = domain::Stream::kAccess;
  profile.events.push_back(pressed);
  return profile;
}

}  // namespace linli::scenarios::access
