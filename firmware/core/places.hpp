#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// From the whole to the part; a place never stands above one of an earlier kind.
enum class PlaceKind : std::uint8_t {
  kSite,      // 小区
  kBuilding,  // 楼栋
  kUnit,      // 单元
  kPoint,     // 点位
};
std::string_view name(PlaceKind kind);  // "site", …
std::optional<PlaceKind> place_kind_of(std::string_view name);

struct Place {
  domain::PlaceId id;
  domain::PlaceId parent;  // empty: a root, which is of kind site
  PlaceKind kind = PlaceKind::kPoint;
  std::string name;  // for people, 1 to 128 bytes

  friend bool operator==(const Place&, const Place&) = default;
};

std::string to_row(const Place& place);
base::Result<Place> place_from_row(std::string_view id, std::string_view row);

// The tree of places, on which devices hang by their registration's `place`, and to which people
// are bound. Loop thread only.
//
// A place is below one of its own or an earlier kind, at most kMaxDepth deep, and never below
// itself.
class Places {
 public:
  static constexpr std::size_t kMaxPlaces = 5'000;
  static constexpr std::size_t kMaxDepth = 6;

  // `is_used`: does a device hang there? Asked before a place is removed.
  Places(ports::Store& store, std::function<bool(std::string_view place)> is_used);
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  // At start: the stored rows, in any order. What does not fit into a tree is left out, and named.
  std::vector<base::Error> restore(std::vector<Place> places);

  // Adds a place, or changes name, parent or kind of one. `done` runs once, later: kInvalid for
  // what breaks a rule of the tree, kNotFound for a parent that is not there, kFull at kMaxPlaces,
  // or as Store::commit. The tree changes when it is on disk. Changes are made one after the other.
  void put(Place place, base::Done<void> done);
  // kNotFound; kConflict while places or devices are in it.
  void remove(const domain::PlaceId& id, base::Done<void> done);

  // nullptr if it is not in the tree.
  const Place* find(std::string_view id) const;
  // Parents before what is below them, brothers in the order of their ids.
  std::vector<const Place*> all() const;
  std::size_t size() const { return places_.size(); }

  // True if `place` is `ancestor` or below it. What is not in the tree covers only itself.
  bool covers(std::string_view ancestor, std::string_view place) const;
  // `ancestor` and all below it.
  std::vector<std::string> covered_by(std::string_view ancestor) const;
  // From the root to the place; empty if it is not in the tree.
  std::vector<const Place*> path(std::string_view id) const;

 private:
  struct Change {
    Place place;
    bool is_removal = false;
    base::Done<void> done;
  };
  using Children = std::map<std::string, std::vector<const Place*>, std::less<>>;

  base::Result<void> check_put(const Place& place) const;
  base::Result<void> check_parent(const Place& place) const;
  static base::Result<void> check_children(const Place& place, const Children& below);
  base::Result<void> check_removal(const domain::PlaceId& id) const;
  std::size_t depth_of(const Place& place) const;
  static std::size_t height_of(const Place& place, const Children& children);
  Children children() const;
  void add(Change change);
  void begin_next();
  void after_commit(base::Result<void> stored);

  ports::Store& store_;
  std::function<bool(std::string_view)> is_used_;
  std::map<std::string, Place, std::less<>> places_;
  std::deque<Change> changes_;  // the first one is under way
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
