#pragma once

#include "drivers/osdp/bus_spec.hpp"

namespace linli::drivers::osdp {

// Opens the serial line (raw, 8N1, for us alone) or the TCP connection; the descriptor is the
// caller's, and does not block. Blocks up to some seconds, less if `wake` becomes readable. The
// error names what an installer can do.
base::Result<int> open_line(const BusSpec& spec, int wake);

}  // namespace linli::drivers::osdp
