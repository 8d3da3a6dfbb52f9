#include "actors/cli/curves.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <unistd.h>

#include "actors/cli/output.hpp"
#include "actors/results/files.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/tables/read_table.hpp"
#include "actors/tables/table.hpp"
#include "actors/terminal/line.hpp"

namespace troupe::cli {

using actors::SimulationPlan;
using schedulers::Mode;

namespace {

constexpr auto bar_delay = std::chrono::seconds(1);
constexpr auto bar_interval = std::chrono::milliseconds(100);
constexpr std::size_t bar_columns = 30;

/// Rows, columns and seed of "4096x200" or "4096x200:7"; none if the text is neither.
std::optional<std::array<std::uint64_t, 3>> sizes_in(std::string_view text) {
  std::array<std::uint64_t, 3> sizes{0, 0, 0};
  const std::array<char, 3> ends{'x', ':', '\0'};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sizes[i]);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return i == 0 ? std::nullopt : std::optional(sizes);
    if (i + 1 == sizes.size() || text.front() != ends[i]) return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

Result<CurveTables> synthetic_tables(const std::string& text) {
  constexpr std::uint64_t numbers_max = 100'000'000;
  const auto sizes = sizes_in(text);
  if (!sizes || (*sizes)[0] < 1 || (*sizes)[1] < 2 || (*sizes)[0] > numbers_max / (*sizes)[1])
    return Error{ErrorKind::bad_input,
                 "--synthetic " + text +
                     " is no size; expected CONFIGURATIONSxUNITS such as 4096x200 (at least 2 "
                     "units, at most 10^8 numbers in all), or 4096x200:7 with a seed of its own"};
  return CurveTables{std::make_shared<const actors::Table>(
      actors::synthetic_table((*sizes)[0], (*sizes)[1], (*sizes)[2]))};
}

actors::LookupOptions lookup_of(const CurveOptions& options) {
  using actors::Lookup;
  return {.lookup = options.lookup == "rows"      ? Lookup::rows
                    : options.lookup == "nearest" ? Lookup::nearest
                                                  : Lookup::automatic,
          .rows = options.rows};
}

/// `name`, with a number appended if an earlier table has it: result files are named after tables.
std::string unique_name(const std::string& name, const CurveTables& tables) {
  const auto taken = [&](const std::string& one) {
    return std::ranges::any_of(tables, [&](const auto& table) { return table->name() == one; });
  };
  std::string unique = name;
  for (int number = 2; taken(unique); ++number) unique = name + "-" + std::to_string(number);
  return unique;
}

}  // namespace

Result<CurveTables> open_tables(const CurveOptions& options, UnreadableTable unreadable) {
  if (!options.synthetic.empty()) return synthetic_tables(options.synthetic);
  if (options.tables.empty())
    return Error{ErrorKind::bad_input,
                 "there are no curves to play: give --table DIR, the folder of a recorded table, "
                 "or --synthetic 4096x200 for made-up ones"};
  actors::TableOptions how{.metric = options.metric, .mode = {}};
  if (!options.mode.empty()) how.mode = options.mode == "max" ? Mode::max : Mode::min;
  CurveTables tables;
  std::vector<std::pair<std::string, Error>> skipped;
  for (const auto& folder : options.tables) {
    how.name = unique_name(actors::table_name(folder), tables);
    auto table = actors::read_table(folder, how);
    std::error_code failed;
    if (table)
      tables.push_back(std::make_shared<const actors::Table>(std::move(table).value()));
    else if (unreadable == UnreadableTable::is_skipped &&
             std::filesystem::is_directory(folder, failed))
      skipped.emplace_back(how.name, table.error());
    else
      return table.error();
  }
  if (tables.empty()) return skipped.front().second;
  for (const auto& [name, error] : skipped)
    print_note("table " + name + " is skipped: " + error.what);
  return tables;
}

Result<MethodFile> MethodFile::read(const std::string& path) {
  auto written = actors::read_written(path);
  if (!written) return written.error();
  return MethodFile(std::move(written).value());
}

Result<SimulationPlan> MethodFile::plan(const actors::WrittenStudy& study,
                                        const std::shared_ptr<const actors::Table>& table,
                                        const CurveOptions& options) {
  auto read = actors::simulated_study(study, table, lookup_of(options));
  if (!read) return read.error();
  for (const auto& problem : read->warnings)
    if (problem.severity == actors::Problem::Severity::warning)
      if (const std::string text = actors::to_text(problem); told_.insert(text).second)
        std::fputs(text.c_str(), stderr);
  SimulationPlan plan = std::move(read->plan);
  plan.version = TROUPE_VERSION;
  if (options.workers) {
    auto spec = std::make_shared<actors::StudySpec>(*plan.spec);
    spec->n_workers = *options.workers;
    plan.spec = std::move(spec);
  }
  return plan;
}

Result<std::vector<std::uint64_t>> seeds_of(const CurveOptions& options) {
  if (options.seeds.empty()) return std::vector<std::uint64_t>{};
  auto seeds = actors::read_seeds(options.seeds);
  if (!seeds) return Error{ErrorKind::bad_input, "--seeds: " + seeds.error().what};
  return seeds;
}

std::size_t jobs_of(const CurveOptions& options) {
  return options.jobs.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

Result<std::vector<SimulationPlan>> plans_of(MethodFile& method,
                                             const std::shared_ptr<const actors::Table>& table,
                                             const CurveOptions& options) {
  auto seeds = seeds_of(options);
  if (!seeds) return seeds.error();
  const auto plan = method.plan(method.written(), table, options);
  if (!plan) return plan.error();
  if (seeds->empty()) seeds->push_back(plan->spec->seed);
  std::vector<SimulationPlan> plans;
  for (const std::uint64_t seed : *seeds) {
    plans.push_back(*plan);
    plans.back().seed = seed;
  }
  return plans;
}

std::vector<std::string> method_names(const std::vector<std::string>& studies) {
  std::vector<std::string> names;
  for (const auto& study : studies) {
    std::string name = std::filesystem::path(study).stem().string();
    while (std::ranges::find(names, name) != names.end()) name += "'";
    names.push_back(std::move(name));
  }
  return names;
}

double rounded(double number) {
  if (!std::isfinite(number)) return number;
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  return std::strtod(text, nullptr);
}

std::string plus_minus(const actors::Spread& spread, double unit) {
  if (std::isnan(spread.mean)) return "-";
  return actors::short_number(spread.mean / unit) + " ± " +
         actors::short_number(spread.deviation / unit);
}

ProgressBar::ProgressBar(std::string what, std::size_t count)
    : what_(std::move(what)),
      count_(count),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

ProgressBar::~ProgressBar() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::show(std::size_t done) {
  if (!is_terminal_ || count_ == 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - start_ < bar_delay || (shown_ && now - last_ < bar_interval)) return;
  last_ = now;
  shown_ = true;
  const std::size_t filled = bar_columns * done / count_;
  const std::string bar = std::string(filled, '#') + std::string(bar_columns - filled, '.');
  std::string left;
  if (done > 0) {
    const double spent = std::chrono::duration<double>(now - start_).count();
    const double rest = spent * static_cast<double>(count_ - done) / static_cast<double>(done);
    left = ", " + std::to_string(static_cast<long>(rest) + 1) + " s left";
  }
  std::fprintf(stderr, "\r\x1b[K%s [%s] %zu of %zu%s", what_.c_str(), bar.c_str(), done, count_,
               left.c_str());
  std::fflush(stderr);
}

Result<void> save_tables(const std::string& folder, const Table& runs, const Table& summary) {
  for (const auto& [name, table] :
       {std::pair{"runs.csv", &runs}, std::pair{"summary.csv", &summary}})
    if (auto saved = actors::replace_file(folder + "/" + name, to_text(*table, TableFormat::csv));
        !saved)
      return saved.error();
  return {};
}

}  // namespace troupe::cli
