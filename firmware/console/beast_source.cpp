// Beast's own code, compiled once for all who include its headers.
#include <boost/beast/src.hpp>
