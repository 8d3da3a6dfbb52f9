#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/journal/journal.hpp"
#include "runtime/core/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace troupe::actors::journal {

/// A prepared statement. Keeps the first error of its bindings and steps, for one check at the end.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement);

  void bind(int at, std::int64_t value);
  /// Binds a text, which must live until the next reset.
  void bind(int at, std::string_view value);
  /// Steps to the next row. False at the end, or after an error.
  bool step();
  void reset();
  [[nodiscard]] bool ok() const { return code_ == 0; }
  /// SQLite result code of the first error; 0: none.
  [[nodiscard]] int code() const { return code_; }

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void note(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int code_ = 0;
};

/// A connection to the database of a journal. Errors name the journal and what is wrong with it.
class Database {
 public:
  /// How the file is opened.
  enum class Mode {
    create,      ///< For writing; the file is made if it does not exist.
    shared,      ///< Beside other connections. Recovers what a killed process left.
    exclusive,   ///< The only connection, without shared memory.
    unchanging,  ///< Nobody writes the file while it is open, and its log is empty.
  };
  /// `name`: the path that errors name; empty: `path`.
  static Result<std::unique_ptr<Database>> connect(const std::string& path, Mode mode,
                                                   std::string name = {});

  Result<void> run(const char* sql);
  Result<Statement> prepare(const char* sql);
  Result<std::int64_t> number(const char* sql);
  [[nodiscard]] Error error(const std::string& what, int code) const;
  /// Error `io`: "PATH is damaged: WHAT".
  [[nodiscard]] Error damaged(const std::string& what) const;

  Result<JournalMeta> meta();
  /// It is a journal, and of a format that can be read. Notes which.
  Result<void> check_format();
  [[nodiscard]] int format() const { return format_; }
  /// Rows can be appended: it has today's format.
  Result<void> check_writable();
  /// Its pages form the tables that they should.
  Result<void> check_pages();

  /// The stored checksum of row `index` - 1, or that of the metadata.
  Result<std::uint64_t> checksum_before(std::uint64_t index);
  Result<std::vector<Row>> read(std::uint64_t first, std::size_t limit);
  Result<void> each(std::uint64_t first, const std::function<Result<void>(const Row&)>& take);

  /// Writes the tables, the metadata and today's format into an empty file.
  Result<void> write_new(const JournalMeta& meta);
  /// Prepares appending: the write-ahead log gets its full length.
  Result<void> prepare_log();
  /// Inserts rows; `checksum`: of the row before them, then of the last one.
  Result<void> insert(std::span<const Row> rows, std::uint64_t& checksum);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Append {
    Statement begin;
    Statement insert;
    Statement commit;
  };

  Database(std::string name, sqlite3* connection);
  Result<void> run(Statement& statement);
  void extend_log();

  std::string name_;
  std::unique_ptr<sqlite3, Close> connection_;
  std::unique_ptr<Append> append_;
  int format_ = Journal::format;
};

}  // namespace troupe::actors::journal
