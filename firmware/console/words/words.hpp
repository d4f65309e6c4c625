#pragma once

#include <span>
#include <string>
#include <string_view>

namespace linli::console::words {

// A sentence as the source writes it, with {} for what is put in, and its Chinese with the same
// places; {0} {1} where they stand in another order. "{{" is a brace.
struct Entry {
  std::string_view en;
  std::string_view zh;
};

// The tables, by where people meet the sentences. tests/lint holds them to the source.
std::span<const Entry> of_requests();   // forms, sign-in, people, places
std::span<const Entry> of_devices();    // devices, their drivers, commands
std::span<const Entry> of_readers();    // card readers and their buses
std::span<const Entry> of_lines();      // doors on lines of the board
std::span<const Entry> of_terminals();  // face and QR terminals
std::span<const Entry> of_settings();   // what each setting is, and what may be wrong with it
std::span<const Entry> of_access();     // doors: who may pass, fire, the list of households
std::span<const Entry> of_doors();      // the scenario of doors: its books and commands
std::span<const Entry> of_links();      // broker, platform, keys and certificates
std::span<const Entry> of_upkeep();     // backup, store, diagnostics
std::span<const Entry> of_others();     // words of libraries, and sentences made of pieces

// Longer texts stay as they are.
inline constexpr std::size_t kMaxSentence = 4096;

// The Chinese of a finished English sentence. What is put in is itself translated if it is a
// sentence, two levels deep and never between quotes; a path in front ("rows[3].id: is missing")
// stays. A sentence that no table knows stays English, as a whole. Any thread; linear in the text.
std::string chinese(std::string_view sentence);

}  // namespace linli::console::words
