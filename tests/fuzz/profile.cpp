#include "firmware/domain/profile_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  (void)linli::domain::parse_profile("fuzz/model", {reinterpret_cast<const char*>(data), size});
  return 0;
}
