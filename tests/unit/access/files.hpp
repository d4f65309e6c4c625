#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace linli::domain::access {

// The content of a file of the tree; empty, which no test expects, if it is not there.
inline std::string file_text(const std::string& name) {
  std::ifstream in(std::string(LINLI_SOURCE_DIR) + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace linli::domain::access
