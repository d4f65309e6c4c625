#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linli::console::words {

// One entry of the tables, taken apart.
class Pattern {
 public:
  // `en` and `zh` as in Entry.
  Pattern(std::string_view en, std::string_view zh);

  // Same number of places on both sides, each used once in `zh`, and some text: a pattern that is
  // all places would match everything.
  bool is_sound() const;
  std::size_t places() const { return pieces_.size() - 1; }
  // Bytes of its literal pieces: of two patterns that match, the one that says more is meant.
  std::size_t weight() const { return weight_; }

  // What stands at the places, in the order of `en`; the pieces in order, each at its first place
  // that is possible, the last one at the end.
  std::optional<std::vector<std::string_view>> match(std::string_view sentence) const;
  // True if the place stands between quotes: a name, never a sentence.
  bool is_quoted(std::size_t place) const;
  // `values` in the order of `en`, as many as match() gives.
  std::string filled(const std::vector<std::string>& values) const;

 private:
  std::vector<std::string> pieces_;     // of `en`: one more than places
  std::vector<std::string> zh_pieces_;  // of `zh`
  std::vector<std::size_t> zh_order_;   // which value stands behind each piece but the last
  std::size_t weight_ = 0;
};

}  // namespace linli::console::words
