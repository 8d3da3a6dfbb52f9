#include "actors/journal/database.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <sqlite3.h>

#include "actors/journal/row_checksum.hpp"

namespace troupe::actors::journal {

namespace {

/// SQLite application ID "Trpe", which marks journals among SQLite databases.
constexpr int application_id = 0x54727065;
/// Longest wait, in milliseconds, for a lock of a connection that recovers or closes the log.
constexpr int busy_ms = 5000;

/// Pages of the write-ahead log after which SQLite copies it to the database and restarts it.
constexpr int log_pages = 256;
/// Size of the log: `log_pages` and one transaction, each page of 4096 bytes with a header.
constexpr sqlite3_int64 log_bytes = sqlite3_int64{log_pages + 16} * (4096 + 24) + 32;

constexpr const char* schema =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
    " input TEXT NOT NULL, decisions TEXT NOT NULL, events TEXT NOT NULL,"
    " checksum INTEGER NOT NULL);";

/// The format before checksums, which readers know too.
constexpr int format_without_checksums = 2;

/// `path` as a URI of SQLite that promises that the file does not change.
std::string unchanging_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool special = c == '%' || c == '?' || c == '#';
    constexpr const char* digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (special)
      (uri += '%').append({digits[byte >> 4], digits[byte & 15]});
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

int flags_of(Database::Mode mode) {
  switch (mode) {
    case Database::Mode::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Mode::unchanging:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    case Database::Mode::shared:
    case Database::Mode::exclusive:
      break;
  }
  return SQLITE_OPEN_READWRITE;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3_stmt* statement) : statement_(statement) {}

void Statement::note(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

void Statement::bind(int at, std::int64_t value) {
  note(sqlite3_bind_int64(statement_.get(), at, value));
}

void Statement::bind(int at, std::string_view value) {
  note(sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_STATIC,
                           SQLITE_UTF8));
}

bool Statement::step() {
  if (code_ != SQLITE_OK) return false;
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) code_ = code;
  return code == SQLITE_ROW;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

Database::Database(std::string name, sqlite3* connection)
    : name_(std::move(name)), connection_(connection) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::connect(const std::string& path, Mode mode,
                                                    std::string name) {
  sqlite3* raw = nullptr;
  const std::string file = mode == Mode::unchanging ? unchanging_uri(path) : path;
  const int code =
      sqlite3_open_v2(file.c_str(), &raw, flags_of(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(name.empty() ? path : std::move(name), raw));
  if (code != SQLITE_OK) return database->error("cannot be opened", code);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_ms);
  if (auto set = database->run("PRAGMA cell_size_check = ON"); !set) return set.error();
  if (mode == Mode::exclusive)
    if (auto set = database->run("PRAGMA locking_mode = EXCLUSIVE"); !set) return set.error();
  return database;
}

Error Database::error(const std::string& what, int code) const {
  std::string reason = sqlite3_errstr(code);
  const int primary = code & 0xff;
  if (primary == SQLITE_NOTADB)
    return {ErrorKind::bad_input, name_ + " is no journal: it is not an SQLite database"};
  if (primary == SQLITE_CORRUPT)
    return {ErrorKind::io, name_ + " is damaged (cut short, or overwritten): " + reason};
  if (primary == SQLITE_ERROR)  // Our statements are right, so the tables are not.
    return {ErrorKind::io, name_ + " is damaged (its tables are not those of a journal): " +
                               sqlite3_errmsg(connection_.get())};
  if (const int number = sqlite3_system_errno(connection_.get());
      number != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
    reason += std::string(", ") + std::strerror(number);
  return {primary == SQLITE_FULL ? ErrorKind::exhausted : ErrorKind::io,
          name_ + " " + what + ": " + reason};
}

Error Database::damaged(const std::string& what) const {
  return {ErrorKind::io, name_ + " is damaged: " + what};
}

Result<void> Database::run(const char* sql) {
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error("cannot be written", code);
  return {};
}

Result<void> Database::run(Statement& statement) {
  (void)statement.step();
  statement.reset();
  if (!statement.ok()) return error("cannot be written", statement.code());
  return {};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) return error("cannot be read", code);
  return Statement(statement);
}

Result<std::int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  if (!statement->step()) return error("cannot be read", statement->code());
  return statement->integer(0);
}

Result<JournalMeta> Database::meta() {
  auto statement = prepare("SELECT name, value FROM meta");
  if (!statement) return statement.error();
  JournalMeta meta;
  while (statement->step()) meta.emplace(statement->text(0), statement->text(1));
  if (!statement->ok()) return error("cannot be read", statement->code());
  return meta;
}

Result<void> Database::check_format() {
  const auto id = number("PRAGMA application_id");
  if (!id) return id.error();
  if (*id != application_id)
    return Error{ErrorKind::bad_input,
                 name_ + " is no journal: it is an SQLite database of another kind, or empty"};
  const auto version = number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version != Journal::format && *version != format_without_checksums)
    return Error{ErrorKind::bad_input, name_ + " has journal format " + std::to_string(*version) +
                                           "; this troupe knows the formats " +
                                           std::to_string(format_without_checksums) + " and " +
                                           std::to_string(Journal::format)};
  format_ = static_cast<int>(*version);
  if (format_ == Journal::format) return {};
  const auto checksums =
      number("SELECT count(*) FROM pragma_table_info('rows') WHERE name = 'checksum'");
  if (!checksums) return checksums.error();
  if (*checksums == 0) return {};
  return damaged("it has checksums, and its format says that it has none");
}

