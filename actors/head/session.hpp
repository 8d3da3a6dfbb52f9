#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "actors/head/head_folder.hpp"
#include "actors/head/tether.hpp"
#include "actors/journal/journal.hpp"
#include "actors/study/durable_log.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study/result_files.hpp"
#include "actors/study/study.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"
#include "runtime/resources.hpp"

namespace troupe::actors {

/// A study that somebody wants to run.
struct StudyRequest {
  StudySpec spec;
  std::string file;  ///< Where it was given: relative paths in it start at its folder.
  std::optional<std::uint64_t> seed{};     ///< Instead of the file's.
  std::optional<std::uint32_t> workers{};  ///< Instead of n_workers.
  std::string memory{};                    ///< Instead of the file's.
};

/// A study in its folder, new or as an earlier head left it, about to run.
struct Session {
  StudySpec spec;
  StudyDocument document;  ///< With the incumbents of its memory, as they were at its first start.
  std::unique_ptr<Journal> journal;  ///< There.
  /// Members of A* that the study's space cannot express; of a first start only.
  std::size_t left_out = 0;
};

/// The journal's name for the memory of a study, and for its identity.
inline constexpr const char* memory_key = "memory";
inline constexpr const char* identity_key = "id";

/// Opens the study in its folder, or begins it there: what the memory knows is read once, at the
/// first start, and belongs to the study from then on. Refused if the folder holds another study.
Result<Session> open_session(StudyRequest request, const HeadFolder& folder);

/// What the node beside the head has to offer: this machine.
[[nodiscard]] runtime::Resources own_resources(const StudySpec& spec);
/// "More than any node has" is an error before anything starts.
Result<void> check_feasible(const StudySpec& spec, const runtime::Resources& here);

/// That the memory which a study file names, if it is there by now, fits the study.
Result<void> check_memory(const StudySpec& spec);

/// What the study actor of a session is made of.
[[nodiscard]] StudyOptions options_of(Session& session);

/// Whom the study turns away is shown with those whom the links do.
[[nodiscard]] std::function<void(const std::string& node, const std::string& why)> refusals_of(
    runtime::Engine& engine);

/// Nodes that an earlier head of the folder left: they may come back.
[[nodiscard]] std::vector<std::string> own_nodes_alive(const HeadFolder& folder);

/// Spawns the study actor under its name, on the node of `where`: a Node, or an actor's Context.
template <typename Where>
StudyRef spawn_study(Where& where, Session session, const HeadFolder& folder) {
  auto results = std::make_unique<ResultFiles>(folder.path(), session.journal->meta());
  StudyOptions options = options_of(session);
  options.refused = refusals_of(where.engine());
  options.own_nodes_alive = own_nodes_alive(folder);
  options.end_own_node = [path = folder.path()](const std::string& node) {
    kill_own_node(path, node);
  };
  return where
      .template get_or_spawn<Study>(std::string(study_name), std::move(options),
                                    std::make_unique<DurableLog>(std::move(*session.journal)),
                                    std::move(results))
      .value();
}

}  // namespace troupe::actors
