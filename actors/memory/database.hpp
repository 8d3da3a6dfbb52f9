#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace troupe::actors::memory {

/// Prepared statement. Keeps its first error, so that one check of `code` at the end is enough.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement);

  Statement& bind(int at, std::int64_t value);
  Statement& bind(int at, double value);
  Statement& bind(int at, const std::string& value);
  Statement& bind_null(int at);
  /// Fetches the next row. False at the end and after an error.
  bool step();
  [[nodiscard]] int code() const {
    return code_;
  }  ///< SQLite result code of the first error; 0: none.

  [[nodiscard]] int columns() const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  /// The value as a text that differs for each number.
  [[nodiscard]] std::string exact(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void note(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int code_ = 0;
};

/// Connection to the file of a memory. Its errors name the file.
class Database {
 public:
  enum class Missing { is_an_error, is_created };
  static Result<std::unique_ptr<Database>> connect(const std::string& path, Missing missing);

  Result<Statement> prepare(const char* sql);
  Result<void> run(const char* sql);
  /// Runs a statement that returns no rows.
  Result<void> finish(Statement& statement);
  [[nodiscard]] Error error(int code) const;
  /// Runs `work` in one exclusive transaction, which is rolled back if it fails.
  Result<void> transaction(const std::function<Result<void>()>& work);

 private:
  Database(std::string path, sqlite3* connection);
  Result<std::int64_t> number(const char* sql);
  Result<void> check_format();
  Result<void> check_pages();
  Result<void> check_checksum();
  Result<void> convert(std::int64_t from);
  /// Of all rows of the memory.
  Result<std::int64_t> checksum();
  Result<void> store_checksum();
  Result<void> create();

  struct Close {
    void operator()(sqlite3* connection) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace troupe::actors::memory
