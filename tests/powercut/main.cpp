// Cuts the power of the store, two thousand times and at every step of what matters most; see
// README.md. The last line is "N passed, N failed".

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>

#include "firmware/base/log.hpp"
#include "tests/powercut/campaign.hpp"
#include "tests/powercut/recording_vfs.hpp"

namespace linli::powercut {
namespace {

class Report {
 public:
  void rule(bool holds, const std::string& text) {
    fmt::print("   {} {}\n", holds ? "ok  " : "FAIL", text);
    ++(holds ? passed_ : failed_);
  }
  int end() const {
    fmt::print("{} passed, {} failed\n", passed_, failed_);
    return failed_ == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  int passed_ = 0;
  int failed_ = 0;
};

std::size_t cuts_with(const Tally& tally, Trouble trouble) {
  return tally.troubles.at(static_cast<std::size_t>(trouble));
}

void report_promises(Report& report, const Tally& tally) {
  const auto rule = [&report, &tally](Trouble trouble, std::string_view text,
                                      std::string_view otherwise) {
    const std::size_t cuts = cuts_with(tally, trouble);
    report.rule(cuts == 0 && tally.cuts > 0,
                fmt::format("{}: {} of {} cuts {}", text, cuts, tally.cuts, otherwise));
  };
  rule(Trouble::kUnreadable, "every disk opens and passes quick_check and integrity_check", "fail");
  rule(Trouble::kLost, "what was acknowledged is there", "lost a turn");
  rule(Trouble::kHalf, "a turn is there whole or not at all", "left something else");
  rule(Trouble::kNumberTwice, "no sequence number is given out twice", "did");
  rule(Trouble::kEpoch, "the epoch stays", "changed it");
}

void report_boundaries(Report& report, const Campaign& campaign) {
  std::string text;
  for (const auto& [what, boundaries] : campaign.exhausted())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, boundaries);
  report.rule(campaign.exhausted().size() >= 6, "every boundary was cut: " + text);
}

void report_salvage(Report& report, const Tally& tally) {
  const std::size_t bad = tally.cuts - cuts_with(tally, Trouble::kNone);
  report.rule(bad == 0 && tally.cuts > 0,
              fmt::format("a salvage loses nothing that could be read: {} of {} cuts, one at every "
                          "boundary, lost {} rows",
                          bad, tally.cuts, tally.turns_lost));
}

void report_control(Report& report, const Tally& tally) {
  const std::size_t lost = cuts_with(tally, Trouble::kLost);
  const double mean =
      lost == 0 ? 0 : static_cast<double>(tally.turns_lost) / static_cast<double>(lost);
  report.rule(lost * 4 > tally.cuts,
              fmt::format("control, synchronous=NORMAL must lose: {} of {} cuts lost acknowledged "
                          "turns (mean {:.1f}, most {})",
                          lost, tally.cuts, mean, tally.most_lost));
}

int report_all(const Campaign& campaign, const CampaignOptions& options) {
  Report report;
  for (const std::string& failure : campaign.failures()) fmt::print("        {}\n", failure);
  const bool is_whole = options.only == 0;
  report.rule(campaign.unusable() == 0,
              fmt::format("the store keeps its word while the power is on: {} of {} recordings "
                          "contradict it",
                          campaign.unusable(), campaign.lives() + campaign.unusable()));
  if (is_whole || campaign.promised().cuts > 0) report_promises(report, campaign.promised());
  if (is_whole || campaign.salvage().cuts > 0) report_salvage(report, campaign.salvage());
  if (is_whole) {
    report_boundaries(report, campaign);
    report_control(report, campaign.control());
  }
  return report.end();
}

std::string make_directory() {
  std::string path = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
  path += "/linli-powercut-XXXXXX";
  return mkdtemp(path.data()) == nullptr ? std::string() : path;
}

int run(CampaignOptions options) {
  options.directory = make_directory();
  if (options.directory.empty()) {
    fmt::print(stderr, "no room for the disks in /dev/shm or /tmp\n0 passed, 1 failed\n");
    return EXIT_FAILURE;
  }
  base::log::set_sink([](base::log::Level, std::string_view, std::string_view) {});
  register_recording_vfs();
  fmt::print("   seed {}\n", options.seed);
  Campaign campaign(options);
  campaign.run();
  std::filesystem::remove_all(options.directory);
  return report_all(campaign, options);
}

}  // namespace
}  // namespace linli::powercut

int main(int argc, char** argv) {
  linli::powercut::CampaignOptions options;
  CLI::App app("Simulated power cuts of the store.");
  app.add_option("--cuts", options.cuts, "how many, about");
  app.add_option("--seed", options.seed);
  app.add_option("--cut", options.only, "repeat this cut alone");
  CLI11_PARSE(app, argc, argv);
  return linli::powercut::run(std::move(options));
}
