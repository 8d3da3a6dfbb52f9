#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/head/head_folder.hpp"
#include "actors/journal/journal.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study/recorded_study.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"
#include "runtime/resources.hpp"

namespace troupe::runtime {
class Context;
class Node;
}  // namespace troupe::runtime

namespace troupe::actors {

/// Request to run a study.
struct StudyRequest {
  StudySpec spec;
  std::string file;  ///< Path of the study file; relative paths in it start at its folder.
  std::optional<std::uint64_t> seed{};     ///< None: the seed of the file.
  std::optional<std::uint32_t> workers{};  ///< None: n_workers of the file.
  std::string memory{};                    ///< Path; empty: the memory of the file.
};

/// How a request to run a study continues what its folder holds.
struct Continuation {
  std::optional<RecordedStudy> recorded{};  ///< None: a new study, or one of format 2.
  std::optional<StudyChanged> change{};     ///< Settings that differ from those of the last run.
  /// The study is over, and does not go on with these settings.
  std::optional<StudyFinished> end{};
};

/// Compares a request with the journal in its folder. Refused if that is of another study, or has
/// an unfinished study of format 2.
Result<Continuation> continuation_of(const StudyRequest& request, const HeadFolder& folder);

/// A study in its folder, new or resumed, ready to run.
struct Session {
  StudySpec spec;
  StudyDocument document;                ///< With the incumbents of its first start.
  std::unique_ptr<Journal> journal;      ///< Not null.
  std::optional<StudyChanged> change{};  ///< Of a resumed study whose settings differ.
  std::vector<std::string> variables{};  ///< Of `entry.env_from`, as NAME=VALUE.
  /// Members of A* that the study's space cannot express; 0 for a resumed study.
  std::size_t incumbents_left_out = 0;
};

/// Keys of the journal's meta data: path of the memory, and identity of the study.
inline constexpr const char* memory_key = "memory";
inline constexpr const char* identity_key = "id";

/// The variables of `entry.env_from` in the environment of this process, as NAME=VALUE. Refused if
/// one is not set.
Result<std::vector<std::string>> variables_of(const Entry& entry);

/// Opens the study in its folder, or begins it there. The memory is read once, at the first start;
/// its incumbents are in row 0 from then on. Refused if the folder holds another study.
Result<Session> open_session(StudyRequest request, const HeadFolder& folder);
/// The same without another look at the journal. `next`: what continuation_of() gave.
Result<Session> open_session(StudyRequest request, const HeadFolder& folder, Continuation next);

/// Resources of the local node: this machine.
[[nodiscard]] runtime::Resources own_resources(const StudySpec& spec);
/// Why the trials of a study wait for nodes of other machines, which have what this machine lacks;
/// empty if some can run here. Refused if no other node can join. `listen`: instead of the file's
/// address, if it is not empty. `local_slots`: trials at a time here; none: as many as fit.
Result<std::string> check_room(const StudySpec& spec, const std::string& listen,
                               std::optional<std::uint32_t> local_slots);
/// What this machine lacks for a trial of the study; empty: nothing.
[[nodiscard]] std::string lack_of(const StudySpec& spec, const runtime::Resources& here);

/// What is said of incumbents of a memory that do not fit; `count` > 0.
[[nodiscard]] std::string left_out_sentence(std::size_t count);

/// Checks that the memory of a study file, if it exists, fits the study's space.
Result<void> check_memory(const StudySpec& spec);

/// Spawns the study actor under its name.
StudyRef spawn_study(runtime::Node& node, Session session, const HeadFolder& folder);
StudyRef spawn_study(runtime::Context& self, Session session, const HeadFolder& folder);

}  // namespace troupe::actors
