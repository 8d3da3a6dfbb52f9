#include "actors/journal/journal.hpp"

#include <boost/test/unit_test.hpp>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/actors/journal_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(journal)

struct JournalFixture {
  test::TempFolder folder;
  std::string path = folder.file("journal.db");
  JournalMeta meta{{"study", "digits"}, {"seed", "7"}};

  Journal create() { return Journal::create(path, meta).value(); }
  void run_sql(const char* sql) {
    sqlite3* database = nullptr;
    BOOST_REQUIRE_EQUAL(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    BOOST_REQUIRE_EQUAL(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
  /// The error that both writer and reader give for the file.
  std::string refusal() {
    const auto writer = Journal::open(path);
    const auto reader = JournalReader::open(path);
    BOOST_REQUIRE(!writer.has_value());
    BOOST_REQUIRE(!reader.has_value());
    BOOST_TEST(writer.error().what == reader.error().what);
    return reader.error().what;
  }
};

BOOST_FIXTURE_TEST_CASE(keeps_rows_and_metadata, JournalFixture) {
  {
    Journal writer = create();
    BOOST_TEST(writer.size() == 0u);
    writer.append(journal_rows(0, 3)).value();
    writer.append(journal_rows(3, 1000)).value();
    BOOST_TEST(writer.size() == 1003u);
  }
  Journal again = Journal::open(path).value();
  BOOST_TEST(again.size() == 1003u);
  BOOST_TEST((again.meta() == meta));
  BOOST_TEST((all_rows(again) == journal_rows(0, 1003)));
  BOOST_TEST((all_rows(again, 1000) == journal_rows(1000, 3)));
  again.append(journal_rows(1003, 1)).value();
  auto reader = JournalReader::open(path).value();
  BOOST_TEST((reader.meta() == meta));
  BOOST_TEST((reader.read(1000, 2).value() == journal_rows(1000, 2)));
  BOOST_TEST((reader.read(1003, 9).value() == journal_rows(1003, 1)));
  BOOST_TEST(reader.read(2000, 9).value().empty());
}

BOOST_FIXTURE_TEST_CASE(a_reader_sees_each_commit_while_the_writer_goes_on, JournalFixture) {
  Journal writer = create();
  auto reader = JournalReader::open(path).value();
  for (std::uint64_t i = 0; i < 50; ++i) {
    writer.append(journal_rows(i, 1)).value();
    BOOST_TEST((reader.read(i, 10).value() == journal_rows(i, 1)));
  }
  // The reader stops among the rows, and does not block the writer.
  std::uint64_t seen = 0;
  reader
      .each(0,
            [&](const Row&) {
              ++seen;
              return writer.append(journal_rows(writer.size(), seen <= 50 ? 1 : 0));
            })
      .value();
  BOOST_TEST(writer.size() == 100u);
}

BOOST_FIXTURE_TEST_CASE(a_closed_journal_is_a_single_file, JournalFixture) {
  create().append(journal_rows(0, 10)).value();
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  {
    auto reader = JournalReader::open(path).value();
    BOOST_TEST(all_rows(reader).size() == 10u);
  }
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

BOOST_FIXTURE_TEST_CASE(an_existing_file_is_never_overwritten, JournalFixture) {
  create().append(journal_rows(0, 1)).value();
  BOOST_TEST(Journal::create(path, meta).error().what == path + " exists already");
  BOOST_TEST(Journal::open(path).value().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_killed_creation_does_not_block_the_next_one, JournalFixture) {
  test::write_file(path + ".new", "half of a databa");
  test::write_file(path + ".new-journal", "half of a journ");
  BOOST_TEST(create().size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_error_says_what_a_wrong_file_is, JournalFixture) {
  BOOST_TEST(refusal() == "there is no journal at " + path);
  test::write_file(path, std::string(5000, 'x'));
  BOOST_TEST(refusal() == path + " is no journal: it is not an SQLite database");
  std::filesystem::remove(path);
  test::write_file(path, "");
  BOOST_TEST(refusal() ==
             path + " is no journal: it is an SQLite database of another kind, or empty");
  run_sql("CREATE TABLE recipes (name)");
  BOOST_TEST(refusal() ==
             path + " is no journal: it is an SQLite database of another kind, or empty");
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  BOOST_TEST(refusal() == path + " is no journal: it is not a file");
}

BOOST_FIXTURE_TEST_CASE(an_error_names_the_format_of_another_version, JournalFixture) {
  create();
  run_sql("PRAGMA user_version = 9");
  BOOST_TEST(refusal() == path + " has journal format 9; this troupe knows the formats 2 and 3");
}

BOOST_FIXTURE_TEST_CASE(a_truncated_file_is_detected, JournalFixture) {
  create().append(journal_rows(0, 2000)).value();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  const auto opened = Journal::open(path);
  BOOST_REQUIRE(!opened.has_value());
  BOOST_TEST(opened.error().what.starts_with(path + " is damaged (cut short, or overwritten): "),
             opened.error().what);
  auto reader = JournalReader::open(path);
  if (reader) {
    const auto read = reader->each(0, [](const Row&) { return Result<void>{}; });
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error().what.starts_with(path + " is damaged"), read.error().what);
  }
}

BOOST_FIXTURE_TEST_CASE(a_missing_row_is_detected, JournalFixture) {
  create().append(journal_rows(0, 20)).value();
  run_sql("DELETE FROM rows WHERE number = 5");
  BOOST_TEST(Journal::open(path).error().what == path + " is damaged: 1 of 20 rows are missing");
  auto reader = JournalReader::open(path).value();
  BOOST_TEST(reader.read(0, 20).error().what == path + " is damaged: row 5 is missing");
  BOOST_TEST(reader.read(6, 20).error().what == path + " is damaged: row 5 is missing");
  BOOST_TEST(reader.read(7, 20).value().size() == 13u);
}

BOOST_FIXTURE_TEST_CASE(a_changed_row_is_detected_by_writer_and_readers, JournalFixture) {
  create().append(journal_rows(0, 20)).value();
  for (const char* change : {"UPDATE rows SET events = '[\"eeeeex\"]' WHERE number = 7",
                             "UPDATE rows SET decisions = '[1]', events = '' WHERE number = 7",
                             "UPDATE rows SET time_us = time_us + 1 WHERE number = 7",
                             "UPDATE rows SET checksum = checksum + 1 WHERE number = 7"}) {
    const std::string whole = test::read_file(path);
    run_sql(change);
    const std::string reason =
        path +
        " is damaged: row 7 does not match its checksum: it was changed after it was written";
    BOOST_TEST(Journal::open(path).error().what == reason);
    auto reader = JournalReader::open(path).value();
    BOOST_TEST(reader.read(0, 20).error().what == reason);
    BOOST_TEST(reader.read(7, 1).error().what == reason);
    BOOST_TEST(reader.read(0, 7).value().size() == 7u);
    test::write_file(path, whole);
  }
  BOOST_TEST(Journal::open(path).value().size() == 20u);
}

BOOST_FIXTURE_TEST_CASE(exchanged_rows_and_changed_metadata_are_detected, JournalFixture) {
  create().append(journal_rows(0, 20)).value();
  const std::string whole = test::read_file(path);
  run_sql(
      "CREATE TEMP TABLE t AS SELECT * FROM rows WHERE number IN (3, 4);"
      "DELETE FROM rows WHERE number IN (3, 4);"
      "INSERT INTO rows SELECT 7 - number, time_us, input, decisions, events, checksum FROM t");
  BOOST_TEST(Journal::open(path).error().what.starts_with(path + " is damaged: row 3 "));
  test::write_file(path, whole);
  run_sql("UPDATE meta SET value = '8' WHERE name = 'seed'");
  BOOST_TEST(Journal::open(path).error().what.starts_with(path + " is damaged: row 0 "));
}

BOOST_FIXTURE_TEST_CASE(a_journal_of_format_2_is_read_and_not_continued, JournalFixture) {
  run_sql(
      "PRAGMA application_id = 1416786021; PRAGMA user_version = 2;"
      "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE rows (number INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
      " input TEXT NOT NULL, decisions TEXT NOT NULL, events TEXT NOT NULL);"
      "INSERT INTO rows VALUES (0, 5, 'i', 'd', 'e'), (1, 6, 'i', 'd', 'e')");
  auto reader = JournalReader::open(path).value();
  BOOST_TEST(reader.format() == 2);
  BOOST_TEST(all_rows(reader).size() == 2u);
  BOOST_TEST((reader.read(1, 1).value() == std::vector<Row>{{1, 6, "i", "d", "e"}}));
  const auto refused = Journal::open(path).error();
  BOOST_TEST((refused.kind == ErrorKind::refused));
  BOOST_TEST(refused.what.find("has journal format 2, which an earlier troupe wrote") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_gap_in_the_indices_fails_a_check, JournalFixture) {
  Journal writer = create();
  BOOST_CHECK_THROW((void)writer.append(journal_rows(1, 1)), CheckFailure);
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_is_an_error_and_what_was_acknowledged_stays, JournalFixture) {
  // RLIMIT_FSIZE stands for a full disk: write(2) fails in the middle of a commit.
  Journal writer = create();
  writer.append(journal_rows(0, 10)).value();
  rlimit before{};
  BOOST_REQUIRE_EQUAL(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{200'000, before.rlim_max};
  BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  Result<void> written;
  while (written && writer.size() < 5000) written = writer.append(journal_rows(writer.size(), 10));
  const auto again = writer.append(journal_rows(writer.size(), 1));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, ignored);

  BOOST_REQUIRE(!written.has_value());
  BOOST_TEST(written.error().what.starts_with(path + " cannot be written: "), written.error().what);
  BOOST_TEST((again.error() == written.error()), "it stays failed");
  const std::uint64_t acknowledged = writer.size();
  BOOST_TEST(acknowledged >= 10u);
  {
    const Journal gone = std::move(writer);
  }
  Journal reopened = Journal::open(path).value();
  BOOST_TEST(reopened.size() >= acknowledged);
  BOOST_TEST((all_rows(reopened) == journal_rows(0, reopened.size())));
}

/// Appends batches endlessly, and writes the size of the journal to `acknowledge` after each.
[[noreturn]] void write_until_killed(const std::string& path, int acknowledge, std::uint64_t seed) {
  Rng rng(seed);
  auto writer = Journal::open(path);
  if (!writer) ::_exit(3);
  for (;;) {
    if (!writer->append(journal_rows(writer->size(), 1 + rng.below(7)))) ::_exit(4);
    const std::uint64_t size = writer->size();
    if (::write(acknowledge, &size, sizeof size) != sizeof size) ::_exit(5);
  }
}

BOOST_FIXTURE_TEST_CASE(a_killed_writer_leaves_every_acknowledged_row, JournalFixture) {
  create();
  Rng rng(11);
  for (int round = 0; round < 15; ++round) {
    int ends[2];
    BOOST_REQUIRE_EQUAL(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(path, ends[1], rng.bits());
    }
    ::close(ends[1]);
    std::uint64_t acknowledged = 0;
    for (std::uint64_t acks = 1 + rng.below(20); acks > 0; --acks)
      BOOST_REQUIRE_EQUAL(::read(ends[0], &acknowledged, sizeof acknowledged),
                          ssize_t{sizeof acknowledged});
    for (std::uint64_t spin = rng.below(300'000); spin > 0; --spin) asm volatile("");
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_REQUIRE(WIFSIGNALED(status));
    while (::read(ends[0], &acknowledged, sizeof acknowledged) > 0) continue;
    ::close(ends[0]);

    auto reader = JournalReader::open(path).value();
    const auto found = all_rows(reader);
    BOOST_TEST(found.size() >= acknowledged);
    BOOST_TEST((found == journal_rows(0, found.size())));
  }
  BOOST_TEST(Journal::open(path).value().size() >= 15u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
