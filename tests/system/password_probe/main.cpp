// What linlid does with passwords and one-time codes, for peers to check: one answer a line.
//
//   hash PASSWORD   verify STORED PASSWORD   code SECRET_HEX STEP

#include <iostream>
#include <optional>
#include <sstream>

#include "firmware/base/bytes.hpp"
#include "firmware/tls/argon2_hash.hpp"
#include "firmware/tls/local_crypto.hpp"
#include "tests/fakes/post_loop.hpp"

namespace {

using linli::base::Result;
using linli::base::SecretText;

class Probe {
 public:
  std::string answer(std::istringstream words) {
    std::string verb;
    words >> verb;
    if (verb == "hash") return hash(rest(words));
    std::string first;
    words >> first;
    if (verb == "verify") return verify(first, rest(words));
    const auto secret = linli::base::from_hex(first);
    std::uint64_t step = 0;
    words >> step;
    return secret ? crypto_.one_time_code(SecretText(*secret), step) : "no secret";
  }

 private:
  static std::string rest(std::istringstream& words) {
    std::string text;
    words >> std::ws;
    std::getline(words, text);
    return text;
  }

  std::string hash(const std::string& password) {
    std::optional<Result<std::string>> made;
    hashes_->hash(SecretText(password), [&made](auto result) { made = std::move(result); });
    loop_.run_until([&made] { return made.has_value(); });
    return made && *made ? made->value() : "failed";
  }

  std::string verify(const std::string& stored, const std::string& password) {
    std::optional<Result<bool>> verdict;
    hashes_->verify(SecretText(password), stored, [&verdict](auto result) { verdict = result; });
    loop_.run_until([&verdict] { return verdict.has_value(); });
    return verdict && *verdict && verdict->value() ? "yes" : "no";
  }

  linli::fakes::PostLoop loop_;
  linli::tls::LocalCrypto crypto_;
  std::unique_ptr<linli::tls::Argon2Hash> hashes_ = linli::tls::Argon2Hash::make(loop_).value();
};

}  // namespace

int main() {
  Probe probe;
  std::string line;
  while (std::getline(std::cin, line))
    std::cout << probe.answer(std::istringstream(line)) << std::endl;
  return 0;
}
