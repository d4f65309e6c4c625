#include "drivers/coap/link_format.hpp"

// What was read is written so that it reads the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace coap = linli::drivers::coap;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto links = coap::parse_links(text);
  if (!links) return 0;
  const std::string written = coap::encode_links(*links);
  if (written.size() <= coap::kMaxLinkBytes && coap::parse_links(written) != links)
    __builtin_trap();
  for (const auto& link : *links) (void)coap::link_matches(link, text);
  return 0;
}
