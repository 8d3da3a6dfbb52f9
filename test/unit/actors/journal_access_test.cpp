// Who can open a journal, in which state of its files and with which rights.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/journal/access.hpp"
#include "actors/journal/database.hpp"
#include "actors/journal/journal.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/actors/journal_kit.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(journal_access)

struct AccessFixture {
  test::TempFolder folder;
  std::string path = folder.file("journal.db");
  JournalMeta meta{{"study", "digits"}};

  Journal create(std::uint64_t rows) {
    Journal journal = Journal::create(path, meta).value();
    journal.append(journal_rows(0, rows)).value();
    return journal;
  }
  /// Copies the journal's files as they are at this moment, as after a kill.
  std::string copy_to(const std::string& name) const {
    const fs::path copy = folder.path() / name;
    fs::create_directory(copy);
    for (const char* suffix : {"", "-wal", "-journal"})
      if (fs::exists(path + suffix))
        fs::copy_file(path + suffix, copy / ("journal.db" + std::string(suffix)));
    return (copy / "journal.db").string();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
  }
};

/// Runs `work` in a child that may not write into `folder`; its result.
template <typename Work>
bool without_rights(const fs::path& folder, Work work) {
  ::chmod(folder.c_str(), 0555);
  for (const auto& entry : fs::directory_iterator(folder)) ::chmod(entry.path().c_str(), 0444);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::chmod(folder.c_str(), 0755);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool reads(const std::string& path, std::uint64_t rows) {
  auto reader = JournalReader::open(path);
  return reader && all_rows(*reader) == journal_rows(0, rows);
}

BOOST_FIXTURE_TEST_CASE(the_log_is_used_from_the_creation_to_the_close, AccessFixture) {
  // A commit overwrites bytes of the log; if the log grew, each would cost more.
  const auto log_bytes = [&] { return fs::file_size(path + "-wal"); };
  const auto read_version = [&] { return static_cast<int>(test::read_file(path)[19]); };
  {
    Journal journal = create(3);
    BOOST_TEST(read_version() == 2);
    const auto before = log_bytes();
    BOOST_TEST(before > 1'000'000u);
    for (std::uint64_t row = 3; row < 60; ++row) journal.append(journal_rows(row, 1)).value();
    BOOST_TEST(log_bytes() == before);
  }
  BOOST_TEST(read_version() == 2);
  BOOST_TEST(files() == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_a_killed_writer_left_is_read_and_continued, AccessFixture) {
  const Journal journal = create(20);
  const std::string copy = copy_to("killed");
  BOOST_TEST(reads(copy, 20));
  BOOST_TEST(reads(copy, 20));
  BOOST_TEST(Journal::open(copy).value().size() == 20u);
}

/// The files of a transaction that a kill cut in a journal of an earlier version, which used a
/// rollback journal at its start and end.
BOOST_FIXTURE_TEST_CASE(a_cut_rollback_journal_is_rolled_back_by_readers, AccessFixture) {
  create(2000);
  sqlite3* database = nullptr;
  BOOST_REQUIRE_EQUAL(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  BOOST_REQUIRE_EQUAL(sqlite3_exec(database,
                                   "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN;"
                                   "UPDATE rows SET events = 'never committed'",
                                   nullptr, nullptr, nullptr),
                      SQLITE_OK);
  const std::string copy = copy_to("cut");
  const std::string unwritable = copy_to("unwritable");
  sqlite3_close(database);
  BOOST_REQUIRE(fs::file_size(copy + "-journal") > 0);
  BOOST_TEST(reads(copy, 2000));
  ::chmod(folder.path().c_str(), 0755);
  BOOST_TEST(
      without_rights(fs::path(unwritable).parent_path(), [&] { return reads(unwritable, 2000); }));
}

BOOST_FIXTURE_TEST_CASE(a_folder_without_the_right_to_write_is_read, AccessFixture) {
  ::chmod(folder.path().c_str(), 0755);
  {
    const Journal journal = create(20);
    const std::string killed = copy_to("killed");
    BOOST_TEST(without_rights(fs::path(killed).parent_path(), [&] { return reads(killed, 20); }));
  }
  const std::string closed = copy_to("closed");
  BOOST_TEST(!fs::exists(closed + "-wal"));
  BOOST_TEST(without_rights(fs::path(closed).parent_path(), [&] { return reads(closed, 20); }));
}

BOOST_FIXTURE_TEST_CASE(a_folder_without_the_right_to_write_is_read_while_its_study_runs,
                        AccessFixture) {
  ::chmod(folder.path().c_str(), 0755);
  Journal journal = create(5);
  for (std::uint64_t row = 5; row < 400; row += 79) {
    journal.append(journal_rows(journal.size(), 79)).value();
    const std::uint64_t size = journal.size();
    BOOST_TEST(without_rights(folder.path(), [&] { return reads(path, size); }));
  }
}

BOOST_FIXTURE_TEST_CASE(names_with_signs_of_a_uri_are_read, AccessFixture) {
  const fs::path strange = folder.path() / "50% ?x=1 #2";
  fs::create_directory(strange);
  path = (strange / "journal.db").string();
  create(3);
  ::chmod(folder.path().c_str(), 0755);
  BOOST_TEST(without_rights(strange, [&] { return reads(path, 3); }));
}

BOOST_AUTO_TEST_CASE(types_of_network_file_systems_are_known) {
  using actors::journal::network_file_system;
  BOOST_TEST(network_file_system(0x6969) == std::string("NFS"));
  BOOST_TEST(network_file_system(0xfe534d42) == std::string("SMB"));
  BOOST_TEST(network_file_system(0xef53) == nullptr);      // ext4
  BOOST_TEST(network_file_system(0x01021994) == nullptr);  // tmpfs
}

/// As on a network file system: no shared memory, and the writer holds the lock.
BOOST_FIXTURE_TEST_CASE(a_journal_whose_writer_locks_it_is_read_while_it_is_written,
                        AccessFixture) {
  using actors::journal::Database;
  create(0);
  auto writer = Database::connect(path, Database::Mode::exclusive).value();
  writer->prepare_log().value();
  BOOST_TEST(!fs::exists(path + "-shm"));
  std::uint64_t checksum = writer->checksum_before(0).value();
  for (std::uint64_t size = 0; size < 2000; size += 100) {
    writer->insert(journal_rows(size, 100), checksum).value();
    auto reader = actors::journal::open_for_reading(path, Database::Mode::exclusive).value();
    BOOST_TEST((all_rows(*reader) == journal_rows(0, size + 100)));
  }
  writer.reset();
  BOOST_TEST(files() == 1u);
  auto reader = actors::journal::open_for_reading(path, Database::Mode::exclusive).value();
  BOOST_TEST((all_rows(*reader) == journal_rows(0, 2000)));
  BOOST_TEST(files() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_log_of_another_journal_is_not_applied_to_a_new_one, AccessFixture) {
  {
    const Journal journal = create(20);
    const std::string copy = copy_to("killed");
    fs::remove(copy);  // The log stays.
    BOOST_TEST(Journal::create(copy, meta).value().size() == 0u);
    BOOST_TEST(reads(copy, 0));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
