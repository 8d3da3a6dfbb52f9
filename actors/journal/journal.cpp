#include "actors/journal/journal.hpp"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "actors/journal/row_checksum.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace journal {
namespace {

/// SQLite application ID "Trpe", which marks journals among SQLite databases.
constexpr int application_id = 0x54727065;
/// Longest wait, in milliseconds, for a lock of a connection that recovers or closes the log.
constexpr int busy_ms = 5000;

/// Pages of the write-ahead log after which SQLite copies it to the database and restarts it.
constexpr int log_pages = 256;
/// Size of the log: `log_pages` and one transaction, each page of 4096 bytes with a header.
constexpr std::size_t log_bytes = std::size_t{log_pages + 16} * (4096 + 24) + 32;

constexpr const char* schema =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
    " input TEXT NOT NULL, decisions TEXT NOT NULL, events TEXT NOT NULL,"
    " checksum INTEGER NOT NULL);";

/// The format before checksums, which readers know too.
constexpr int format_without_checksums = 2;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

}  // namespace

/// A prepared statement. Keeps the first error of its bindings and steps, for one check at the end.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(int at, std::int64_t value) { note(sqlite3_bind_int64(statement_.get(), at, value)); }
  /// Binds a text, which must live until the next reset.
  void bind(int at, std::string_view value) {
    note(sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_STATIC,
                             SQLITE_UTF8));
  }
  /// Steps to the next row. False at the end, or after an error.
  bool step() {
    if (code_ != SQLITE_OK) return false;
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) code_ = code;
    return code == SQLITE_ROW;
  }
  void reset() { sqlite3_reset(statement_.get()); }
  [[nodiscard]] bool ok() const { return code_ == SQLITE_OK; }
  [[nodiscard]] int code() const { return code_; }

  [[nodiscard]] std::int64_t integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
  }
  [[nodiscard]] std::string text(int column) const {
    const auto* bytes =
        reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  void note(int code) {
    if (code_ == SQLITE_OK) code_ = code;
  }
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  int code_ = SQLITE_OK;
};

