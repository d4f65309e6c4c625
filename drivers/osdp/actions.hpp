#pragma once

#include <string_view>
#include <variant>

#include "drivers/osdp/command.hpp"
#include "firmware/base/time.hpp"

namespace linli::drivers::osdp {

// Opens the window in which the reader takes a key of its own.
struct OpenWindow {
  base::Duration length{0};
};
using ReaderAction = std::variant<Message, OpenWindow>;

// An action of the model with its input (one JSON object) in the words of OSDP. kUnsupported for an
// action that the driver does not know, kInvalid for an input that makes no sense. Pure.
base::Result<ReaderAction> encode_action(std::string_view action, std::string_view input);

}  // namespace linli::drivers::osdp
