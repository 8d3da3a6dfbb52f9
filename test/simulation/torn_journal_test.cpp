// A real journal whose machine fails in the middle of a write: only some sectors of the last
// transaction in the write-ahead log reach the disk.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/journal/journal.hpp"
#include "runtime/core/rng.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(torn_journal)

/// The files of a journal as they are on the disk.
struct Image {
  std::string database;
  std::string log;
  std::uint64_t rows = 0;
};

std::vector<Row> rows_from(std::uint64_t first, std::uint64_t count) {
  std::vector<Row> rows;
  for (std::uint64_t index = first; index < first + count; ++index)
    rows.push_back({index, static_cast<std::int64_t>(index),
                    "{\"Reported\":" + std::to_string(index * 7919) + "}", "[]",
                    "[\"" + std::string(index % 400, 'x') + "\"]"});
  return rows;
}

/// The file `after` with some sectors of `before`.
std::string torn(const std::string& before, const std::string& after, Rng& rng) {
  constexpr std::size_t sector = 512;
  std::string mixed = after;
  const std::uint64_t lost_of_8 = 1 + rng.below(7);
  for (std::size_t at = 0; at < after.size(); at += sector) {
    if (rng.below(8) >= lost_of_8) continue;
    for (std::size_t i = at; i < std::min(at + sector, after.size()); ++i)
      mixed[i] = i < before.size() ? before[i] : '\0';
  }
  return mixed;
}

BOOST_AUTO_TEST_CASE(a_torn_write_loses_at_most_its_own_transaction) {
  const test::TempFolder folder;
  const fs::path live = folder.path() / "live.db";
  std::vector<Image> images;
  {
    auto journal = Journal::create(live.string(), {{"study", "s"}}).value();
    Rng rng(1);
    for (int commit = 0; commit < 25; ++commit) {
      BOOST_REQUIRE(journal.append(rows_from(journal.size(), 1 + rng.below(6))).has_value());
      images.push_back(
          {test::read_file(live), test::read_file(live.string() + "-wal"), journal.size()});
    }
  }
  int whole = 0;
  int lost = 0;
  for (std::size_t k = 0; k + 1 < images.size(); ++k) {
    const Image& before = images[k];
    const Image& after = images[k + 1];
    if (before.database != after.database) continue;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      Rng rng = Rng::stream(seed, "torn", k);
      const fs::path dead = folder.path() / ("dead-" + std::to_string(k) + std::to_string(seed));
      test::write_file(dead, before.database);
      test::write_file(dead.string() + "-wal", torn(before.log, after.log, rng));
      auto journal = Journal::open(dead.string());
      const std::string why = journal ? "" : journal.error().what;
      BOOST_REQUIRE_MESSAGE(journal.has_value(),
                            "commit " << k << ", seed " << seed << ": " << why);
      BOOST_TEST((journal->size() == before.rows || journal->size() == after.rows),
                 journal->size() << " rows of " << before.rows << " or " << after.rows);
      ++(journal->size() == after.rows ? whole : lost);
      std::vector<Row> rows;
      BOOST_REQUIRE(journal
                        ->each(0,
                               [&](const Row& row) -> Result<void> {
                                 rows.push_back(row);
                                 return {};
                               })
                        .has_value());
      BOOST_TEST((rows == rows_from(0, journal->size())));
      BOOST_TEST(journal->append(rows_from(journal->size(), 2)).has_value());
    }
  }
  BOOST_TEST(lost > 50);
  BOOST_TEST(whole + lost > 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
