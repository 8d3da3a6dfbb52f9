// Journals whose bytes were changed: an error, or the same rows, and never a crash.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/journal/journal.hpp"
#include "runtime/core/rng.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/actors/journal_kit.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(journal_damage)

/// `bytes` after a change: of a bit, a byte, several bytes or a sector, or of the length.
std::string damaged(std::string bytes, Rng& rng) {
  const auto any = [&] { return static_cast<std::size_t>(rng.below(bytes.size())); };
  const std::uint64_t kind = rng.below(6);
  if (kind == 0) bytes[any()] ^= static_cast<char>(1 << rng.below(8));
  if (kind == 1) bytes[any()] ^= static_cast<char>(1 + rng.below(255));
  if (kind == 2)
    for (std::uint64_t count = 2 + rng.below(62); count > 0; --count)
      bytes[any()] = static_cast<char>(rng.below(256));
  if (kind == 3 || kind == 4) {  // A sector of zeros, or one in a wrong place.
    constexpr std::size_t sector = 512;
    const std::string other =
        kind == 3 ? std::string(sector, '\0') : bytes.substr(any() / sector * sector, sector);
    bytes.replace(any() / sector * sector, other.size(), other);
  }
  if (kind == 5) bytes.resize(any());
  return bytes;
}

/// What the journal at `path` holds for its writer and for readers.
struct Found {
  std::vector<std::vector<Row>> rows;  ///< Of those that gave no error.
  std::vector<std::string> errors;
};

Found read_all(const std::string& path) {
  Found found;
  const auto note = [&](auto source) {
    if (!source) return found.errors.push_back(source.error().what);
    std::vector<Row> rows;
    const auto read = source->each(0, [&](const Row& row) -> Result<void> {
      rows.push_back(row);
      return {};
    });
    if (read)
      found.rows.push_back(std::move(rows));
    else
      found.errors.push_back(read.error().what);
  };
  note(JournalReader::open(path));
  note(Journal::open(path));
  return found;
}

struct Damages {
  int refused = 0;
  int harmless = 0;
  int shorter = 0;  ///< The last transactions are gone, as after a power cut.
};

/// `least`: number of rows that must be there.
void check_found(const std::string& path, std::uint64_t rows, std::uint64_t least,
                 std::uint64_t seed, Damages& damages) {
  const Found found = read_all(path);
  for (const auto& read : found.rows) {
    BOOST_TEST((read == journal_rows(0, read.size())), "seed " << seed);
    BOOST_TEST(read.size() >= least, "seed " << seed << ": " << read.size() << " rows silently");
    ++(read.size() == rows ? damages.harmless : damages.shorter);
  }
  for (const std::string& error : found.errors) {
    ++damages.refused;
    BOOST_TEST(error.starts_with(path), error);
  }
}

BOOST_AUTO_TEST_CASE(a_closed_journal_that_was_changed_is_refused_or_has_the_same_rows) {
  const test::TempFolder folder;
  const std::string path = folder.file("journal.db");
  constexpr std::uint64_t rows = 700;
  Journal::create(path, {{"study", "s"}, {"metric", "loss"}})
      .value()
      .append(journal_rows(0, rows))
      .value();
  const std::string whole = test::read_file(path);
  Damages damages;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng = Rng::stream(seed, "damage", 0);
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(path + suffix);
    test::write_file(path, damaged(whole, rng));
    check_found(path, rows, rows, seed, damages);
  }
  BOOST_TEST_MESSAGE(damages.refused << " refused, " << damages.harmless << " harmless");
  BOOST_TEST(damages.shorter == 0);
  BOOST_TEST(damages.refused > 300);
}

/// Two transactions are lost if the change takes the mark of the last but one away: then they look
/// like one that a power cut tore.
BOOST_AUTO_TEST_CASE(a_log_that_was_changed_is_refused_or_loses_its_last_transactions) {
  const test::TempFolder folder;
  const std::string live = folder.file("live.db");
  const std::string path = folder.file("journal.db");
  std::uint64_t rows = 0;
  std::uint64_t before_last = 0;
  std::string database;
  std::string log;
  {
    Journal journal = Journal::create(live, {{"study", "s"}}).value();
    for (int commit = 0; commit < 60; ++commit) {
      if (commit == 58) before_last = rows;
      journal.append(journal_rows(rows, 3)).value();
      rows += 3;
    }
    database = test::read_file(live);
    log = test::read_file(live + "-wal");
  }
  const std::size_t used = log.find_last_not_of('\0') + 1;
  Damages damages;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng = Rng::stream(seed, "damage", 1);
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(path + suffix);
    test::write_file(path, database);
    std::string part = log.substr(0, used);
    do part = damaged(log.substr(0, used), rng);
    while (part.size() < used);  // A log that was cut is like one whose end was never written.
    test::write_file(path + "-wal", part + log.substr(used));
    check_found(path, rows, before_last, seed, damages);
  }
  BOOST_TEST_MESSAGE(damages.refused << " refused, " << damages.harmless << " harmless, "
                                     << damages.shorter << " without the last transactions");
  BOOST_TEST(damages.refused > 300);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
