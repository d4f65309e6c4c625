#pragma once

#include <array>
#include <functional>
#include <string>

#include "tests/powercut/judge.hpp"
#include "tests/powercut/salvage_life.hpp"

namespace linli::powercut {

struct CampaignOptions {
  std::uint64_t seed = 1;
  std::size_t cuts = 2000;  // in all, or what all boundaries and a quarter of it make
  std::size_t only = 0;     // this cut alone; 0: all
  std::string directory;
};

// What came of the cuts.
struct Tally {
  std::size_t cuts = 0;
  std::size_t lives = 0;
  std::array<std::size_t, kTroubles> troubles{};
  std::size_t turns_lost = 0;
  std::size_t most_lost = 0;
};

// All cuts of one seed, in an order that does not depend on how many there are: a number names the
// same cut in each run.
class Campaign {
 public:
  explicit Campaign(CampaignOptions options) : options_(std::move(options)) {}

  void run();

  const Tally& promised() const { return promised_; }
  const Tally& salvage() const { return salvage_; }
  const Tally& control() const { return control_; }
  const std::map<std::string, std::size_t>& exhausted() const { return exhausted_; }
  std::size_t lives() const { return promised_.lives + salvage_.lives + control_.lives; }
  // Lives in which the store contradicted us before any cut.
  std::size_t unusable() const { return unusable_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  LifeOptions life_options(std::uint64_t number) const;
  bool is_usable(const std::string& trouble, std::string_view what);

  void every_boundary();
  void automatic_checkpoint();
  void killed_and_cut();
  void cut_twice();
  SalvageLife fairly_damaged_life() const;
  void salvage_cuts();
  void random_cuts();
  void control_cuts();

  void exhaust(const Life& life, const Span& span, const std::string& what);
  void random_cuts_of(const Life& life, std::size_t cuts, Tally& tally);
  void cut(const Recording& recording, std::size_t count, Survival survival, Tally& tally,
           const std::function<Verdict(const Files&)>& verdict_of);
  void cut(const Life& life, std::size_t count, Survival survival, Tally& tally);

  const CampaignOptions options_;
  std::size_t number_ = 0;  // of the last cut
  Tally promised_, salvage_, control_;
  std::map<std::string, std::size_t> exhausted_;
  std::size_t unusable_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace linli::powercut
