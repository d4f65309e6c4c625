#include "firmware/core/places.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"

namespace linli::core {
namespace {

using base::Code;

constexpr std::array<std::string_view, 4> kKindNames{"site", "building", "unit", "point"};
constexpr std::size_t kMaxName = 128;

base::Result<void> check_alone(const Place& place) {
  if (place.name.empty() || place.name.size() > kMaxName || !base::is_utf8(place.name)) {
    return base::fail(Code::kInvalid, "place '{}' needs a name of 1 to {} bytes of UTF-8",
                      place.id.str(), kMaxName);
  }
  if (place.parent == place.id)
    return base::fail(Code::kInvalid, "place '{}' cannot be below itself", place.id.str());
  if (place.parent.empty() && place.kind != PlaceKind::kSite) {
    return base::fail(Code::kInvalid, "a {} is below something: say which place '{}' is in",
                      name(place.kind), place.id.str());
  }
  return {};
}

}  // namespace

std::string_view name(PlaceKind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

std::optional<PlaceKind> place_kind_of(std::string_view name) {
  const auto found = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<PlaceKind>(found - kKindNames.begin());
}

std::string to_row(const Place& place) {
  return base::dump_json(
      {{"parent", place.parent.str()}, {"kind", name(place.kind)}, {"name", place.name}});
}

base::Result<Place> place_from_row(std::string_view id, std::string_view row) {
  Place place;
  auto parsed = domain::PlaceId::parse(id);
  if (!parsed) return base::failure_of(std::move(parsed));
  place.id = *std::move(parsed);
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json), id);
  base::JsonReader in(*json, std::string(id));
  const std::string parent = in.text("parent", kMaxName);
  const auto kind = place_kind_of(in.text("kind", kMaxName));
  place.name = in.text("name", kMaxName);
  if (!kind) in.reject("kind", "expected site, building, unit or point");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  place.kind = *kind;
  if (parent.empty()) return place;
  auto above = domain::PlaceId::parse(parent);
  if (!above) return base::failure_of(std::move(above), id);
  place.parent = *std::move(above);
  return place;
}

Places::Places(ports::Store& store, std::function<bool(std::string_view)> is_used)
    : store_(store), is_used_(std::move(is_used)) {}

// Whatever order they come in: each round takes those whose parent is there.
std::vector<base::Error> Places::restore(std::vector<Place> places) {
  for (bool has_grown = true; has_grown;) {
    const auto misfit = std::stable_partition(
        places.begin(), places.end(), [this](const Place& place) { return !check_put(place); });
    has_grown = misfit != places.end();
    for (auto fit = misfit; fit != places.end(); ++fit) places_[fit->id.str()] = std::move(*fit);
    places.erase(misfit, places.end());
  }
  std::vector<base::Error> left_out;
  left_out.reserve(places.size());
  for (const Place& place : places) left_out.push_back(check_put(place).error());
  return left_out;
}

void Places::put(Place place, base::Done<void> done) {
  add({std::move(place), false, std::move(done)});
}

void Places::remove(const domain::PlaceId& id, base::Done<void> done) {
  add({{id, {}, PlaceKind::kPoint, {}}, true, std::move(done)});
}

void Places::add(Change change) {
  changes_.push_back(std::move(change));
  if (changes_.size() == 1) begin_next();
}

void Places::begin_next() {
  const Change& change = changes_.front();
  auto checked = change.is_removal ? check_removal(change.place.id) : check_put(change.place);
  const std::string& id = change.place.id.str();
  ports::Turn turn;
  if (checked && change.is_removal) {
    turn.erasures.push_back({ports::Space::kPlace, id});
  } else if (checked) {
    turn.puts.push_back({ports::Space::kPlace, id, to_row(change.place)});
  }
  store_.commit(std::move(turn),
                [this, checked = std::move(checked),
                 alive = std::weak_ptr(alive_)](base::Result<void> stored) mutable {
                  if (alive.expired()) return;
                  after_commit(checked ? std::move(stored) : std::move(checked));
                });
}

void Places::after_commit(base::Result<void> stored) {
  Change change = std::move(changes_.front());
  changes_.pop_front();
  if (stored && change.is_removal) {
    places_.erase(change.place.id.str());
  } else if (stored) {
    places_[change.place.id.str()] = std::move(change.place);
  }
  if (!changes_.empty()) begin_next();
  std::move(change.done)(std::move(stored));
}

