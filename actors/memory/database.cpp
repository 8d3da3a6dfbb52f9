#include "actors/memory/database.hpp"

#include <bit>
#include <cstring>
#include <filesystem>
#include <utility>

#include <sqlite3.h>

#include "actors/content_hash.hpp"
#include "actors/memory/memory.hpp"

namespace troupe::actors::memory {

namespace {

constexpr int memory_id = 0x5472704d;   // "TrpM": application_id of a memory.
constexpr int journal_id = 0x54727065;  // application_id of a journal, for a better error.
constexpr int busy_ms = 30'000;         // Longest wait for a transaction of another process.

constexpr const char* schema =
    "CREATE TABLE parameters (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " domain TEXT NOT NULL, fallback TEXT);"
    "CREATE TABLE tasks (number INTEGER PRIMARY KEY AUTOINCREMENT, study TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, folder TEXT NOT NULL, metric TEXT NOT NULL, mode TEXT NOT NULL,"
    " finished_us INTEGER NOT NULL, best TEXT, value REAL, resource INTEGER,"
    " joined INTEGER NOT NULL, forgotten INTEGER NOT NULL, model_value REAL,"
    " model_resource INTEGER);"
    "CREATE TABLE incumbents (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " task INTEGER NOT NULL REFERENCES tasks, identity TEXT NOT NULL UNIQUE,"
    " config TEXT NOT NULL);";

/// The checksum of all rows of the tables above.
constexpr const char* content_schema =
    "CREATE TABLE content (checksum INTEGER NOT NULL); INSERT INTO content VALUES (0);";

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3_stmt* statement) : statement_(statement) {}

void Statement::note(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

Statement& Statement::bind(int at, std::int64_t value) {
  note(sqlite3_bind_int64(statement_.get(), at, value));
  return *this;
}

Statement& Statement::bind(int at, double value) {
  note(sqlite3_bind_double(statement_.get(), at, value));
  return *this;
}

Statement& Statement::bind(int at, const std::string& value) {
  note(sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_TRANSIENT,
                           SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_null(int at) {
  note(sqlite3_bind_null(statement_.get(), at));
  return *this;
}

bool Statement::step() {
  if (code_ != SQLITE_OK) return false;
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) code_ = code;
  return code == SQLITE_ROW;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::exact(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_FLOAT) return text(column);
  return std::to_string(std::bit_cast<std::uint64_t>(real(column)));
}

int Statement::columns() const {
  return sqlite3_column_count(statement_.get());
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

Database::Database(std::string path, sqlite3* connection)
    : path_(std::move(path)), connection_(connection) {}

Error Database::error(int code) const {
  const int primary = code & 0xff;
  if (primary == SQLITE_NOTADB)
    return {ErrorKind::bad_input, path_ + " is no memory: it is not an SQLite database"};
  std::string reason = sqlite3_errstr(code);
  if (primary == SQLITE_CORRUPT)
    return {ErrorKind::io, path_ + " is damaged (cut short, or overwritten): " + reason};
  if (primary == SQLITE_BUSY)
    return {ErrorKind::timed_out,
            path_ + " is in use: another process did not let go of it for 30 s"};
  if (const int number = sqlite3_system_errno(connection_.get()); number != 0)
    reason += std::string(", ") + std::strerror(number);
  return {ErrorKind::io, path_ + " cannot be used as a memory: " + reason};
}

Result<std::unique_ptr<Database>> Database::connect(const std::string& path, Missing missing) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status) && missing == Missing::is_an_error)
    return Error{ErrorKind::bad_input, "there is no memory at " + path};
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return Error{ErrorKind::bad_input, path + " is no memory: it is not a file"};
  sqlite3* raw = nullptr;
  const int create = missing == Missing::is_created ? SQLITE_OPEN_CREATE : 0;
  const int code = sqlite3_open_v2(path.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, nullptr);
  std::unique_ptr<Database> database(new Database(path, raw));
  if (code != SQLITE_OK) return database->error(code);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_ms);
  if (missing == Missing::is_created)
    if (auto created = database->create(); !created) return created.error();
  if (auto known = database->check_format(); !known) return known.error();
  if (auto safe = database->run("PRAGMA synchronous = FULL"); !safe) return safe.error();
  return database;
}

