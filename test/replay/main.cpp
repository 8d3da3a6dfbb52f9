// replay_traces DIR...: replays each recorded run of the reference in these folders, and compares
// line by line. A folder contains *.jsonl files, and their learning curves in datasets/.

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <vector>

#include "test/replay/replay.hpp"

namespace {

namespace fs = std::filesystem;
using namespace troupe;

struct StudyProgress {
  int passed = 0;
  int failed = 0;
};

void replay_file(const fs::path& file, StudyProgress& tally) {
  const auto say = [&](const char* verdict, const std::string& why) {
    std::cout << verdict << ' ' << file.stem().string() << (why.empty() ? "" : ": ") << why << '\n';
  };
  const auto fail = [&](const std::string& why) {
    ++tally.failed;
    say("failed ", why);
  };
  const auto trace = replay::read_trace(file);
  if (!trace) return fail(trace.error().what);
  const auto curves = replay::read_curves(file.parent_path() / "datasets" / trace->dataset);
  if (!curves) return fail(curves.error().what);
  if (const auto difference = replay::replay(*trace, *curves)) return fail(*difference);
  ++tally.passed;
  say("passed ", std::to_string(trace->lines.size()) + " lines");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: replay_traces DIR...\n"
                 "Replays every trace of the reference in these folders, event for event.\n";
    return 2;
  }
  StudyProgress tally;
  for (int i = 1; i < argc; ++i) {
    std::error_code wrong;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(argv[i], wrong))
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    if (wrong || files.empty()) {
      std::cerr << argv[i] << ": " << (wrong ? wrong.message() : "holds no traces") << '\n';
      return 2;
    }
    std::ranges::sort(files);
    for (const auto& file : files) replay_file(file, tally);
  }
  std::cout << tally.passed << " passed, " << tally.failed << " failed, none skipped\n";
  return tally.failed == 0 ? 0 : 1;
}
