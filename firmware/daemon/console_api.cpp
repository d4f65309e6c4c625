#include "firmware/daemon/console_api.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace linli::daemon {
namespace {

using base::Json;

// The answer to whoever asked for the restart must leave first.
constexpr auto kBeforeRestart = std::chrono::seconds(1);
constexpr std::size_t kMaxArchive = 64 * 1024 * 1024;

// Blocking: for the worker. An archive is larger than what tls::read_file takes.
base::Result<std::string> read_archive(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return base::fail(base::Code::kNotFound, "the backup is no longer there");
  std::string bytes;
  std::array<char, 64 * 1024> piece{};
  for (;;) {
    const auto size = read(descriptor, piece.data(), piece.size());
    if (size <= 0 || bytes.size() > kMaxArchive) {
      close(descriptor);
      if (size == 0) return bytes;
      return base::fail(base::Code::kInternal, "the backup cannot be read");
    }
    bytes.append(piece.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

ConsoleUpkeep::ConsoleUpkeep(base::Loop& loop, OperationsParts& operations,
                             std::function<void()> start_anew)
    : loop_(loop),
      operations_(operations),
      start_anew_(std::move(start_anew)),
      worker_(loop, "console") {}

Json ConsoleUpkeep::settings() const {
  return operations_.settings().list();
}

std::string ConsoleUpkeep::settings_version() const {
  return operations_.settings().etag();
}

void ConsoleUpkeep::change_settings(const Json& changes, bool dry_run, const std::string& actor,
                                    base::Done<Json> done) {
  operations_.settings().change(changes, dry_run, actor, std::move(done));
}

void ConsoleUpkeep::confirm_settings(const std::string& actor, base::Done<void> done) {
  operations_.settings().confirm(actor, std::move(done));
}

void ConsoleUpkeep::revert_settings(base::Done<void> done) {
  operations_.settings().revert(std::move(done));
}

void ConsoleUpkeep::preview_diagnostics(base::Done<Json> done) {
  operations_.diagnostics().preview(std::move(done));
}

void ConsoleUpkeep::diagnostics_bundle(base::Done<std::string> done) {
  operations_.diagnostics().bundle(std::move(done));
}

void ConsoleUpkeep::make_backup(base::Done<Json> done) {
  operations_.backup().make(std::move(done));
}

void ConsoleUpkeep::read_backup(const std::string& id, base::Done<std::string> done) {
  auto file = operations_.backup().file_of(id);
  if (!file) {
    return loop_.post([done = std::move(done), error = file.error()]() mutable {
      std::move(done)(base::Failure(std::move(error)));
    });
  }
  run_on<std::string>(
      loop_, worker_, [file = *std::move(file)] { return read_archive(file); }, std::move(done));
}

void ConsoleUpkeep::restore(std::string archive, base::SecretText words, bool dry_run,
                            base::Done<Json> done) {
  operations_.backup().restore(std::move(archive), std::move(words), dry_run,
                               [this, done = std::move(done)](base::Result<Json> outcome) mutable {
                                 if (outcome && outcome->value("staged", false))
                                   starting_ =
                                       loop_.after(kBeforeRestart, [this] { start_anew_(); });
                                 std::move(done)(std::move(outcome));
                               });
}

ConsoleApi::ConsoleApi(Gateway& gateway, OperationsParts& operations,
                       std::function<void()> start_anew)
    : gateway_(gateway),
      house_(gateway),
      upkeep_(gateway.loop(), operations, std::move(start_anew)),
      doors_(gateway.doors(), gateway.interlocks(), gateway.keys(),
             [&gateway] { return gateway.terminals().driver().status(); }),
      homes_(gateway.doors(), gateway.keys(), gateway.clock(), gateway.config().gateway.site) {
  house_.on_last_backup([&operations] { return operations.backup().last(); });
}

ConsoleApi::~ConsoleApi() = default;

base::Result<std::unique_ptr<ConsoleApi>> ConsoleApi::make(Gateway& gateway,
                                                           OperationsParts& operations,
                                                           std::function<void()> start_anew) {
  std::unique_ptr<ConsoleApi> self(new ConsoleApi(gateway, operations, std::move(start_anew)));
  auto api = console::api::Api::make(
      {gateway.loop(), self->house_, self->upkeep_, self->doors_, self->homes_, gateway.accounts(),
       gateway.devices(), gateway.admin(), gateway.ledger(), gateway.history().places(),
       gateway.frames(), gateway.store(), gateway.history().history(), gateway.clock(),
       [&gateway](ports::SampleQuery query, base::Done<std::vector<domain::SamplePoint>> done) {
         gateway.history().chart(std::move(query), std::move(done));
       }});
  if (!api) return base::failure_of(std::move(api));
  self->api_ = *std::move(api);
  return self;
}

void ConsoleApi::start() {
  house_.start();
  house_.on_counts([this] {
    return gateway_.console() == nullptr ? console::ServerCounts{}
                                         : gateway_.console()->server().counts;
  });
  gateway_.follow([this, alive = std::weak_ptr(alive_)](const ports::OutboxChunk& chunk) {
    if (alive.expired()) return false;
    api_->on_appended(chunk);
    return true;
  });
}

console::RequestHandler ConsoleApi::handler() {
  return [this](console::Request request, console::Reply reply) {
    api_->handle(std::move(request), std::move(reply));
  };
}

}  // namespace linli::daemon
