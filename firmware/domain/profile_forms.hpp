#pragma once

#include <cstdint>
#include <optional>

#include "firmware/base/json_reader.hpp"
#include "firmware/domain/profile.hpp"

// The part of a Thing Model that maps a foreign device: "forms".
namespace linli::domain {

// Reads "forms" of the property, event or presence that `in` reads: where in which message it
// stands. A property has a value in every message, so "linli:when" is only for the others. `type`:
// of the property, which its LwM2M resource has too unless the form says otherwise.
void read_up_forms(base::JsonReader& in, UpForm::Target target, std::uint16_t index,
                   std::optional<ValueType> type, Profile& profile);

// Reads "forms" of the action that `in` reads: at most one, since one command is one message.
void read_down_forms(base::JsonReader& in, const ActionModel& action, std::uint16_t index,
                     Profile& profile);

}  // namespace linli::domain
