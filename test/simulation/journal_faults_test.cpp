// A journal whose disk fails or loses power at every single operation, while it is created, opened,
// written and closed. Afterwards it opens for readers and the writer, every acknowledged row is
// there, and the rows are an exact prefix.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/journal/journal.hpp"
#include "runtime/core/rng.hpp"
#include "test/kit/faulty_vfs.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;
using test::DiskModel;
using test::Fault;
using test::FaultyVfs;
using test::FileImage;

BOOST_AUTO_TEST_SUITE(journal_faults)

/// What a scenario writes: commits of some rows, in sessions that each open and close the journal.
struct Scenario {
  std::vector<std::vector<std::uint64_t>> sessions;  ///< Rows of each commit.
  std::size_t row_bytes;

  [[nodiscard]] std::vector<Row> rows(std::uint64_t first, std::uint64_t count) const {
    std::vector<Row> made;
    for (std::uint64_t index = first; index < first + count; ++index)
      made.push_back({index, static_cast<std::int64_t>(index), "{}", "[]",
                      std::string(row_bytes + index % 7, static_cast<char>('a' + index % 26))});
    return made;
  }
};

/// What the journal acknowledged once so many operations were over.
struct Acknowledged {
  std::size_t operations;
  std::uint64_t rows;
};

constexpr const char* file_name = "journal.db";

/// Runs the scenario to its end or its first error. What was acknowledged: from its creation on.
std::vector<Acknowledged> run(const Scenario& scenario, const fs::path& folder,
                              const FaultyVfs& vfs) {
  const std::string path = (folder / file_name).string();
  std::vector<Acknowledged> acknowledged;
  for (const auto& session : scenario.sessions) {
    auto journal = fs::exists(path) ? Journal::open(path) : Journal::create(path, {{"a", "b"}});
    if (!journal) return acknowledged;
    if (acknowledged.empty()) acknowledged.push_back({vfs.operations().size(), 0});
    for (const std::uint64_t count : session) {
      if (!journal->append(scenario.rows(journal->size(), count))) return acknowledged;
      acknowledged.push_back({vfs.operations().size(), journal->size()});
    }
  }
  return acknowledged;
}

template <typename Source>
std::string read_and_compare(Result<Source>& source, const Scenario& scenario,
                             std::uint64_t least) {
  if (!source) return source.error().what;
  std::vector<Row> rows;
  const auto read = source->each(0, [&](const Row& row) -> Result<void> {
    rows.push_back(row);
    return {};
  });
  if (!read) return read.error().what;
  if (rows != scenario.rows(0, rows.size())) return "other rows";
  if (rows.size() < least) return std::to_string(rows.size()) + " rows of " + std::to_string(least);
  return {};
}

/// What is wrong with the journal in `folder`; empty if nothing is.
std::string problem(const fs::path& folder, const Scenario& scenario, bool created,
                    std::uint64_t least, bool reader_first) {
  const std::string path = (folder / file_name).string();
  if (!fs::exists(path)) {
    if (created) return "the journal is gone";
    const auto journal = Journal::create(path, {});
    return journal ? std::string() : "cannot begin: " + journal.error().what;
  }
  if (reader_first) {
    auto reader = JournalReader::open(path);
    if (auto wrong = read_and_compare(reader, scenario, least); !wrong.empty())
      return "reader: " + wrong;
  }
  auto journal = Journal::open(path);
  if (auto wrong = read_and_compare(journal, scenario, least); !wrong.empty())
    return "writer: " + wrong;
  if (auto more = journal->append(scenario.rows(journal->size(), 2)); !more)
    return "goes not on: " + more.error().what;
  auto reader = JournalReader::open(path);
  if (auto wrong = read_and_compare(reader, scenario, journal->size()); !wrong.empty())
    return "reader beside the writer: " + wrong;
  return {};
}

void write_image(const fs::path& folder, const FileImage& image) {
  fs::remove_all(folder);
  fs::create_directory(folder);
  for (const auto& [name, content] : image) {
    test::write_file(folder / name, content.substr(0, content.find_last_not_of('\0') + 1));
    fs::resize_file(folder / name, content.size());
  }
}

/// Number of operations of the scenario without a fault, which are the points of failure.
std::size_t points(const Scenario& scenario, FaultyVfs& vfs) {
  const test::TempFolder folder;
  vfs.record(folder.path(), Fault::none, 0);
  (void)run(scenario, folder.path(), vfs);
  vfs.stop();
  return vfs.operations().size();
}

struct Cuts {
  std::size_t images = 0;
  std::vector<std::string> problems;
};

