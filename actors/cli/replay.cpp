// `troupe replay`: derives every decision of a journal again, and prints the differences.

#include "actors/study/replay.hpp"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/sequence/sequence_folder.hpp"

namespace troupe::cli {

using namespace actors;

namespace {

/// Replays each task, and checks that it began with the A* that the tasks before it had left.
int replay_sequence(const std::string& folder) {
  const auto tasks = tasks_in(folder);
  if (!tasks) return print_error(tasks.error());
  int code = exit_ok;
  for (const auto& task : *tasks) {
    if (!task.end) continue;
    std::printf("task '%s': ", task.name.c_str());
    std::fflush(stdout);
    if (const int one = replay_journal({task.folder}); one != exit_ok) code = one;
  }
  const auto problems = check_incumbents(folder, *tasks);
  if (!problems) return print_error(problems.error());
  for (const auto& problem : *problems) std::printf("%s\n", problem.c_str());
  if (!problems->empty()) return exit_failure;
  std::printf("each task began with A* as the tasks before it left it\n");
  return code;
}

}  // namespace

int replay_journal(const ReplayOptions& options) {
  if (holds_sequence(options.folder)) return replay_sequence(options.folder);
  const auto fail = [](const std::string& what) {
    std::fprintf(stderr, "troupe: %s\n", what.c_str());
    return int{exit_failure};
  };
  const std::filesystem::path folder(options.folder);
  auto reader = JournalReader::open((folder / "journal.db").string());
  if (!reader) return fail(reader.error().what);
  if (reader->format() != Journal::format)
    return fail((folder / "journal.db").string() + " has journal format " +
                std::to_string(reader->format()) +
                ": its decisions can be derived again only by the troupe that wrote it; `troupe "
                "trials`, `best` and `events` show it");
  std::optional<Replay> replay;
  std::uint64_t rows = 0;
  std::uint64_t differences = 0;
  const auto read = reader->each(0, [&](const Row& row) -> Result<void> {
    if (!replay) {
      auto begun = Replay::of(row);
      if (!begun) return begun.error();
      replay.emplace(std::move(begun).value());
      for (const std::string& actor : replay->own_actors())
        std::printf("decisions of actor %s are not recomputed\n", actor.c_str());
      if (options.searcher) replay->recompute_learned();
      if (replay->skips_suggestions())
        std::printf(
            "suggestions of a searcher that learns are taken from the journal; --searcher computes "
            "them again\n");
    }
    ++rows;
    for (const auto& difference : replay->on(row)) {
      constexpr std::uint64_t shown_max = 20;
      if (++differences <= shown_max)
        std::printf("row %llu, %s: journal %s, replay %s\n",
                    static_cast<unsigned long long>(difference.index), difference.what.c_str(),
                    difference.journal.c_str(), difference.replay.c_str());
    }
    return {};
  });
  if (!read) return fail(read.error().what);
  std::printf("%llu rows, %llu decisions and %llu suggestions derived again, %llu differences\n",
              static_cast<unsigned long long>(rows),
              static_cast<unsigned long long>(replay ? replay->decisions() : 0),
              static_cast<unsigned long long>(replay ? replay->suggestions() : 0),
              static_cast<unsigned long long>(differences));
  return differences == 0 ? exit_ok : exit_failure;
}

}  // namespace troupe::cli
