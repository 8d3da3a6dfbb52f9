#include "actors/study_file/study_file.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

#include "actors/study_file/document.hpp"
#include "actors/study_file/read_checkpoints.hpp"
#include "actors/study_file/read_max_resource.hpp"
#include "actors/study_file/read_memory.hpp"
#include "actors/study_file/read_points.hpp"
#include "actors/study_file/read_program.hpp"
#include "actors/study_file/read_scheduler.hpp"
#include "actors/study_file/read_searcher.hpp"
#include "actors/study_file/read_space.hpp"
#include "actors/study_file/read_stop_criterion.hpp"
#include "actors/study_file/read_study.hpp"
#include "actors/study_file/section.hpp"
#include "actors/study_file/spec_options.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;

void read_name(Section& top, StudySpec& spec) {
  if (!top.require("study", "a name for it, such as `study: first-try`")) return;
  spec.name = top.text("study").value_or("");
  if (!spec.name.empty() && !is_legal_name(spec.name))
    top.error(
        "study",
        "'study' must be a name for a folder too: letters, digits, '_', '-' and '.', a letter "
        "or digit first; found " +
            describe(top.find("study")->value));
}

void read_objective(Section& top, StudySpec& spec) {
  if (top.require("metric",
                  "the key in the program's reports that is to be tuned, such as "
                  "`metric: val_loss`"))
    spec.metric = top.text("metric").value_or("");
  using Mode = StudySpec::Mode;
  if (top.require("mode",
                  "min if a smaller metric is better (a loss), max if a larger one is (an "
                  "accuracy)"))
    spec.mode =
        top.one_of<Mode>(
               "mode",
               {{"minimize", "min"}, {"minimise", "min"}, {"maximize", "max"}, {"maximise", "max"}})
            .value_or(Mode::min);
  if (top.require("resource_attr",
                  "the key in the program's reports that counts what a trial "
                  "used, from 1 on, such as `resource_attr: epoch`"))
    spec.resource_attr = top.text("resource_attr").value_or("");
  if (!spec.metric.empty() && spec.metric == spec.resource_attr)
    top.error("resource_attr", "'metric' and 'resource_attr' are both '" + spec.metric +
                                   "'; one is the result, the other counts epochs or the like");
}

/// The middle of everything, if that is allowed. A grid has a first configuration of its own.
std::vector<schedulers::Config> default_points(const StudySpec& spec) {
  schedulers::Config middle = spec.config_space.midpoint();
  if (spec.searcher.name == SearcherSpec::Name::grid ||
      spec.config_space.forbidding(middle) != nullptr)
    return {};
  return {std::move(middle)};
}

/// A grid may fall on what is forbidden, although there is more.
void check_something_to_suggest(Section& top, const StudySpec& spec, const ProblemList& problems) {
  if (problems.has_errors() || spec.searcher.name != SearcherSpec::Name::grid) return;
  auto options = searcher_options(spec);
  options.points_to_evaluate.clear();
  if (!schedulers::make_searcher(options)->suggest(0))
    top.error("forbid",
              "every point of the grid is forbidden; take another searcher, or another "
              "'searcher.num_samples'");
}

void read_search(Section& top, StudySpec& spec, ProblemList& problems) {
  const Member* space = top.require("config_space",
                                    "the parameters to tune, such as "
                                    "`config_space: {lr: {loguniform: [1e-5, 0.1]}}`");
  const Member* forbid = top.find("forbid");
  if (space != nullptr)
    spec.config_space =
        read_space(space->value, forbid == nullptr ? nullptr : &forbid->value, problems);
  std::vector<std::string_view> declared;
  if (space != nullptr)
    for (const Member& member : space->value.members) declared.push_back(member.key);
  read_searcher(top, spec);
  if (const Member* incumbents = top.find("incumbents"))
    spec.incumbents = read_incumbents(incumbents->value, spec.config_space, declared, problems);
  if (const Member* points = top.find("points_to_evaluate"))
    spec.points_to_evaluate = read_points(points->value, spec.config_space, declared, problems);
  else
    spec.points_to_evaluate = default_points(spec);
  check_something_to_suggest(top, spec, problems);
  read_max_resource(top, declared, spec);
  read_entry(top, declared, spec, problems);
}

