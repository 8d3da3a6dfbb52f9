// `troupe run`: the head of a study. Opens the folder, starts the study actor and a node beside it,
// shows what happens, and ends with the study.

#include <algorithm>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "actors/cli/commands.hpp"
#include "actors/cli/endings.hpp"
#include "actors/cli/head_folder.hpp"
#include "actors/cli/own_node.hpp"
#include "actors/cli/process.hpp"
#include "actors/cli/terminal_actor.hpp"
#include "actors/json.hpp"
#include "actors/results/study_view.hpp"
#include "actors/study/durable_log.hpp"
#include "actors/study/result_files.hpp"
#include "actors/study/study.hpp"
#include "actors/study_file/spec_options.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/terminal/surroundings.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;
using namespace actors;

namespace {

constexpr Duration forever = Duration::max();

/// A study as it is about to be run: its file, its folder, its journal.
struct Opened {
  StudySpec spec;
  StudyDocument document;
  std::optional<Journal> journal;
};

void print_problems(const StudyFile& file) {
  for (const auto& problem : file.problems) std::fprintf(stderr, "%s\n", to_text(problem).c_str());
}

int fail(const Error& error, int code = exit_failure) {
  std::fprintf(stderr, "troupe: %s\n", error.what.c_str());
  return code;
}

/// Checks that an unfinished study of the folder is this one.
Result<std::uint64_t> seed_of_resumed(JournalReader& reader, const HeadFolder& folder,
                                      const StudySpec& spec, const RunOptions& options) {
  const Result<std::string> text = read_file(folder.file("study.yaml"));
  if (!text) return text.error();
  if (*text != spec.text)
    return Error{ErrorKind::refused, options.study + " is not the file that the study in " +
                                         folder.path().string() + " began with (" +
                                         folder.file("study.yaml") +
                                         "). A study cannot change on its way: use --fresh to "
                                         "start over (the results so far are kept "
                                         "aside), or --dir for another folder"};
  const auto first = reader.read(0, 1);
  if (!first) return first.error();
  const Result<Input> input = from_json<Input>(first->at(0).input);
  if (!input) return input.error();
  const std::uint64_t seed = std::get<StudyOpened>(*input).seed;
  if (options.seed && *options.seed != seed)
    return Error{ErrorKind::refused, "the study in " + folder.path().string() +
                                         " began with seed " + std::to_string(seed) + "; --seed " +
                                         std::to_string(*options.seed) +
                                         " needs --fresh or another --dir"};
  return seed;
}

Result<Opened> open_study(StudySpec spec, const HeadFolder& folder, const RunOptions& options) {
  const std::string path = folder.file("journal.db");
  std::uint64_t seed = options.seed.value_or(spec.seed);
  StudyDocument document{spec.text, fs::absolute(options.study).lexically_normal().string(),
                         folder.path().string(), seed};
  if (options.workers) spec.n_workers = *options.workers;
  if (!fs::exists(path)) {
    if (auto written = write_file(folder.file("study.yaml"), spec.text); !written)
      return written.error();
    auto journal = Journal::create(path, {{"study", spec.name},
                                          {"metric", spec.metric},
                                          {"seed", std::to_string(seed)},
                                          {"file", document.path}});
    if (!journal) return journal.error();
    return Opened{std::move(spec), std::move(document), std::move(journal).value()};
  }
  {
    auto reader = JournalReader::open(path);
    if (!reader) return reader.error();
    if (const auto first = reader->read(0, 1); first && !first->empty()) {
      const auto resumed = seed_of_resumed(*reader, folder, spec, options);
      if (!resumed) return resumed.error();
      document.seed = *resumed;
    }
  }
  auto journal = Journal::open(path);
  if (!journal) return journal.error();
  return Opened{std::move(spec), std::move(document), std::move(journal).value()};
}

runtime::Resources own_resources(const StudySpec& spec) {
  runtime::Resources here = this_machine();
  // Whoever does not count processors means n_workers.
  if (spec.resources.cpus <= 0) here.cpus = std::max(here.cpus, spec.n_workers);
  return here;
}

/// "More than any node has" is an error before anything starts.
Result<void> check_feasible(const StudySpec& spec, const runtime::Resources& here) {
  const auto refuse = [](const std::string& what, const std::string& found,
                         const std::string& has) {
    return Error{ErrorKind::infeasible, "resources." + what + ": a trial needs " + found +
                                            ", and this machine has " + has};
  };
  if (spec.resources.cpus > here.cpus)
    return refuse("cpus", json_number(spec.resources.cpus), std::to_string(here.cpus));
  if (spec.resources.gpus > static_cast<std::int64_t>(here.gpus))
    return refuse("gpus", std::to_string(spec.resources.gpus), std::to_string(here.gpus));
  if (spec.resources.memory_bytes > here.memory)
    return refuse("memory", std::to_string(spec.resources.memory_bytes >> 20) + " MiB",
                  std::to_string(here.memory >> 20) + " MiB");
  return {};
}

StudyOutline outline_of(const StudySpec& spec, const HeadFolder& folder) {
  const auto halving = halving_options(spec);
  StudyOutline outline{.study = spec.name, .folder = folder.path().string()};
  outline.scheduler =
      enum_names(spec.scheduler.name).at(static_cast<std::size_t>(spec.scheduler.name));
  outline.metric = spec.metric;
  outline.resource_attr = spec.resource_attr;
  outline.levels = schedulers::rung_levels(halving);
  outline.levels.push_back(spec.max_t);
  if (spec.scheduler.name == SchedulerSpec::Name::pasha)
    outline.ceiling = outline.levels.at(std::min<std::size_t>(1, outline.levels.size() - 1));
  outline.trials_max = spec.stop_criterion.max_num_trials_started;
  return outline;
}

Manner manner_of(Verbosity verbosity) {
  if (verbosity == Verbosity::quiet) return Manner::quiet;
  if (verbosity == Verbosity::json) return Manner::json;
  return manner_in(surroundings_of(STDOUT_FILENO));
}

/// A screen that knows what happened so far, and how many rows of the journal that is.
std::pair<Screen, std::uint64_t> screen_for(Manner manner, const StudySpec& spec,
                                            const HeadFolder& folder) {
  Screen screen(manner, paper_in(surroundings_of(STDOUT_FILENO)), outline_of(spec, folder));
  auto reader = JournalReader::open(folder.file("journal.db"));
  if (!reader) return {std::move(screen), 0};
  std::uint64_t rows = 0;
  (void)reader->each(0, [&](const Row& row) -> Result<void> {
    const auto events = events_of(row);
    if (!events) return events.error();
    for (const auto& event : *events) screen.recall(event);
    rows = row.index + 1;
    return {};
  });
  return {std::move(screen), rows};
}

/// Everything that lives while the study runs. Destroyed in reverse: the node before its reactor.
class Head {
 public:
  Head(Opened opened, const HeadFolder& folder, const RunOptions& options)
      : spec_(opened.spec),
        folder_(folder),
        options_(options),
        process_({.name = "head", .lease = seconds(spec_.lease_s)}) {
    auto results = std::make_unique<ResultFiles>(folder.path(), opened.journal->meta());
    StudyOptions study{.spec = std::move(opened.spec),
                       .document = std::move(opened.document),
                       .version = TROUPE_VERSION,
                       .own_node_prefix = OwnNode::name_prefix};
    study_ = process_.node()
                 .get_or_spawn<Study>(std::string(study_name), std::move(study),
                                      std::make_unique<DurableLog>(std::move(*opened.journal)),
                                      std::move(results))
                 .value();
  }

