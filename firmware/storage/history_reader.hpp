#pragma once

#include <memory>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/ports/history.hpp"

namespace linli::storage {

// ports::History over the database at `path`, with a thread and a read-only connection of its own.
// The connection is made when it is needed and given back when nothing was asked for a while, so
// that a database that is being put right is not held. Destroying it ends the query under way and
// joins the thread.
std::unique_ptr<ports::History> open_history(base::Loop& loop, std::string path);

}  // namespace linli::storage
