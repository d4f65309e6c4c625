#include "firmware/backup/key_words.hpp"

// What somebody types as the key of a backup. What is taken gives the same words back.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto key = linli::backup::key_of({reinterpret_cast<const char*>(data), size});
  if (!key) return 0;
  std::string again;
  for (const std::string& word : linli::backup::words_of(*key)) again += word + " ";
  const auto same = linli::backup::key_of(again);
  if (!same || same->reveal() != key->reveal()) __builtin_trap();
  return 0;
}
