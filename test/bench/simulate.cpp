// Measures `troupe simulate` of a PASHA study, from the start to the end of the process: with 256
// configurations of a recorded table, and with 4,096 of generated curves of 200 units.
//
//     simulate_bench [RUNS [TABLE]]
//
// TABLE is opda_alexnet_imagenet of the reference data by default. The targets are in
// schedulers/README.md, section 12.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/kit/temp_folder.hpp"

namespace {

using Seconds = std::chrono::duration<double>;

constexpr const char* program = TROUPE_BIN "/troupe";

std::string study_of(int trials) {
  return "scheduler: {name: pasha}\nn_workers: 4\nstop_criterion: {max_num_trials_started: " +
         std::to_string(trials) + "}\n";
}

/// Runs the command once without its output; returns the seconds, or none if it failed.
std::optional<double> seconds_of(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t nowhere;
  posix_spawn_file_actions_init(&nowhere);
  posix_spawn_file_actions_addopen(&nowhere, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const auto begin = std::chrono::steady_clock::now();
  pid_t pid = 0;
  int status = -1;
  const bool started = ::posix_spawn(&pid, program, &nowhere, nullptr, argv.data(), environ) == 0;
  if (started) ::waitpid(pid, &status, 0);
  const Seconds spent = std::chrono::steady_clock::now() - begin;
  posix_spawn_file_actions_destroy(&nowhere);
  if (!started || status != 0) return std::nullopt;
  return spent.count();
}

/// Returns false if a run failed.
bool measure(const char* what, double target_s, const std::vector<std::string>& arguments,
             std::size_t runs) {
  std::vector<double> seconds;
  for (std::size_t run = 0; run < runs; ++run) {
    const auto one = seconds_of(arguments);
    if (!one) {
      std::fprintf(stderr, "%s: troupe simulate failed\n", what);
      return false;
    }
    seconds.push_back(*one);
  }
  std::ranges::sort(seconds);
  std::printf("%-28s %6zu %10.2f %10.2f %10.0f\n", what, runs, seconds.front() * 1e3,
              seconds[seconds.size() / 2] * 1e3, target_s * 1e3);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t runs = 20;
  const std::string_view given = argc > 1 ? argv[1] : "20";
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), runs);
  if (error != std::errc() || end != given.data() + given.size() || runs == 0 || argc > 3) {
    std::fputs("simulate_bench [RUNS [TABLE]]\n", stderr);
    return 2;
  }
  const char* reference = std::getenv("TROUPE_REFERENCE_DIR");
  const std::filesystem::path data =
      reference != nullptr ? std::filesystem::path(reference) : TROUPE_ROOT "/../shared";
  const std::string table =
      argc > 2 ? argv[2] : (data / "data/tables/opda_alexnet_imagenet").string();
  const troupe::test::TempFolder folder;
  troupe::test::write_file(folder.path() / "small.yaml", study_of(256));
  troupe::test::write_file(folder.path() / "large.yaml", study_of(4'096));
  std::printf("%-28s %6s %10s %10s %10s\n", "pasha", "runs", "min ms", "median ms", "target ms");
  bool good = true;
  if (std::filesystem::is_directory(table))
    good = measure("256 of a table", 0.02,
                   {program, "simulate", folder.file("small.yaml"), "--table", table}, runs);
  else
    std::fprintf(stderr, "there is no table %s: left out\n", table.c_str());
  good = measure("4096 made up", 0.3,
                 {program, "simulate", folder.file("large.yaml"), "--synthetic", "4096x200"},
                 std::max<std::size_t>(runs / 4, 1)) &&
         good;
  return good ? 0 : 1;
}