  ~Head() {
    process_.call([this] { own_node_.reset(); });
  }

  Result<void> run();

 private:
  Result<void> start_own_node(const std::string& address);
  void on_own_node_gone(const OwnNode::Ending& ending);

  StudySpec spec_;
  const HeadFolder& folder_;
  RunOptions options_;
  Process process_;
  StudyRef study_;
  std::unique_ptr<OwnNode> own_node_;  ///< Lives on the reactor's thread, as what follows.
  std::promise<void> own_node_gone_;
  std::uint32_t signals_ = 0;
  std::uint32_t losses_ = 0;
};

Result<void> Head::run() {
  const auto address = process_.node().listen(spec_.listen);
  if (!address) return address.error();
  if (auto written = write_file(folder_.file("address"), *address + "\n"); !written)
    return written.error();
  const Manner manner = manner_of(options_.verbosity);
  auto [screen, known_rows] = screen_for(manner, spec_, folder_);
  const auto terminal = process_.node().spawn<TerminalActor>(std::move(screen), known_rows, study_,
                                                             manner == Manner::redrawn);
  process_.on_signals({SIGINT, SIGTERM}, [this](int) {
    if (++signals_ > 1)
      _exit(exit_interrupted);  // Nodes end by their lease, and the lock with them.
    process_.node().tell(study_,
                         StopStudy{StopRequested::How::interrupt, "interrupted by a signal"});
  });
  if (auto started = start_own_node(*address); !started) return started;
  const auto end = process_.node().wait(study_, forever);
  (void)process_.node().wait(terminal, std::chrono::seconds(10));
  own_node_gone_.get_future().wait_for(std::chrono::duration<double>(spec_.grace_kill_s + 5));
  process_.node().stop(std::chrono::seconds(5));
  if (end && end->cause == runtime::Cause::failed) return Error{ErrorKind::io, end->reason};
  return {};
}

Result<void> Head::start_own_node(const std::string& address) {
  const runtime::Resources resources = own_resources(spec_);
  OwnNode::Options own{
      .argv = {this_program(), "node", "--join", address, "--cpus", std::to_string(resources.cpus),
               "--gpus", std::to_string(resources.gpus), "--memory",
               std::to_string(resources.memory), "--lease", json_number(spec_.lease_s)},
      .inherited_fds = {folder_.lock_fd()},
      .log = folder_.file("node.log")};
  Result<void> started;
  process_.call([&] {
    own_node_ = std::make_unique<OwnNode>(
        process_.reactor(), std::move(own),
        [this](const OwnNode::Ending& ending) { on_own_node_gone(ending); });
    started = own_node_->start();
  });
  return started;
}

void Head::on_own_node_gone(const OwnNode::Ending& ending) {
  process_.node().tell(study_, NodeProcessesGone{ending.name, ending.reason});
  if (ending.orderly || signals_ > 0) {
    own_node_gone_.set_value();
    return;
  }
  constexpr std::uint32_t losses_max = 20;
  if (++losses_ <= losses_max && own_node_->start()) return;
  own_node_gone_.set_value();
  process_.node().tell(study_, StopStudy{StopRequested::How::interrupt,
                                         "its own node cannot be kept alive: " + ending.reason});
}

}  // namespace

