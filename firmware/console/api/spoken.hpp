#pragma once

#include <string>
#include <string_view>

#include "firmware/base/json.hpp"
#include "firmware/console/api/problem.hpp"

namespace linli::console::api {

// Sentences of ours are English until they leave the API: here they become the asker's language.
// What console::words does not know stays as it is.
std::string spoken(std::string sentence, Language language);

// The answer of an operation with its sentences in `language`. Which members hold sentences says
// one table in spoken.cpp: names, values and everything that devices and people said stay.
base::Json spoken(std::string_view operation, base::Json json, Language language);

// An event as the lists and the feed show it. Only of what the gateway itself tells (a message that
// was rejected, a command's outcome) the reason is a sentence; everything else is data.
base::Json spoken_event(base::Json event, Language language);
// The same of its text. Fifty pages may hear it: only those few that hold a sentence are read
// again.
std::string spoken_event(const std::string& event, Language language);

}  // namespace linli::console::api
