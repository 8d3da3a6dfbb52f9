#include "actors/head/session.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <variant>

#include <sys/random.h>

#include "actors/checkpoints/study_token.hpp"
#include "actors/disk_room.hpp"
#include "actors/head/liveness_pipe.hpp"
#include "actors/head/local_node.hpp"
#include "actors/head/node_process.hpp"
#include "actors/json.hpp"
#include "actors/memory/memory.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/document.hpp"
#include "actors/study/result_files.hpp"
#include "actors/study/study.hpp"
#include "actors/study/study_log.hpp"
#include "actors/study_file/study_difference.hpp"
#include "runtime/context.hpp"
#include "runtime/core/check.hpp"
#include "runtime/node.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

/// 128 random bits in hexadecimal: the identity of a study, also after its folder was moved.
std::string new_identity() {
  std::array<unsigned char, 16> bytes{};
  check(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
        "the system has random bytes");
  std::string text;
  for (const unsigned char byte : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", byte);
    text += digits.data();
  }
  return text;
}

/// Refuses a request for another study than the one of the folder.
Result<void> check_same(const StudyRequest& request, const HeadFolder& folder,
                        const RecordedStudy& recorded, const StudyDifference& found) {
  const std::string where = folder.path().string();
  if (request.seed && *request.seed != recorded.opened.seed)
    return Error{ErrorKind::refused, "the study in " + where + " began with seed " +
                                         std::to_string(recorded.opened.seed) + "; --seed " +
                                         std::to_string(*request.seed) +
                                         " needs --fresh or another --dir"};
  if (found.identity.empty()) return {};
  return Error{ErrorKind::refused,
               request.file + " describes another study than the one in " + where +
                   ". What decides which configurations run, and how far, cannot change on its "
                   "way:\n" +
                   to_text(found.identity) +
                   "\nUse --fresh to start over (the results so far are kept aside), or --dir for "
                   "another folder"};
}

/// The request's settings as the study in its folder would take them.
StudySpec requested_spec(const StudyRequest& request, const std::vector<Config>& incumbents) {
  StudySpec spec = request.spec;
  if (request.workers) spec.n_workers = *request.workers;
  add_incumbents(spec, incumbents);
  return spec;
}

/// How a study that has begun goes on. `reader`: of today's format.
Result<Continuation> continuation_in(JournalReader& reader, const StudyRequest& request,
                                     const HeadFolder& folder) {
  auto recorded = read_recorded(reader);
  if (!recorded) return recorded.error();
  if (!*recorded) return Continuation{};
  Continuation next{.recorded = std::move(*recorded)};
  const StudySpec spec = requested_spec(request, next.recorded->opened.incumbents);
  StudyDifference found = difference(*next.recorded->spec, spec);
  if (auto same = check_same(request, folder, *next.recorded, found); !same) return same.error();
  if (!found.settings.empty())
    next.change = StudyChanged{std::move(found.settings), std::make_shared<const StudySpec>(spec)};
  next.end = next.recorded->end;
  if (!next.end || !next.change) return next;
  auto end = end_despite(reader, *next.recorded, *next.change);
  if (!end) return end.error();
  next.end = std::move(end).value();
  return next;
}

std::string memory_of(const StudyRequest& request) {
  if (!request.memory.empty()) return fs::absolute(request.memory).lexically_normal().string();
  return request.spec.memory ? request.spec.memory->file : std::string();
}

/// Reads A* from the memory at `path` into a session that begins.
Result<void> recall(Session& session, const std::string& path) {
  if (path.empty()) return {};
  if (!session.spec.searcher.actor.empty())
    return Error{ErrorKind::refused,
                 "what a memory knows is suggested by our own searchers; with 'searcher.actor' "
                 "nobody can know which trials its incumbents are: leave out one of the two"};
  auto memory = Memory::open_or_create(path);
  if (!memory) return memory.error();
  auto recalled =
      memory->recall(session.spec.config_space, session.spec.memory.value_or(MemorySpec{}),
                     {session.spec.metric, session.spec.mode});
  if (!recalled) return recalled.error();
  session.document.incumbents = std::move(recalled->incumbents);
  session.incumbents_left_out = recalled->incumbents_left_out;
  return {};
}

