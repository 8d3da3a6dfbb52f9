#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/study_file/study_spec.hpp"
#include "runtime/process/processes.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

/// What the command line and the environment of an attempt's program depend on.
struct AttemptPlan {
  schedulers::TrialId trial = 0;
  std::uint32_t attempt = 1;
  schedulers::Resource from = 0;   ///< Resource at which it resumes; 0: from the beginning.
  schedulers::Resource until = 0;  ///< The next milestone.
  schedulers::Config config;
  std::uint64_t seed = 0;                ///< The study's.
  std::vector<std::int64_t> gpus;        ///< Indices into the GPUs that the node may use: 0, 1, ...
  std::string trial_dir;                 ///< Absolute path.
  std::string checkpoint_dir;            ///< Absolute path.
  std::string config_file;               ///< Absolute path.
  std::string work_dir{};                ///< Absolute path; the working directory if cwd is trial.
  std::vector<std::string> environment;  ///< The node's environment, as KEY=VALUE.
  std::vector<std::string> variables{};  ///< Of `entry.env_from`, as NAME=VALUE.
};

struct TrialCommand {
  runtime::ProcessSpec process;
  std::string program;      ///< The file of the user's program, behind the words of stdbuf.
  std::string config_json;  ///< Content of `config_file`: one object, with the milestone.
};

/// The maximal resource that the program is given: the milestone `until` where trials are promoted,
/// because they are paused there; the study's maximum where trials are stopped.
[[nodiscard]] schedulers::Resource resource_limit(const StudySpec& study,
                                                  schedulers::Resource until);

/// The command of an attempt. Parameters that a template names are not passed a second time.
/// ArgumentWriter makes their texts.
///
/// Environment: the node's, then
///   TROUPE_STUDY, TROUPE_TRIAL_ID, TROUPE_ATTEMPT, TROUPE_INCARNATION (the same),
///   TROUPE_TRIAL_DIR, TROUPE_CHECKPOINT_DIR, TROUPE_RESUME_FROM (0: from the beginning),
///   TROUPE_MAX_RESOURCE (see resource_limit), TROUPE_SEED (of the trial; below 2^31),
///   TROUPE_CONFIG_JSON (the object itself); CUDA_VISIBLE_DEVICES if the study asks for GPUs;
///   OMP_NUM_THREADS if the study counts processors, unless the node has it;
///   PYTHONUNBUFFERED=1;
/// then the study file's `entry.env`.
[[nodiscard]] TrialCommand trial_command(const StudySpec& study, const AttemptPlan& attempt);

}  // namespace troupe::actors
