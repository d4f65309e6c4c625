#pragma once

#include <string>
#include <vector>

namespace linli::sim {

// Whole lines of a file that may grow, or of the standard input.
class CommandFeed {
 public:
  // "" for none, "stdin", or a path; exits the program if it cannot be opened.
  explicit CommandFeed(const std::string& source);
  CommandFeed(const CommandFeed&) = delete;
  CommandFeed& operator=(const CommandFeed&) = delete;
  ~CommandFeed();

  // The lines that have been completed since the last call; does not wait.
  std::vector<std::string> lines();

 private:
  int fd_ = -1;
  std::string rest_;
};

}  // namespace linli::sim