Result<Journal> journal_in(const HeadFolder& folder, const Session& session,
                           const std::string& memory) {
  const std::string path = folder.file("journal.db");
  if (fs::exists(path)) return Journal::open(path);
  if (auto written = write_file(folder.file("study.yaml"), session.spec.text); !written)
    return written.error();
  JournalMeta meta{{"study", session.spec.name},
                   {"metric", session.spec.metric},
                   {"seed", std::to_string(session.document.seed)},
                   {"file", session.document.path},
                   {identity_key, new_identity()}};
  if (!memory.empty()) meta.emplace(memory_key, memory);
  return Journal::create(path, meta);
}

}  // namespace

Result<Continuation> continuation_of(const StudyRequest& request, const HeadFolder& folder) {
  const std::string path = folder.file("journal.db");
  if (!fs::exists(path)) return Continuation{};
  auto reader = JournalReader::open(path);
  if (!reader) return reader.error();
  if (reader->format() == Journal::format) return continuation_in(*reader, request, folder);
  Continuation next{.end = end_in_last_row(path)};
  if (next.end && next.end->outcome != StudyFinished::Outcome::interrupted) return next;
  auto refused = Journal::open(path);
  check(!refused, "a journal of an earlier format is not continued");
  return refused.error();
}

Result<std::vector<std::string>> variables_of(const Entry& entry) {
  std::vector<std::string> variables;
  for (const std::string& name : entry.env_from) {
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr)
      return Error{ErrorKind::refused,
                   "'entry.env_from' names " + name +
                       ", which is not set here: export it before `troupe run`"};
    variables.push_back(name + "=" + value);
  }
  return variables;
}

Result<Session> open_session(StudyRequest request, const HeadFolder& folder) {
  auto next = continuation_of(request, folder);
  if (!next) return next.error();
  return open_session(std::move(request), folder, std::move(*next));
}

Result<Session> open_session(StudyRequest request, const HeadFolder& folder, Continuation next) {
  std::error_code failed;
  fs::create_directories(folder.path() / "trials", failed);
  if (failed)
    return Error{ErrorKind::io, "cannot make the folder " + (folder.path() / "trials").string() +
                                    ": " + failed.message()};
  if (next.end)
    return Error{ErrorKind::refused,
                 "the study in " + folder.path().string() + " is over (" + next.end->reason + ")"};
  auto variables = variables_of(request.spec.entry);
  if (!variables) return variables.error();
  const StudyOpened* const opening = next.recorded ? &next.recorded->opened : nullptr;
  const std::string memory = memory_of(request);
  const std::uint64_t seed = request.seed.value_or(request.spec.seed);
  Session session{.spec = std::move(request.spec)};
  session.variables = std::move(*variables);
  session.change = std::move(next.change);
  if (request.workers) session.spec.n_workers = *request.workers;
  session.document.text = session.spec.text;
  session.document.path = fs::absolute(request.file).lexically_normal().string();
  session.document.folder = folder.path().string();
  session.document.seed = opening != nullptr ? opening->seed : seed;
  if (opening != nullptr) session.document.incumbents = opening->incumbents;
  if (opening == nullptr)
    if (auto recalled = recall(session, memory); !recalled) return recalled.error();
  add_incumbents(session.spec, session.document.incumbents);
  session.document.spec = std::make_shared<const StudySpec>(session.spec);
  auto journal = journal_in(folder, session, memory);
  if (!journal) return journal.error();
  if (session.change)
    if (auto written = write_file(folder.file("study.yaml"), session.spec.text); !written)
      return written.error();
  session.journal = std::make_unique<Journal>(std::move(journal).value());
  auto token = write_token(session.document.folder);
  if (!token) return token.error();
  session.document.token = std::move(token).value();
  const JournalMeta& meta = session.journal->meta();
  const auto id = meta.find(identity_key);
  if (id != meta.end()) session.document.id = id->second;
  return session;
}

runtime::Resources own_resources(const StudySpec& spec) {
  runtime::Resources here = this_machine();
  // A study that does not count processors is limited by n_workers only.
  if (spec.resources.cpus <= 0) here.cpus = std::max(here.cpus, spec.n_workers);
  return here;
}

