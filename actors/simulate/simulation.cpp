#include "actors/simulate/simulation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/results/files.hpp"
#include "actors/simulate/outcome_recorder.hpp"
#include "actors/simulate/recorded_program.hpp"
#include "actors/study/result_files.hpp"
#include "actors/study/study.hpp"
#include "actors/study/study_log.hpp"
#include "actors/study_file/document.hpp"
#include "actors/trial/command_line.hpp"
#include "actors/trial/node_agent.hpp"
#include "runtime/core/check.hpp"
#include "runtime/parallel.hpp"
#include "runtime/simulation/sim_world.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;
using runtime::simulation::SimWorld;

namespace {

/// Sink that writes result files to a folder and forwards the events.
class FolderSink final : public EventSink {
 public:
  FolderSink(const fs::path& path, JournalMeta meta, EventSink& also)
      : files_(path, std::move(meta)), also_(also) {}
  void on(const StudyRow& row) override {
    files_.on(row);
    also_.on(row);
  }
  void flush() override { files_.flush(); }

 private:
  ResultFiles files_;
  EventSink& also_;
};

/// Sink that forwards events to a sink which outlives the study.
class ForwardingSink final : public EventSink {
 public:
  explicit ForwardingSink(EventSink& to) : to_(to) {}
  void on(const StudyRow& row) override { to_.on(row); }
  void flush() override { to_.flush(); }

 private:
  EventSink& to_;
};

/// Journal and sink of a simulated study.
struct Outputs {
  std::unique_ptr<StudyLog> log;
  std::unique_ptr<EventSink> sink;
};

Result<Outputs> outputs_of(const SimulationPlan& plan, OutcomeRecorder& recorder) {
  if (plan.folder.empty())
    return Outputs{std::make_unique<NullJournal>(), std::make_unique<ForwardingSink>(recorder)};
  const fs::path folder(plan.folder);
  std::error_code failed;
  if (fs::exists(folder, failed) && !fs::is_empty(folder, failed))
    return Error{ErrorKind::bad_input, plan.folder + " is not empty: name a new folder"};
  fs::create_directories(folder, failed);
  hide_from_git(folder);
  if (auto written = replace_file((folder / "study.yaml").string(), folder_study_text(plan));
      !written)
    return written.error();
  JournalMeta meta{{"study", plan.spec->name},
                   {"metric", plan.spec->metric},
                   {"seed", std::to_string(plan.seed)},
                   {"table", plan.table->name()}};
  auto journal = Journal::create((folder / "journal.db").string(), meta);
  if (!journal) return journal.error();
  return Outputs{std::make_unique<DurableLog>(std::move(journal).value()),
                 std::make_unique<FolderSink>(folder, std::move(meta), recorder)};
}

/// Resources for n_workers trials of any size.
runtime::Resources unlimited_resources(const StudySpec& spec) {
  const std::uint32_t workers = spec.n_workers;
  runtime::Resources resources;
  resources.cpus = static_cast<std::uint32_t>(std::ceil(spec.resources.cpus)) * workers + 1;
  resources.gpus = static_cast<std::uint32_t>(spec.resources.gpus) * workers;
  resources.memory = spec.resources.memory_bytes * workers;
  return resources;
}

TrialEnvironment environment_of(const SimulationPlan& plan, SimWorld& world, std::string& problem) {
  TrialEnvironment environment;
  environment.deliver = [&world](runtime::Address to, runtime::ProcessEvent event) {
    std::visit([&]<typename E>(E& one) { world.node().tell(runtime::Ref<E>(to), std::move(one)); },
               event);
  };
  environment.log_warning = [&problem](const std::string& what) { problem = what; };
  const bool costs = plan.spec->stop_criterion.max_cost || !plan.folder.empty();
  environment.make_program = [&plan, &world, deliver = environment.deliver,
                              cost = costs ? plan.spec->report.cost_attr : std::string()](
                                 const TrialPlan& trial) -> std::unique_ptr<Program> {
    return std::make_unique<RecordedProgram>(
        RecordedProgram::Options{.table = plan.table,
                                 .row = row_of(plan, trial.launch.config),
                                 .from = trial.launch.from,
                                 .until = resource_limit(*trial.spec, trial.launch.until),
                                 .cost_attr = cost},
        world.reactor(), deliver);
  };
  return environment;
}

/// Error of a study that waits although no event is left.
Error deadlock_error(SimWorld& world, const StudyRef& study, const std::string& problem) {
  std::string why = problem;
  if (const auto status = world.node().ask(study, AskStatus{}, std::chrono::seconds(1)))
    if (!status->waiting_for.empty()) why = "it waits for " + status->waiting_for;
  return {ErrorKind::timed_out, "the simulated study never ends: " + why};
}

}  // namespace

