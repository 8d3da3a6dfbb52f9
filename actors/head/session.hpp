#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "actors/head/head_folder.hpp"
#include "actors/journal/journal.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"
#include "runtime/resources.hpp"

namespace troupe::runtime {
class Context;
class Node;
}  // namespace troupe::runtime

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

/// Spawns the study actor under its name, on this node.
StudyRef spawn_study(runtime::Node& node, Session session, const HeadFolder& folder);
StudyRef spawn_study(runtime::Context& self, Session session, const HeadFolder& folder);

}  // namespace troupe::actors