std::string lack_of(const StudySpec& spec, const runtime::Resources& here) {
  const auto lack = [](const std::string& what, const std::string& needed, const std::string& has) {
    return "resources." + what + ": a trial needs " + needed + ", and this machine has " + has;
  };
  if (spec.resources.cpus > here.cpus)
    return lack("cpus", json_number(spec.resources.cpus), std::to_string(here.cpus));
  if (spec.resources.gpus > static_cast<std::int64_t>(here.gpus))
    return lack("gpus", std::to_string(spec.resources.gpus), std::to_string(here.gpus));
  if (spec.resources.memory_bytes > here.memory)
    return lack("memory", std::to_string(spec.resources.memory_bytes >> 20) + " MiB",
                std::to_string(here.memory >> 20) + " MiB");
  return {};
}

Result<std::string> check_room(const StudySpec& spec, const std::string& listen,
                               std::optional<std::uint32_t> local_slots) {
  std::string lack = lack_of(spec, own_resources(spec));
  if (lack.empty() && local_slots == 0) lack = "--local-slots 0: no trial runs on this machine";
  if (lack.empty()) return std::string();
  if (listen.empty() && spec.listen == StudySpec().listen)
    return Error{ErrorKind::infeasible,
                 lack +
                     ". Nodes of other machines can join with --listen, such as --listen "
                     "tcp://0.0.0.0:7070 (see `troupe keys --help`)"};
  return lack + "; trials wait for a node that has it (`troupe keys add NAME` lets one in)";
}

std::string left_out_sentence(std::size_t count) {
  return std::to_string(count) +
         (count == 1 ? " of the memory's incumbents is" : " of the memory's incumbents are") +
         " left out: config_space has no place for a value of it, or forbids it";
}

Result<void> check_memory(const StudySpec& spec) {
  std::error_code ignored;
  if (!spec.memory || spec.memory->file.empty() || !fs::exists(spec.memory->file, ignored))
    return {};
  auto memory = Memory::open(spec.memory->file);
  if (!memory) return memory.error();
  const auto recalled = memory->recall(spec.config_space, *spec.memory, {spec.metric, spec.mode});
  if (!recalled) return recalled.error();
  return {};
}

namespace {

/// Options of the study actor of a session.
StudyOptions options_of(Session& session) {
  const std::string folder = session.document.folder;
  StoreOptions checkpoints{.study_folder = folder,
                           .rule = {.best_kept = session.spec.checkpoints.best_kept,
                                    .bytes_max = session.spec.checkpoints.bytes_max,
                                    .maximize = session.spec.mode == StudySpec::Mode::max},
                           .disk_full_reason = disk_full_reason};
  return {.spec = std::move(session.spec),
          .document = std::move(session.document),
          .version = TROUPE_VERSION,
          .variables = std::move(session.variables),
          .own_node_prefix = LocalNode::name_prefix,
          .change = std::move(session.change),
          .disk_full_reason = [folder] { return disk_full_reason(folder); },
          .checkpoints = std::move(checkpoints)};
}

/// Names of nodes that an earlier head of the folder started and that still run.
std::vector<std::string> local_nodes_alive(const HeadFolder& folder) {
  std::vector<std::string> names;
  if (const auto open_pipes = LivenessPipe::find_open(folder.path()))
    for (const LivenessPipe& pipe : *open_pipes) names.push_back(pipe.node());
  return names;
}

/// Spawns the study at `where`: a Node, or the Context of an actor.
StudyRef spawn_at(auto& where, Session session, const HeadFolder& folder) {
  auto results = std::make_unique<ResultFiles>(
      folder.path(), session.journal->meta(),
      [](const std::string& warning) { std::fprintf(stderr, "troupe: %s\n", warning.c_str()); });
  StudyOptions options = options_of(session);
  options.refused = where.refusal_reporter();
  options.own_nodes_alive = local_nodes_alive(folder);
  options.end_own_node = [path = folder.path()](const std::string& node) {
    kill_local_node(path, node);
  };
  return where
      .template get_or_spawn<Study>(std::string(study_name), std::move(options),
                                    std::make_unique<DurableLog>(std::move(*session.journal)),
                                    std::move(results))
      .value();
}

}  // namespace

StudyRef spawn_study(runtime::Node& node, Session session, const HeadFolder& folder) {
  return spawn_at(node, std::move(session), folder);
}

StudyRef spawn_study(runtime::Context& self, Session session, const HeadFolder& folder) {
  return spawn_at(self, std::move(session), folder);
}

}  // namespace troupe::actors
