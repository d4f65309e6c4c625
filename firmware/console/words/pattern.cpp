#include "firmware/console/words/pattern.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/number.hpp"

namespace linli::console::words {
namespace {

struct Parts {
  std::vector<std::string> pieces;
  std::vector<std::size_t> order;
};

Parts parts_of(std::string_view text) {
  Parts parts;
  std::string piece;
  while (!text.empty()) {
    const bool is_brace = text.starts_with("{{") || text.starts_with("}}");
    const auto close = text.front() == '{' ? text.find('}') : std::string_view::npos;
    if (is_brace || close == std::string_view::npos) {
      piece.push_back(text.front());
      text.remove_prefix(is_brace ? 2 : 1);
      continue;
    }
    const std::string_view index = text.substr(1, close - 1);
    parts.pieces.push_back(std::exchange(piece, {}));
    parts.order.push_back(
        index.empty() ? parts.order.size()
                      : base::parse_number<std::size_t>(index).value_or(parts.order.size()));
    text.remove_prefix(close + 1);
  }
  parts.pieces.push_back(std::move(piece));
  return parts;
}

}  // namespace

Pattern::Pattern(std::string_view en, std::string_view zh) : pieces_(parts_of(en).pieces) {
  Parts parts = parts_of(zh);
  zh_pieces_ = std::move(parts.pieces);
  zh_order_ = std::move(parts.order);
  for (const std::string& piece : pieces_) weight_ += piece.size();
}

bool Pattern::is_sound() const {
  if (zh_pieces_.size() != pieces_.size() || weight_ == 0) return false;
  std::vector<std::size_t> order = zh_order_;
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] != i) return false;
  }
  return true;
}

std::optional<std::vector<std::string_view>> Pattern::match(std::string_view sentence) const {
  std::vector<std::string_view> values;
  if (!sentence.starts_with(pieces_.front())) return std::nullopt;
  sentence.remove_prefix(pieces_.front().size());
  if (pieces_.size() == 1) return sentence.empty() ? std::optional(values) : std::nullopt;
  if (!sentence.ends_with(pieces_.back())) return std::nullopt;
  sentence.remove_suffix(pieces_.back().size());
  for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
    const auto at = sentence.find(pieces_[i]);
    if (at == std::string_view::npos) return std::nullopt;
    values.push_back(sentence.substr(0, at));
    sentence.remove_prefix(at + pieces_[i].size());
  }
  values.push_back(sentence);
  return values;
}

bool Pattern::is_quoted(std::size_t place) const {
  const std::string& before = pieces_.at(place);
  return before.ends_with('\'') || before.ends_with('"');
}

std::string Pattern::filled(const std::vector<std::string>& values) const {
  std::string text = zh_pieces_.front();
  for (std::size_t i = 0; i < zh_order_.size(); ++i) {
    text += values.at(zh_order_[i]);
    text += zh_pieces_[i + 1];
  }
  return text;
}

}  // namespace linli::console::words
