#include "actors/results/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "actors/json.hpp"
#include "actors/results/csv.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "actors/write_all.hpp"
#include "runtime/codec.hpp"
#include "runtime/core/field.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

constexpr std::int64_t second_us = 1'000'000;

std::string text_of(const Config& config, std::string_view name, std::size_t& place) {
  const auto* value = schedulers::find(config, name, place);
  return value ? schedulers::text_of(*value) : std::string();
}

Error failed(const std::string& path) {
  return {errno == ENOSPC ? ErrorKind::exhausted : ErrorKind::io,
          path + " cannot be written: " + std::strerror(errno)};
}

Result<void> write_to(const std::string& path, int flags, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0644);
  if (fd < 0) return failed(path);
  Result<void> done;
  if (!write_all(fd, text)) done = failed(path);
  if (::close(fd) != 0 && done) return failed(path);
  return done;
}

/// `basis`: that of the configuration to retrain; empty for the best model.
void pack_best(runtime::PackWriter& out, const StudyState& state,
               const std::optional<BestTrial>& best, const std::string& folder,
               std::string_view basis) {
  if (!best) return out.nil();
  const std::string checkpoint = kept_checkpoint(state, *best, folder);
  out.map(4 + std::size_t{!basis.empty()} + std::size_t{!checkpoint.empty()});
  out.text("trial");
  out.uint64(best->trial);
  out.text("value");
  out.float64(best->metric);
  out.text("resource");
  out.int64(best->resource);
  if (!basis.empty()) {
    out.text("basis");
    out.text(basis);
  }
  out.text("config");
  pack_config(out, best->config);
  if (checkpoint.empty()) return;
  out.text("checkpoint");
  out.text(checkpoint);
}

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view text) {
  const std::string unpublished = path + ".new";
  (void)::unlink(unpublished.c_str());  // It may be a link.
  if (auto written = write_to(unpublished, O_EXCL, text); !written) return written;
  if (std::rename(unpublished.c_str(), path.c_str()) != 0) return failed(path);
  return {};
}

Result<void> append_to_file(const std::string& path, std::string_view text) {
  return write_to(path, O_APPEND, text);
}

void hide_from_git(const std::filesystem::path& folder) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
    if (entry.path().filename() != "lock") return;
  if (!failed)
    (void)replace_file((folder / ".gitignore").string(),
                       "# Made by troupe: results of a study.\n*\n");
}

std::string datetime_of(std::int64_t time_us) {
  using namespace std::chrono;
  const sys_time<microseconds> at{microseconds(time_us)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss<microseconds> time(at - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02ld:%02ld:%02ld.%06ld",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<long>(time.hours().count()),
                static_cast<long>(time.minutes().count()),
                static_cast<long>(time.seconds().count()),
                static_cast<long>(time.subseconds().count()));
  return text.data();
}

std::string duration_of(std::int64_t microseconds) {
  const std::int64_t span =
      std::max<std::int64_t>(microseconds, 0);  // The wall clock may be set back.
  const std::int64_t seconds = span / second_us;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%ld days %02ld:%02ld:%02ld.%06ld", seconds / 86400,
                seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, span % second_us);
  return text.data();
}

std::string trials_csv(const StudyState& state) {
  const auto& names = state.parameters();
  std::vector<std::string> cells{"number", "value", "datetime_start", "datetime_complete",
                                 "duration"};
  for (const auto& name : names) cells.push_back("params_" + name);
  cells.emplace_back("state");
  std::string table = csv_line(cells);
  for (const StudyState::Trial& trial : state.trials()) {
    const auto end = trial.ended_us();
    cells = {std::to_string(trial.id),
             trial.highest ? schedulers::text_of(trial.highest->metric) : "",
             datetime_of(trial.started_us()), end ? datetime_of(*end) : "",
             end ? duration_of(*end - trial.started_us()) : ""};
    std::size_t place = 0;
    for (const auto& name : names) cells.push_back(text_of(trial.config, name, place));
    cells.emplace_back(enum_text(trial.state));
    table += csv_line(cells);
  }
  return table;
}

std::string kept_checkpoint(const StudyState& state, const BestTrial& best,
                            const std::string& folder) {
  const auto& highest = state.trials().at(best.trial).highest;
  if (highest && highest->resource > best.resource) return {};
  const std::string path = trial_folder("", best.trial).substr(1) + "/checkpoint";
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::path(folder) / path, ignored) ? path
                                                                                : std::string();
}

std::string best_json(const StudyState& state, const JournalMeta& meta, const std::string& folder) {
  const auto known = [&](const char* name) {
    const auto found = meta.find(name);
    return found == meta.end() ? std::string_view() : std::string_view(found->second);
  };
  std::string packed;
  runtime::PackWriter out(packed);
  out.map(4);
  out.text("study");
  out.text(known("study"));
  out.text("metric");
  out.text(known("metric"));
  out.text("best_model");
  pack_best(out, state, state.best_model(), folder, {});
  out.text("retrain");
  pack_best(out, state, state.retrain(), folder,
            enum_text(state.retrain_is_compared() ? RetrainConfigChanged::Basis::shared_resource
                                                  : RetrainConfigChanged::Basis::best_model));
  return packed_to_json(packed, JsonLayout::indented) + "\n";
}

}  // namespace troupe::actors
