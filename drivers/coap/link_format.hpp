#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/result.hpp"

// CoRE Link Format (RFC 6690): what /.well-known/core answers with, and what a device registers
// with.
//
//   </linli/v1/event>;rt="linli.event";ct="50 60",</linli/v1/command>;rt="linli.command";obs
namespace linli::drivers::coap {

struct Link {
  std::string target;  // what stands between < and >
  // In their order, as they were sent; a value may be empty ("obs" has none).
  std::vector<std::pair<std::string, std::string>> attributes;
  friend bool operator==(const Link&, const Link&) = default;
};

inline constexpr std::size_t kMaxLinkBytes = 4096;  // of a whole document
inline constexpr std::size_t kMaxLinks = 128;
inline constexpr std::size_t kMaxLinkAttributes = 16;  // of one link

// Values are quoted unless they are numbers; a value must hold no control characters.
std::string encode_links(const std::vector<Link>& links);

// kInvalid for what RFC 6690 §2 does not allow, and beyond the limits above.
base::Result<std::vector<Link>> parse_links(std::string_view text);

// Does a query filter (RFC 6690 §4.1), e.g. "rt=linli.event" or "href=/linli/*", select the link?
// One relation type of several is enough; a filter without "=" selects nothing.
bool link_matches(const Link& link, std::string_view filter);

}  // namespace linli::drivers::coap
