#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "actors/cli/commands.hpp"
#include "actors/cli/study_folder.hpp"

namespace troupe::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Error unknown_trial(const OpenedStudy& study, std::uint32_t trial) {
  const auto& trials = study.state.trials();
  const std::string which = trials.empty()
                                ? "no trial has started"
                                : "it has trials 0 to " + std::to_string(trials.rbegin()->first);
  return {ErrorKind::bad_input, "the study has no trial " + std::to_string(trial) + "; " + which};
}

Result<std::string> path_of(const OpenedStudy& study, const LogsOptions& options) {
  const auto found = study.state.trials().find(options.trial);
  if (found == study.state.trials().end()) return unknown_trial(study, options.trial);
  const std::uint32_t last = found->second.attempts.back().number;
  const std::uint32_t attempt = options.attempt.value_or(last);
  if (attempt < 1 || attempt > last)
    return Error{ErrorKind::bad_input,
                 "trial " + std::to_string(options.trial) + " has no attempt " +
                     std::to_string(attempt) + "; it has " +
                     (last == 1 ? "only attempt 1" : "attempts 1 to " + std::to_string(last))};
  return attempt_folder(options.folder, options.trial, attempt) +
         (options.errors ? "/stderr.log" : "/stdout.log");
}

int copy_to_stdout(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file)
    return complain({ErrorKind::io, path + " cannot be read: " + std::strerror(errno) +
                                        (errno == ENOENT ? " (its process never started?)" : "")});
  std::array<char, 65536> bytes{};
  while (const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), file.get()))
    if (const int code = print({bytes.data(), count}); code != exit_ok) return code;
  if (std::ferror(file.get()))
    return complain({ErrorKind::io, path + " cannot be read: " + std::strerror(errno)});
  return exit_ok;
}

}  // namespace

int show_logs(const LogsOptions& options) {
  const auto study = open_study(options.folder);
  if (!study) return complain(study.error());
  const auto path = path_of(*study, options);
  if (!path) return complain(path.error());
  return copy_to_stdout(*path);
}

}  // namespace troupe::cli