int run_study(const RunOptions& options) {
  StudyFile file = read_study_file(options.study);
  print_problems(file);
  if (!file.spec) return exit_usage;
  const fs::path path =
      options.folder.empty() ? fs::path(file.spec->name) : fs::path(options.folder);
  auto folder = HeadFolder::open(
      path, [](const std::string& what) { std::fprintf(stderr, "troupe: %s\n", what.c_str()); });
  if (!folder) return fail(folder.error());
  if (options.fresh) {
    const auto aside = folder->set_aside();
    if (!aside) return fail(aside.error());
    if (*aside) std::fprintf(stderr, "troupe: the earlier study is in %s\n", (*aside)->c_str());
  }
  if (const auto ending = ending_of(folder->file("journal.db"));
      ending && ending->outcome != StudyFinished::Outcome::interrupted) {
    std::fprintf(stderr, "troupe: the study in %s is over (%s); --fresh starts a new one\n",
                 folder->path().c_str(), ending->reason.c_str());
    const Manner manner = manner_of(options.verbosity) == Manner::redrawn
                              ? Manner::lines
                              : manner_of(options.verbosity);
    write_out(screen_for(manner, *file.spec, *folder).first.close(Duration(0)));
    return exit_code_of(*ending);
  }
  if (const auto feasible = check_feasible(*file.spec, own_resources(*file.spec)); !feasible)
    return fail(feasible.error(), exit_usage);
  auto opened = open_study(std::move(*file.spec), *folder, options);
  if (!opened)
    return fail(opened.error(),
                opened.error().kind == ErrorKind::refused ? exit_usage : exit_failure);
  block_signals({SIGINT, SIGTERM});
  Head head(std::move(opened).value(), *folder, options);
  if (const auto ran = head.run(); !ran) return fail(ran.error());
  const auto ending = ending_of(folder->file("journal.db"));
  return ending ? exit_code_of(*ending) : exit_interrupted;
}

}  // namespace troupe::cli