/// Creates the tables in an empty file: a new one, or one whose creation was cut off.
Result<void> Database::create() {
  const auto version = number("PRAGMA schema_version");
  if (!version) return version.error();
  if (*version != 0) return {};
  return transaction([&]() -> Result<void> {
    const auto now = number("PRAGMA schema_version");
    if (!now) return now.error();
    if (*now != 0) return {};  // Another process created them.
    return run((std::string(schema) + content_schema +
                "PRAGMA application_id = " + std::to_string(memory_id) +
                "; PRAGMA user_version = " + std::to_string(Memory::format))
                   .c_str());
  });
}

Result<void> Database::check_format() {
  const auto id = number("PRAGMA application_id");
  if (!id) return id.error();
  if (*id == journal_id)
    return Error{ErrorKind::bad_input, path_ + " is no memory: it is the journal of a study"};
  if (*id != memory_id)
    return Error{ErrorKind::bad_input,
                 path_ + " is no memory: it is an SQLite database of another kind, or empty"};
  const auto version = number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version < 1 || *version > Memory::format)
    return Error{ErrorKind::bad_input, path_ + " has memory format " + std::to_string(*version) +
                                           "; this troupe knows the formats 1 to " +
                                           std::to_string(Memory::format)};
  if (auto sound = check_pages(); !sound) return sound;
  return *version < Memory::format ? convert(*version) : check_checksum();
}

Result<void> Database::check_pages() {
  auto pages = prepare("PRAGMA quick_check(1)");
  if (!pages) return pages.error();
  if (!pages->step()) return error(pages->code());
  if (const std::string verdict = pages->text(0); verdict != "ok")
    return Error{ErrorKind::io, path_ + " is damaged (cut short, or overwritten): " + verdict};
  return {};
}

Result<std::int64_t> Database::checksum() {
  ContentHash hash;
  for (const char* table : {"parameters", "tasks", "incumbents"}) {
    auto rows = prepare((std::string("SELECT * FROM ") + table + " ORDER BY 1").c_str());
    if (!rows) return rows.error();
    while (rows->step()) {
      for (int column = 0; column < rows->columns(); ++column) {
        const std::string text = rows->exact(column);
        hash.add((rows->is_null(column) ? "-" : std::to_string(text.size())) + ":" + text);
      }
    }
    if (rows->code() != SQLITE_OK) return error(rows->code());
  }
  return static_cast<std::int64_t>(hash.word());
}

Result<void> Database::check_checksum() {
  if (auto begun = run("BEGIN"); !begun) return begun;  // One moment for rows and checksum.
  const auto stored = number("SELECT checksum FROM content");
  const auto found = checksum();
  (void)run("COMMIT");
  if (!stored) return stored.error();
  if (!found) return found.error();
  if (*stored == *found) return {};
  return Error{ErrorKind::io, path_ +
                                  " is damaged: its tasks and configurations do not match their "
                                  "checksum: they were changed after they were written"};
}

/// Adds the columns and the table that an earlier format lacks.
Result<void> Database::convert(std::int64_t from) {
  if (sqlite3_db_readonly(connection_.get(), "main") == 1 && from > 1) return {};
  return transaction([&]() -> Result<void> {
    const auto now = number("PRAGMA user_version");
    if (!now) return now.error();
    std::string sql;
    if (*now == 1)
      sql +=
          "ALTER TABLE tasks ADD COLUMN model_value REAL;"
          "ALTER TABLE tasks ADD COLUMN model_resource INTEGER;";
    if (*now < Memory::format) sql += content_schema;  // Else another process converted it.
    return run((sql + "PRAGMA user_version = " + std::to_string(Memory::format)).c_str());
  });
}

Result<std::int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  if (!statement->step()) return error(statement->code());
  return statement->integer(0);
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) return error(code);
  return Statement(statement);
}

Result<void> Database::run(const char* sql) {
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

Result<void> Database::finish(Statement& statement) {
  while (statement.step()) {
  }
  if (statement.code() != SQLITE_OK) return error(statement.code());
  return {};
}

/// Notes the checksum of the rows as they are now.
Result<void> Database::store_checksum() {
  const auto stored = number("SELECT ifnull(max(checksum), 0) FROM content");
  if (!stored) return stored.error();
  const auto now = checksum();
  if (!now) return now.error();
  if (*stored == *now) return {};
  return run(("UPDATE content SET checksum = " + std::to_string(*now)).c_str());
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = work();
  if (done) done = store_checksum();
  if (done) done = run("COMMIT");
  if (!done) (void)run("ROLLBACK");
  return done;
}

}  // namespace troupe::actors::memory
