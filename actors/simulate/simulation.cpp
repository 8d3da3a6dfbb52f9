#include "actors/simulate/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>
#include <variant>

#include "actors/results/files.hpp"
#include "actors/simulate/kept_text.hpp"
#include "actors/simulate/outcome_recorder.hpp"
#include "actors/simulate/recorded_program.hpp"
#include "actors/simulate/row_of.hpp"
#include "actors/study/durable_log.hpp"
#include "actors/study/null_journal.hpp"
#include "actors/study/result_files.hpp"
#include "actors/study/study.hpp"
#include "actors/trial/command_line.hpp"
#include "actors/trial/node_agent.hpp"
#include "runtime/simulation/sim_world.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;
using runtime::simulation::SimWorld;

namespace {

/// A folder as `troupe run` leaves it, and the sinks that fill it.
class Folder final : public EventSink {
 public:
  Folder(const fs::path& path, JournalMeta meta, EventSink& also)
      : files_(path, std::move(meta)), also_(also) {}
  void on(const std::vector<StudyEvent>& events, std::int64_t time_us) override {
    files_.on(events, time_us);
    also_.on(events, time_us);
  }
  void flush() override { files_.flush(); }

 private:
  ResultFiles files_;
  EventSink& also_;
};

/// The study owns its sink; what it records outlives the study.
class Passed final : public EventSink {
 public:
  explicit Passed(EventSink& to) : to_(to) {}
  void on(const std::vector<StudyEvent>& events, std::int64_t time_us) override {
    to_.on(events, time_us);
  }
  void flush() override { to_.flush(); }

 private:
  EventSink& to_;
};

struct Outputs {
  std::unique_ptr<StudyLog> log;
  std::unique_ptr<EventSink> sink;
};

Result<Outputs> outputs_of(const SimulationPlan& plan, OutcomeRecorder& recorder) {
  if (plan.folder.empty())
    return Outputs{std::make_unique<NullJournal>(), std::make_unique<Passed>(recorder)};
  const fs::path folder(plan.folder);
  std::error_code failed;
  if (fs::exists(folder, failed) && !fs::is_empty(folder, failed))
    return Error{ErrorKind::bad_input, plan.folder + " is not empty: name a new folder"};
  fs::create_directories(folder, failed);
  if (auto written = replace_file((folder / "study.yaml").string(), kept_text(plan)); !written)
    return written.error();
  JournalMeta meta{{"study", plan.spec->name},
                   {"metric", plan.spec->metric},
                   {"seed", std::to_string(plan.seed)},
                   {"table", plan.table->name()}};
  auto journal = Journal::create((folder / "journal.db").string(), meta);
  if (!journal) return journal.error();
  return Outputs{std::make_unique<DurableLog>(std::move(journal).value()),
                 std::make_unique<Folder>(folder, std::move(meta), recorder)};
}

/// A node that no trial is too large for.
runtime::Resources ample(const StudySpec& spec) {
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
  environment.complain = [&problem](const std::string& what) { problem = what; };
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

/// Why a study did not end although nothing more can happen.
Error stuck(SimWorld& world, const StudyRef& study, const std::string& problem) {
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
  StudyDocument document{spec->text, spec->name + ".yaml", plan.folder, plan.seed,
                         spec,       spec->incumbents};
  std::string problem = "nothing happens any more";
  SimWorld world("simulation");
  const auto study = world.node().spawn<Study>(
      StudyOptions{
          .spec = *spec, .document = document, .version = plan.version, .commit_wait = Duration(0)},
      std::move(outputs->log), std::move(outputs->sink));
  world.node().spawn<NodeAgent>(AgentOptions{"simulated", ample(*spec), study},
                                environment_of(plan, world, problem));
  const auto down = world.node().wait(study, Duration::max());
  if (!down) return stuck(world, study, problem);
  if (down->cause == runtime::Cause::failed) return Error{ErrorKind::io, down->reason};
  return std::move(recorder).outcome();
}

}  // namespace troupe::actors