void read_running(Section& top, StudySpec& spec) {
  constexpr std::int64_t workers_max = 100'000;
  constexpr std::int64_t count_max = 1'000'000'000;
  const auto count = [&](std::string_view key, std::int64_t low, std::int64_t high,
                         std::uint32_t fallback) {
    return static_cast<std::uint32_t>(top.whole(key, low, high).value_or(fallback));
  };
  spec.n_workers = count("n_workers", 1, workers_max, spec.n_workers);
  spec.max_failures = count("max_failures", 0, count_max, spec.max_failures);
  spec.max_retries = count("max_retries", 0, count_max, spec.max_retries);
  spec.when_exhausted =
      top.one_of<StudySpec::WhenExhausted>("when_exhausted").value_or(spec.when_exhausted);
  spec.on_early_exit =
      top.one_of<StudySpec::OnEarlyExit>("on_early_exit").value_or(spec.on_early_exit);
  spec.seed = static_cast<std::uint64_t>(top.whole("seed", 0).value_or(0));
  spec.lease_s = top.number_above("lease", 0).value_or(spec.lease_s);
  if (const auto grace = top.any_number("grace_kill_s")) {
    spec.grace_kill_s = *grace;
    if (*grace < 0) top.error("grace_kill_s", "'grace_kill_s' must not be below 0");
  }
  if (const auto listen = top.text("listen")) {
    spec.listen = *listen;
    if (!listen->starts_with("tcp://") || listen->find(':', 6) == std::string::npos)
      top.error(
          "listen",
          "'listen' must be an address such as tcp://127.0.0.1:*, or, with keys (`troupe keys "
          "init`), tcp://0.0.0.0:7070; found '" +
              *listen + "'");
  }
}

}  // namespace

bool is_legal_name(std::string_view name) {
  constexpr std::size_t size_max = 100;
  return !name.empty() && name.size() <= size_max &&
         std::isalnum(static_cast<unsigned char>(name.front())) != 0 &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
         });
}

std::optional<std::string> read_text(const fs::path& path, ProblemList& problems) {
  std::error_code ignored;
  std::ifstream in(path, std::ios::binary);
  const bool is_folder = fs::is_directory(path, ignored);
  if (in.is_open() && !is_folder)
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  problems.error({}, is_folder                   ? "this is a folder; name the study file in it"
                     : fs::exists(path, ignored) ? "the file cannot be read"
                                                 : "there is no such file");
  return std::nullopt;
}

std::optional<StudySpec> read_study(const Element& root, const fs::path& path,
                                    ProblemList& problems, MemoryFrom memory) {
  StudySpec spec;
  std::error_code ignored;
  spec.entry.folder = fs::absolute(path, ignored).lexically_normal().parent_path().string();
  Section top(root, root.at, study_keys(), problems);
  if (root.kind == Element::Kind::mapping) {
    read_name(top, spec);
    read_objective(top, spec);
    read_search(top, spec, problems);
    read_memory(top, spec.entry.folder, spec, problems);
    read_report(top, spec);
    read_resources(top, spec, problems);
    read_checkpoints(top, spec);
    read_stop_criterion(top, spec);
    read_running(top, spec);
    read_scheduler(top, spec, memory);
  }
  if (problems.has_errors()) return std::nullopt;
  return spec;
}

StudyFile read_study_file(const fs::path& path, MemoryFrom memory) {
  ProblemList problems(path.string(), "");
  if (auto text = read_text(path, problems)) return read_study_text(std::move(*text), path, memory);
  return {std::nullopt, problems.sorted()};
}

StudyFile read_study_text(std::string text, const fs::path& path, MemoryFrom memory) {
  ProblemList problems(path.string(), text);
  const auto root = parse_document(text, problems);
  if (!root) return {std::nullopt, problems.sorted()};
  if (root->is_nothing()) {
    problems.error({}, "the file is empty; `troupe validate --template` prints a study file");
    return {std::nullopt, problems.sorted()};
  }
  auto spec = read_study(*root, path, problems, memory);
  if (spec) spec->text = std::move(text);
  return {std::move(spec), problems.sorted()};
}

}  // namespace troupe::actors
