#include "actors/journal/journal.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "actors/journal/access.hpp"
#include "actors/journal/database.hpp"
#include "actors/journal/log_check.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace journal {
namespace {

Result<void> exists(const std::string& path) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status))
    return Error{ErrorKind::io, "there is no journal at " + path};
  if (!std::filesystem::is_regular_file(status))
    return Error{ErrorKind::bad_input, path + " is no journal: it is not a file"};
  return {};
}

/// Synchronises the folder of `path`, so that the rename which published it survives a power loss.
Result<void> sync_folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int number = errno;
  if (fd >= 0) ::close(fd);
  if (synced) return {};
  return Error{ErrorKind::io, folder + " cannot be synchronised: " + std::strerror(number)};
}

/// Deletes the files that SQLite keeps beside the database at `path`. They may be left over from a
/// database that is gone; its log must not be applied to another one.
void remove_companions(const std::string& path) {
  for (const char* suffix : {"-wal", "-shm", "-journal"})
    (void)std::remove((path + suffix).c_str());
}

}  // namespace
}  // namespace journal

using journal::Database;

JournalReader::JournalReader(std::unique_ptr<Database> database, JournalMeta meta)
    : database_(std::move(database)), meta_(std::move(meta)) {}
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;
JournalReader::~JournalReader() = default;

Result<JournalReader> JournalReader::open(const std::string& path) {
  if (auto there = journal::exists(path); !there) return there.error();
  if (auto sound = journal::check_log(path); !sound) return sound.error();
  auto database = journal::open_for_reading(path, journal::writing_mode(path));
  if (!database) return database.error();
  if (auto known = (*database)->check_format(); !known) return known.error();
  if (auto sound = (*database)->check_pages(); !sound) return sound.error();
  auto meta = (*database)->meta();
  if (!meta) return meta.error();
  return JournalReader(std::move(database).value(), std::move(meta).value());
}

int JournalReader::format() const {
  return database_->format();
}

Result<std::uint64_t> JournalReader::size() {
  const auto next = database_->number("SELECT ifnull(max(number) + 1, 0) FROM rows");
  if (!next) return next.error();
  return static_cast<std::uint64_t>(*next);
}

Result<std::vector<Row>> JournalReader::read(std::uint64_t first, std::size_t limit) {
  return database_->read(first, limit);
}

Result<void> JournalReader::each(std::uint64_t first,
                                 const std::function<Result<void>(const Row&)>& take) {
  return database_->each(first, take);
}

Journal::Journal(std::unique_ptr<Database> database, JournalMeta meta, std::uint64_t size,
                 std::uint64_t checksum)
    : database_(std::move(database)), meta_(std::move(meta)), size_(size), checksum_(checksum) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::create(const std::string& path, const JournalMeta& meta) {
  if (std::error_code failure; std::filesystem::exists(path, failure))
    return Error{ErrorKind::refused, path + " exists already"};
  const std::string unpublished =
      path + ".new";  // May be left over from a process that was killed.
  (void)std::remove(unpublished.c_str());
  journal::remove_companions(unpublished);
  journal::remove_companions(path);
  {
    auto database = Database::connect(unpublished, Database::Mode::create);
    if (!database) return database.error();
    if (auto written = (*database)->write_new(meta); !written) return written.error();
  }
  if (auto synced = journal::sync_folder_of(path); !synced) return synced.error();
  if (std::rename(unpublished.c_str(), path.c_str()) != 0)
    return Error{ErrorKind::io, path + " cannot be created: " + std::strerror(errno)};
  if (auto synced = journal::sync_folder_of(path); !synced) return synced.error();
  return open(path);
}

Result<Journal> Journal::open(const std::string& path) {
  if (auto there = journal::exists(path); !there) return there.error();
  if (auto sound = journal::check_log(path); !sound) return sound.error();
  auto connected = Database::connect(path, journal::writing_mode(path));
  if (!connected) return connected.error();
  Database& database = **connected;
  if (auto known = database.check_format(); !known) return known.error();
  if (auto writable = database.check_writable(); !writable) return writable.error();
  if (auto sound = database.check_pages(); !sound) return sound.error();
  auto meta = database.meta();
  if (!meta) return meta.error();
  const auto count = database.number("SELECT count(*) FROM rows");
  if (!count) return count.error();
  const auto next = database.number("SELECT ifnull(max(number) + 1, 0) FROM rows");
  if (!next) return next.error();
  if (*count != *next)
    return database.damaged(std::to_string(*next - *count) + " of " + std::to_string(*next) +
                            " rows are missing");
  const auto rows = database.each(0, [](const Row&) { return Result<void>{}; });
  if (!rows) return rows.error();
  const auto checksum = database.checksum_before(static_cast<std::uint64_t>(*next));
  if (!checksum) return checksum.error();
  if (auto log = database.prepare_log(); !log) return log.error();
  return Journal(std::move(connected).value(), std::move(meta).value(),
                 static_cast<std::uint64_t>(*count), *checksum);
}

Result<void> Journal::append(std::span<const Row> rows) {
  if (!state_ || rows.empty()) return state_;
  for (std::size_t i = 0; i < rows.size(); ++i)
    check(rows[i].index == size_ + i, "rows of a journal are numbered without a gap");
  state_ = database_->insert(rows, checksum_);
  if (state_) size_ += rows.size();
  return state_;
}

Result<void> Journal::each(std::uint64_t first,
                           const std::function<Result<void>(const Row&)>& take) {
  return database_->each(first, take);
}

}  // namespace troupe::actors