/// A connection to a journal's database, with the error messages for it.
class Database {
 public:
  static Result<std::unique_ptr<Database>> connect(const std::string& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(path, raw));
    if (code != SQLITE_OK) return database->error("cannot be opened", code);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, busy_ms);
    return database;
  }

  [[nodiscard]] Error error(const std::string& what, int code) const {
    std::string reason = sqlite3_errstr(code);
    const int primary = code & 0xff;
    if (primary == SQLITE_NOTADB)
      return {ErrorKind::bad_input, path_ + " is no journal: it is not an SQLite database"};
    if (primary == SQLITE_CORRUPT)
      return {ErrorKind::io, path_ + " is damaged (cut short, or overwritten): " + reason};
    if (const int number = sqlite3_system_errno(connection_.get());
        number != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
      reason += std::string(", ") + std::strerror(number);
    return {primary == SQLITE_FULL ? ErrorKind::exhausted : ErrorKind::io,
            path_ + " " + what + ": " + reason};
  }

  Result<void> run(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error("cannot be written", code);
    return {};
  }

  Result<void> run(Statement& statement) {
    (void)statement.step();
    statement.reset();
    if (!statement.ok()) return error("cannot be written", statement.code());
    return {};
  }

  Result<Statement> prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(connection_.get(), sql, -1, &statement, nullptr);
    if (code != SQLITE_OK) return error("cannot be read", code);
    return Statement(statement);
  }

  Result<std::int64_t> number(const char* sql) {
    auto statement = prepare(sql);
    if (!statement) return statement.error();
    if (!statement->step()) return error("cannot be read", statement->code());
    return statement->integer(0);
  }

  Result<JournalMeta> meta() {
    auto statement = prepare("SELECT name, value FROM meta");
    if (!statement) return statement.error();
    JournalMeta meta;
    while (statement->step()) meta.emplace(statement->text(0), statement->text(1));
    if (!statement->ok()) return error("cannot be read", statement->code());
    return meta;
  }

  /// It is a journal, and of a format that can be read. Notes which.
  Result<void> check_format() {
    const auto id = number("PRAGMA application_id");
    if (!id) return id.error();
    if (*id != application_id)
      return Error{ErrorKind::bad_input,
                   path_ + " is no journal: it is an SQLite database of another kind, or empty"};
    const auto version = number("PRAGMA user_version");
    if (!version) return version.error();
    if (*version != Journal::format && *version != format_without_checksums)
      return Error{ErrorKind::bad_input, path_ + " has journal format " + std::to_string(*version) +
                                             "; this troupe knows the formats " +
                                             std::to_string(format_without_checksums) + " and " +
                                             std::to_string(Journal::format)};
    format_ = static_cast<int>(*version);
    return {};
  }

  [[nodiscard]] int format() const { return format_; }

  /// Rows can be appended: it has today's format.
  Result<void> check_writable() {
    if (format_ == Journal::format) return {};
    return Error{
        ErrorKind::refused,
        path_ + " has journal format " + std::to_string(format_) +
            ", which an earlier troupe wrote: `troupe trials`, `best`, `events` and `logs` "
            "show it, but it cannot be continued. Start a new study with --fresh (the "
            "results so far are kept aside), or use another --dir"};
  }

  /// Error `io`: "PATH is damaged: WHAT".
  [[nodiscard]] Error damaged(const std::string& what) const {
    return {ErrorKind::io, path_ + " is damaged: " + what};
  }

  /// The stored checksum of row `index` - 1, or that of the metadata.
  Result<std::uint64_t> checksum_before(std::uint64_t index) {
    if (index == 0) {
      const auto read = meta();
      if (!read) return read.error();
      return checksum_of(*read);
    }
    auto statement = prepare("SELECT checksum FROM rows WHERE number = ?1");
    if (!statement) return statement.error();
    statement->bind(1, static_cast<std::int64_t>(index - 1));
    if (statement->step()) return static_cast<std::uint64_t>(statement->integer(0));
    if (!statement->ok()) return error("cannot be read", statement->code());
    return damaged("row " + std::to_string(index - 1) + " is missing");
  }

  Result<void> check_pages() {
    auto statement = prepare("PRAGMA quick_check(1)");
    if (!statement) return statement.error();
    if (!statement->step()) return error("cannot be read", statement->code());
    if (const std::string verdict = statement->text(0); verdict != "ok")
      return Error{ErrorKind::io, path_ + " is damaged (cut short, or overwritten): " + verdict};
    return {};
  }

  Result<std::vector<Row>> read(std::uint64_t first, std::size_t limit) {
    const bool checked = format_ != format_without_checksums;
    auto statement =
        prepare(checked ? "SELECT number, time_us, input, decisions, events, checksum FROM rows"
                          " WHERE number >= ?1 ORDER BY number LIMIT ?2"
                        : "SELECT number, time_us, input, decisions, events FROM rows"
                          " WHERE number >= ?1 ORDER BY number LIMIT ?2");
    if (!statement) return statement.error();
    std::uint64_t before = 0;
    statement->bind(1, static_cast<std::int64_t>(first));
    statement->bind(2, static_cast<std::int64_t>(limit));
    std::vector<Row> rows;
    while (statement->step()) {
      const auto index = static_cast<std::uint64_t>(statement->integer(0));
      if (index != first + rows.size())
        return damaged("row " + std::to_string(first + rows.size()) + " is missing");
      rows.push_back({index, statement->integer(1), statement->text(2), statement->text(3),
                      statement->text(4)});
      if (!checked) continue;
      if (rows.size() == 1) {
        const auto stored = checksum_before(first);
        if (!stored) return stored.error();
        before = *stored;
      }
      const auto stored = static_cast<std::uint64_t>(statement->integer(5));
      if (stored != checksum_of(rows.back(), before))
        return damaged("row " + std::to_string(index) +
                       " does not match its checksum: it was changed after it was written");
      before = stored;
    }
    if (!statement->ok()) return error("cannot be read", statement->code());
    return rows;
  }

  Result<void> each(std::uint64_t first, const std::function<Result<void>(const Row&)>& take) {
    constexpr std::size_t batch = 512;
    for (;;) {
      const auto rows = read(first, batch);
      if (!rows) return rows.error();
      for (const Row& row : *rows)
        if (auto taken = take(row); !taken) return taken;
      if (rows->size() < batch) return {};
      first += batch;
    }
  }

  /// Switches to a write-ahead log, which is made with its full size. A commit then overwrites
  /// bytes, and its fsync writes just those. If the file grew, each fsync would also commit the
  /// file system's own journal, with the writes of all other processes.
  Result<void> enter_log() {
    if (auto mode = run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"); !mode) return mode;
    const std::string turn = "PRAGMA wal_autocheckpoint = " + std::to_string(log_pages);
    if (auto set = run(turn.c_str()); !set) return set;
    if (const auto read = number("SELECT count(*) FROM meta"); !read)  // A read makes the log file.
      return read.error();
    lengthen((path_ + "-wal").c_str());
    return {};
  }

  /// Switches back to a single file, which can be read from read-only media. Does nothing if
  /// another connection is open.
  void leave_log() {
    sqlite3_busy_timeout(connection_.get(), 0);
    append_.reset();
    (void)run("PRAGMA journal_mode = DELETE");
  }

  /// Inserts rows; `checksum`: of the row before them, then of the last one.
  Result<void> insert(std::span<const Row> rows, std::uint64_t& checksum) {
    if (!append_) {
      auto begin = prepare("BEGIN IMMEDIATE");
      auto insert = prepare("INSERT INTO rows VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
      auto commit = prepare("COMMIT");
      for (const auto* statement : {&begin, &insert, &commit})
        if (!*statement) return statement->error();
      append_ = std::make_unique<Append>(
          Append{std::move(begin).value(), std::move(insert).value(), std::move(commit).value()});
    }
    auto& [begin, insert, commit] = *append_;
    if (auto begun = run(begin); !begun) return begun;
    for (const Row& row : rows) {
      insert.reset();
      insert.bind(1, static_cast<std::int64_t>(row.index));
      insert.bind(2, row.time_us);
      insert.bind(3, row.input);
      insert.bind(4, row.decisions);
      insert.bind(5, row.events);
      checksum = checksum_of(row, checksum);
      insert.bind(6, static_cast<std::int64_t>(checksum));
      (void)insert.step();
    }
    insert.reset();
    if (!insert.ok()) {
      const Error failure = error("cannot be written", insert.code());
      (void)run("ROLLBACK");
      return failure;
    }
    return run(commit);
  }

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() = default;

 private:
  Database(std::string path, sqlite3* connection)
      : path_(std::move(path)), connection_(connection) {}

  struct Append {
    Statement begin;
    Statement insert;
    Statement commit;
  };

  /// Fills the log with zeros, which SQLite does not take for frames. If the disk has no space for
  /// it, the log keeps its size and grows as needed.
  static void lengthen(const char* log) {
    const int fd = ::open(log, O_WRONLY | O_CLOEXEC);
    const off_t end = fd < 0 ? -1 : ::lseek(fd, 0, SEEK_END);
    if (end >= 0 && static_cast<std::size_t>(end) < log_bytes) {
      const std::string zeros(log_bytes - static_cast<std::size_t>(end), '\0');
      const auto wrote = ::pwrite(fd, zeros.data(), zeros.size(), end);
      if (wrote != static_cast<ssize_t>(zeros.size()) || ::fdatasync(fd) != 0)
        (void)!::ftruncate(fd, end);
    }
    if (fd >= 0) ::close(fd);
  }

  std::string path_;
  std::unique_ptr<sqlite3, CloseDatabase> connection_;
  std::unique_ptr<Append> append_;
  int format_ = Journal::format;
};

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

/// Writes the file of a new journal: schema and metadata, without a log.
Result<void> write_new(const std::string& path, const JournalMeta& meta) {
  auto database = Database::connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!database) return database.error();
  const std::string sql = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE;" + std::string(schema) +
                          "PRAGMA application_id = " + std::to_string(application_id) +
                          "; PRAGMA user_version = " + std::to_string(Journal::format);
  if (auto made = (*database)->run(sql.c_str()); !made) return made;
  auto statement = (*database)->prepare("INSERT INTO meta VALUES (?1, ?2)");
  if (!statement) return statement.error();
  for (const auto& [name, value] : meta) {
    statement->bind(1, name);
    statement->bind(2, value);
    (void)statement->step();
    statement->reset();
  }
  if (!statement->ok()) return (*database)->error("cannot be written", statement->code());
  return (*database)->run("COMMIT");
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
  auto database = Database::connect(path, SQLITE_OPEN_READONLY);
  if (!database) return database.error();
  if (auto known = (*database)->check_format(); !known) return known.error();
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

Journal::~Journal() {
  if (database_) database_->leave_log();
}

Result<Journal> Journal::create(const std::string& path, const JournalMeta& meta) {
  if (std::error_code failure; std::filesystem::exists(path, failure))
    return Error{ErrorKind::refused, path + " exists already"};
  const std::string unpublished =
      path + ".new";  // May be left over from a process that was killed.
  (void)std::remove(unpublished.c_str());
  (void)std::remove((unpublished + "-journal").c_str());
  if (auto written = journal::write_new(unpublished, meta); !written) return written.error();
  if (std::rename(unpublished.c_str(), path.c_str()) != 0)
    return Error{ErrorKind::io, path + " cannot be created: " + std::strerror(errno)};
  if (auto synced = journal::sync_folder_of(path); !synced) return synced.error();
  return open(path);
}

Result<Journal> Journal::open(const std::string& path) {
  if (auto there = journal::exists(path); !there) return there.error();
  auto connected = Database::connect(path, SQLITE_OPEN_READWRITE);
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
  if (auto log = database.enter_log(); !log) return log.error();
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