base::Result<void> Places::check_put(const Place& place) const {
  if (auto checked = check_alone(place); !checked) return checked;
  const bool is_new = find(place.id.str()) == nullptr;
  if (is_new && places_.size() >= kMaxPlaces) {
    return base::fail(Code::kFull, "there are {} places already: remove some first", kMaxPlaces);
  }
  if (auto checked = check_parent(place); !checked) return checked;
  // Nothing can be below what is not there yet.
  const Children below = is_new ? Children{} : children();
  if (auto checked = check_children(place, below); !checked) return checked;
  if (depth_of(place) + height_of(place, below) > kMaxDepth) {
    return base::fail(Code::kInvalid, "places are at most {} deep: '{}' would be deeper", kMaxDepth,
                      place.id.str());
  }
  return {};
}

base::Result<void> Places::check_parent(const Place& place) const {
  if (place.parent.empty()) return {};
  const std::string& id = place.id.str();
  const Place* const parent = find(place.parent.str());
  if (parent == nullptr) {
    return base::fail(Code::kNotFound, "there is no place '{}': add it before '{}'",
                      place.parent.str(), id);
  }
  if (parent->kind > place.kind) {
    return base::fail(Code::kInvalid, "a {} cannot be in a {}: '{}' in '{}'", name(place.kind),
                      name(parent->kind), id, place.parent.str());
  }
  if (covers(id, place.parent.str())) {
    return base::fail(Code::kInvalid, "place '{}' cannot be in '{}', which is below it", id,
                      place.parent.str());
  }
  return {};
}

base::Result<void> Places::check_children(const Place& place, const Children& below) {
  const auto own = below.find(place.id.str());
  if (own == below.end()) return {};
  for (const Place* child : own->second) {
    if (child->kind >= place.kind) continue;
    return base::fail(Code::kInvalid, "'{}' cannot become a {}: '{}' in it is a {}", place.id.str(),
                      name(place.kind), child->id.str(), name(child->kind));
  }
  return {};
}

base::Result<void> Places::check_removal(const domain::PlaceId& id) const {
  if (find(id.str()) == nullptr)
    return base::fail(Code::kNotFound, "there is no place '{}'", id.str());
  const bool has_places = std::any_of(places_.begin(), places_.end(),
                                      [&id](const auto& each) { return each.second.parent == id; });
  if (has_places) {
    return base::fail(Code::kConflict, "places are in '{}': move or remove them first", id.str());
  }
  if (is_used_(id.str())) {
    return base::fail(Code::kConflict, "devices hang at '{}': move or revoke them first", id.str());
  }
  return {};
}

// 1 for a root.
std::size_t Places::depth_of(const Place& place) const {
  return path(place.parent.str()).size() + 1;
}

// 0 if nothing is below it.
std::size_t Places::height_of(const Place& place, const Children& children) {
  std::size_t height = 0;
  std::vector<std::pair<std::string_view, std::size_t>> next{{place.id.str(), 0}};
  while (!next.empty()) {
    const auto [id, level] = next.back();
    next.pop_back();
    height = std::max(height, level);
    const auto below = children.find(id);
    if (below == children.end()) continue;
    for (const Place* child : below->second) next.emplace_back(child->id.str(), level + 1);
  }
  return height;
}

Places::Children Places::children() const {
  Children below;
  for (const auto& [id, place] : places_) below[place.parent.str()].push_back(&place);
  return below;
}

const Place* Places::find(std::string_view id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : &found->second;
}

std::vector<const Place*> Places::all() const {
  const Children below = children();
  std::vector<const Place*> sorted;
  if (const auto roots = below.find(""); roots != below.end()) sorted = roots->second;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (const auto next = below.find(sorted[i]->id.str()); next != below.end())
      sorted.insert(sorted.end(), next->second.begin(), next->second.end());
  }
  return sorted;
}

bool Places::covers(std::string_view ancestor, std::string_view place) const {
  if (ancestor.empty()) return false;
  for (std::string_view at = place; !at.empty();) {
    if (at == ancestor) return true;
    const Place* const found = find(at);
    if (found == nullptr) return false;
    at = found->parent.str();
  }
  return false;
}

std::vector<std::string> Places::covered_by(std::string_view ancestor) const {
  std::vector<std::string> covered{std::string(ancestor)};
  const Children below = children();
  for (std::size_t i = 0; i < covered.size(); ++i) {
    const auto next = below.find(covered[i]);
    if (next == below.end()) continue;
    for (const Place* child : next->second) covered.push_back(child->id.str());
  }
  return covered;
}

std::vector<const Place*> Places::path(std::string_view id) const {
  std::vector<const Place*> path;
  for (const Place* at = find(id); at != nullptr; at = find(at->parent.str())) path.push_back(at);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace linli::core
