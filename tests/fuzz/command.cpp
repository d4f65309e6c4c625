#include "firmware/domain/command.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto command = linli::domain::parse_command({reinterpret_cast<const char*>(data), size});
  if (command && (command->id.empty() || command->input.empty())) __builtin_trap();
  return 0;
}