/// Cuts the power before each operation; checks `variants` of what the disk may hold then. A disk
/// that ignores syncs is the canary of this test.
Cuts cut_power_everywhere(const Scenario& scenario, std::uint64_t variants,
                          bool disk_ignores_syncs = false) {
  FaultyVfs vfs;
  const test::TempFolder live;
  const test::TempFolder dead;
  vfs.record(live.path(), Fault::none, 0);
  const auto acknowledged = run(scenario, live.path(), vfs);
  vfs.stop();
  BOOST_TEST(acknowledged.back().rows > 0u);
  const auto operations = vfs.operations();
  DiskModel disk;
  Cuts cuts;
  for (std::size_t cut = 0; cut <= operations.size(); ++cut) {
    using Kind = test::FileOperation::Kind;
    if (cut > 0 && !(disk_ignores_syncs && operations[cut - 1].kind == Kind::sync))
      disk.apply(operations[cut - 1]);
    std::uint64_t least = 0;
    bool created = false;
    for (const Acknowledged& one : acknowledged)
      if (one.operations <= cut) std::tie(least, created) = std::pair(one.rows, true);
    for (std::uint64_t i = 0; i < variants; ++i) {
      const std::uint64_t variant = variants > 2 ? i : cut + i;
      Rng rng = Rng::stream(variant, "power", cut);
      const auto kept = variant % 5 == 0   ? DiskModel::Kept::nothing
                        : variant % 5 == 1 ? DiskModel::Kept::everything
                                           : DiskModel::Kept::anything;
      write_image(dead.path() / "image", disk.after_power_cut(kept, rng));
      const std::string wrong =
          problem(dead.path() / "image", scenario, created, least, (cut + i) % 2 == 0);
      if (!wrong.empty())
        cuts.problems.push_back("cut " + std::to_string(cut) + ", variant " +
                                std::to_string(variant) + ": " + wrong);
      ++cuts.images;
    }
  }
  return cuts;
}

void check_cuts(const Cuts& cuts, std::size_t least) {
  BOOST_TEST_MESSAGE(cuts.images << " images");
  BOOST_TEST(cuts.images > least);
  for (const std::string& problem : cuts.problems) BOOST_TEST(problem == "");
}

/// Lets each operation fail in each way, and then cuts the power. The number of failures.
std::size_t fail_everywhere(const Scenario& scenario, std::size_t step) {
  FaultyVfs vfs;
  const std::size_t count = points(scenario, vfs);
  std::size_t failures = 0;
  for (const Fault fault :
       {Fault::io_error, Fault::io_error_onward, Fault::disk_full, Fault::short_write})
    for (std::size_t at = static_cast<std::size_t>(fault) % step; at < count; at += step) {
      const test::TempFolder folder;
      const fs::path live = folder.path() / "live";
      fs::create_directory(live);
      vfs.record(live, fault, at);
      const auto acknowledged = run(scenario, live, vfs);
      vfs.stop();
      ++failures;
      const bool created = !acknowledged.empty();
      const std::uint64_t least = created ? acknowledged.back().rows : 0;
      DiskModel disk;
      for (const auto& operation : vfs.operations())
        if (!operation.file.empty()) disk.apply(operation);
      Rng rng = Rng::stream(at, "fail", static_cast<std::uint64_t>(fault));
      for (const auto kept : {DiskModel::Kept::nothing, DiskModel::Kept::anything}) {
        write_image(folder.path() / "image", disk.after_power_cut(kept, rng));
        const std::string wrong =
            problem(folder.path() / "image", scenario, created, least, at % 2 == 0);
        BOOST_TEST(wrong.empty(), "fault " << static_cast<int>(fault) << " at " << at
                                           << ", then a power cut: " << wrong);
      }
      const std::string wrong = problem(live, scenario, created, least, at % 2 == 1);
      BOOST_TEST(wrong.empty(),
                 "fault " << static_cast<int>(fault) << " at " << at << ": " << wrong);
    }
  return failures;
}

/// Creation, commits of different sizes, close, and a second session.
const Scenario short_scenario{.sessions = {{1, 3, 2}, {1, 4}}, .row_bytes = 900};
/// The log fills, is copied to the database, and starts again.
const Scenario long_scenario{.sessions = {std::vector<std::uint64_t>(24, 1)}, .row_bytes = 45'000};

/// TROUPE_FAULTS=all: the long scenario in every variant, which takes minutes.
bool is_exhaustive() {
  return std::getenv("TROUPE_FAULTS") != nullptr;
}

BOOST_AUTO_TEST_CASE(a_power_cut_at_any_operation_loses_no_acknowledged_row) {
  check_cuts(cut_power_everywhere(short_scenario, is_exhaustive() ? 40 : 3), 250);
}

BOOST_AUTO_TEST_CASE(a_disk_that_ignores_syncs_is_found) {
  BOOST_TEST(cut_power_everywhere(short_scenario, 3, true).problems.size() > 10u);
}

BOOST_AUTO_TEST_CASE(a_failure_of_any_operation_loses_no_acknowledged_row) {
  const std::size_t failures = fail_everywhere(short_scenario, 1);
  BOOST_TEST_MESSAGE(failures << " failures of the short scenario");
  BOOST_TEST(failures > 200u);
}

BOOST_AUTO_TEST_CASE(a_power_cut_while_the_log_starts_again_loses_no_acknowledged_row) {
  check_cuts(cut_power_everywhere(long_scenario, is_exhaustive() ? 5 : 1), 500);
}

BOOST_AUTO_TEST_CASE(a_failure_while_the_log_starts_again_loses_no_acknowledged_row) {
  const std::size_t failures = fail_everywhere(long_scenario, is_exhaustive() ? 1 : 40);
  BOOST_TEST_MESSAGE(failures << " failures of the long scenario");
  BOOST_TEST(failures > 80u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
