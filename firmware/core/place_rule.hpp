#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace linli::core {

// The place above a place; nullopt for the uppermost and for one that is not known.
using ParentOf = std::function<std::optional<std::string>(const std::string& place)>;

// True if somebody who is bound to `places` may see what is at `place`: it is one of them or below
// one of them. Who is bound to none sees everything; what has no place is seen by those only. Pure.
bool covers(const std::vector<std::string>& places, const std::string& place,
            const ParentOf& parent_of);

// True if all of `inner` is covered by `outer`; an empty `inner` is the whole compound.
bool covers_all(const std::vector<std::string>& outer, const std::vector<std::string>& inner,
                const ParentOf& parent_of);

}  // namespace linli::core