Result<SimulationOutcome> simulate(const SimulationPlan& plan) {
  OutcomeRecorder recorder(plan);
  auto outputs = outputs_of(plan, recorder);
  if (!outputs) return outputs.error();
  auto spec = std::make_shared<StudySpec>(*plan.spec);
  spec->seed = plan.seed;
  const StudyDocument document{spec->text, spec->name + ".yaml", plan.folder, plan.seed,
                               spec,       spec->incumbents};
  std::string problem = "nothing happens any more";
  SimWorld world("simulation");
  const auto study = world.node().spawn<Study>(
      StudyOptions{
          .spec = *spec, .document = document, .version = plan.version, .commit_wait = Duration(0)},
      std::move(outputs->log), std::move(outputs->sink));
  world.node().spawn<NodeAgent>(AgentOptions{"simulated", unlimited_resources(*spec), study},
                                environment_of(plan, world, problem));
  const auto down = world.node().wait(study, Duration::max());
  if (!down) return deadlock_error(world, study, problem);
  if (down->cause == runtime::Cause::failed) return Error{ErrorKind::io, down->reason};
  return std::move(recorder).outcome();
}

std::size_t row_of(const SimulationPlan& plan, const Config& config) {
  if (plan.nearest) return plan.nearest->find(config);
  const auto* value = schedulers::find(config, row_parameter);
  const auto* row = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
  check(row != nullptr && *row >= 0 && static_cast<std::size_t>(*row) < plan.table->rows(),
        "a study over a table's rows proposes rows of it");
  return static_cast<std::size_t>(*row);
}

namespace {

/// Sets an integer key. False if the key has that value already, explicitly or by default.
bool set(Element& root, std::string_view key, std::uint64_t number, std::uint64_t fallback) {
  const auto there = std::ranges::find(root.members, key, &Member::key);
  const auto signed_number = static_cast<std::int64_t>(number);
  const Element value{.scalar = signed_number, .text = std::to_string(number)};
  if (there == root.members.end()) {
    if (number != fallback) root.members.push_back({std::string(key), {}, value});
    return number != fallback;
  }
  const auto* whole = there->value.as<std::int64_t>();
  if (whole != nullptr && *whole == signed_number) return false;
  there->value = value;
  return true;
}

}  // namespace

std::string folder_study_text(const SimulationPlan& plan) {
  const std::string& text = plan.spec->text;
  ProblemList problems("", text);
  auto root = parse_document(text, problems);
  check(root && root->kind == Element::Kind::mapping, "a plan's spec has a study file");
  const bool workers = set(*root, "n_workers", plan.spec->n_workers, StudySpec{}.n_workers);
  const bool seed = set(*root, "seed", plan.seed, StudySpec{}.seed);
  if (!workers && !seed) return text;
  return "# As simulated: with the workers and the seed that the command line named.\n" +
         to_yaml(*root);
}

namespace {

constexpr std::size_t seeds_max = 100'000;

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<std::vector<std::uint64_t>> read_seeds(std::string_view text) {
  std::vector<std::uint64_t> seeds;
  const Error refusal{ErrorKind::bad_input, "'" + std::string(text) +
                                                "' is no list of seeds; expected one like 0..24 or "
                                                "3,5,8, of at most " +
                                                std::to_string(seeds_max)};
  for (std::string_view rest = text;;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view part = rest.substr(0, comma);
    const std::size_t dots = part.find("..");
    const auto first = whole(part.substr(0, std::min(dots, part.size())));
    const auto last = dots == part.npos ? first : whole(part.substr(dots + 2));
    if (!first || !last || *last < *first || *last - *first >= seeds_max) return refusal;
    for (std::uint64_t seed = *first; seed <= *last; ++seed)
      if (std::ranges::find(seeds, seed) == seeds.end()) seeds.push_back(seed);
    if (seeds.size() > seeds_max) return refusal;
    if (comma == rest.size()) return seeds;
    rest.remove_prefix(comma + 1);
  }
}

Result<std::vector<SimulationOutcome>> simulate_all(
    const std::vector<SimulationPlan>& plans, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress) {
  std::vector<std::optional<Result<SimulationOutcome>>> results(plans.size());
  runtime::for_each_parallel(
      plans.size(), jobs, [&](std::size_t i) { results[i] = simulate(plans[i]); }, progress);
  std::vector<SimulationOutcome> outcomes;
  outcomes.reserve(plans.size());
  for (auto& result : results) {
    if (!*result) return result->error();
    outcomes.push_back(std::move(*result).value());
  }
  return outcomes;
}

}  // namespace troupe::actors