Result<void> Database::check_writable() {
  if (format_ == Journal::format) return {};
  return Error{ErrorKind::refused,
               name_ + " has journal format " + std::to_string(format_) +
                   ", which an earlier troupe wrote: `troupe trials`, `best`, `events` and `logs` "
                   "show it, but it cannot be continued. Start a new study with --fresh (the "
                   "results so far are kept aside), or use another --dir"};
}

Result<std::uint64_t> Database::checksum_before(std::uint64_t index) {
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

Result<void> Database::check_pages() {
  auto statement = prepare("PRAGMA quick_check(1)");
  if (!statement) return statement.error();
  if (!statement->step()) return error("cannot be read", statement->code());
  if (const std::string verdict = statement->text(0); verdict != "ok")
    return Error{ErrorKind::io, name_ + " is damaged (cut short, or overwritten): " + verdict};
  return {};
}

Result<std::vector<Row>> Database::read(std::uint64_t first, std::size_t limit) {
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
    rows.push_back(
        {index, statement->integer(1), statement->text(2), statement->text(3), statement->text(4)});
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

Result<void> Database::each(std::uint64_t first,
                            const std::function<Result<void>(const Row&)>& take) {
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

Result<void> Database::insert(std::span<const Row> rows, std::uint64_t& checksum) {
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

Result<void> Database::write_new(const JournalMeta& meta) {
  // Nobody reads the file before it is published, so it needs no rollback journal.
  const std::string sql =
      "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL;"
      "BEGIN IMMEDIATE;" +
      std::string(schema) + "PRAGMA application_id = " + std::to_string(application_id) +
      "; PRAGMA user_version = " + std::to_string(Journal::format);
  if (auto made = run(sql.c_str()); !made) return made;
  auto statement = prepare("INSERT INTO meta VALUES (?1, ?2)");
  if (!statement) return statement.error();
  for (const auto& [name, value] : meta) {
    statement->bind(1, name);
    statement->bind(2, value);
    (void)statement->step();
    statement->reset();
  }
  if (!statement->ok()) return error("cannot be written", statement->code());
  return run("COMMIT; PRAGMA journal_mode = WAL");
}

Result<void> Database::prepare_log() {
  const std::string sql =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = " +
      std::to_string(log_pages);
  if (auto set = run(sql.c_str()); !set) return set;
  // Empties the log for this session, as far as readers let it: frames that a crash tore must not
  // mix with those of another crash. Makes the log file if there is none.
  if (auto emptied = run("SELECT count(*) FROM meta; PRAGMA wal_checkpoint"); !emptied)
    return emptied;
  extend_log();
  return {};
}

/// Fills the log with zeros, which SQLite does not take for frames. A commit then overwrites bytes,
/// and its fsync writes just those. If the file grew, each fsync would also commit the file
/// system's own journal, with the writes of all other processes. If the disk has no space for it,
/// the log keeps its size and grows as needed.
void Database::extend_log() {
  sqlite3_file* log = nullptr;
  sqlite3_int64 end = 0;
  if (sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) !=
          SQLITE_OK ||
      log == nullptr || log->pMethods == nullptr ||
      log->pMethods->xFileSize(log, &end) != SQLITE_OK || end >= log_bytes)
    return;
  constexpr sqlite3_int64 piece_max = 65536;  // SQLite's own VFS takes less than 128 KiB.
  const std::string zeros(piece_max, '\0');
  int code = SQLITE_OK;
  for (sqlite3_int64 at = end; at < log_bytes && code == SQLITE_OK; at += piece_max)
    code = log->pMethods->xWrite(log, zeros.data(),
                                 static_cast<int>(std::min(piece_max, log_bytes - at)), at);
  if (code != SQLITE_OK || log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) != SQLITE_OK)
    (void)log->pMethods->xTruncate(log, end);
}

}  // namespace troupe::actors::journal
