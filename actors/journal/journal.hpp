#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// One row of a journal: an input of a study and what came of it. Rows are numbered 0, 1, 2, ...
/// without a gap.
struct Row {
  std::uint64_t index = 0;
  std::int64_t time_us = 0;  ///< Microseconds since 1970-01-01 UTC. Informative only.
  std::string input;         ///< JSON.
  std::string decisions;     ///< JSON.
  std::string events;        ///< JSON.
  friend bool operator==(const Row&, const Row&) = default;
};

/// Metadata of a journal by key. Results use "study" and "metric", the names in the study file;
/// other keys are up to the writer.
using JournalMeta = std::map<std::string, std::string>;

namespace journal {
class Database;
}

/// Reads a journal, also while its study runs and after a crash. Each read is short, so that it
/// does not block the study. Rows are compared with their checksums; the error names the row that
/// differs. One thread at a time.
class JournalReader {
 public:
  /// Opens the file. Errors name the path and what is wrong with the file.
  static Result<JournalReader> open(const std::string& path);

  [[nodiscard]] const JournalMeta& meta() const { return meta_; }
  /// 2 or Journal::format. Rows of format 2 have no checksum; their names are those of its time,
  /// which the messages know as former names.
  [[nodiscard]] int format() const;
  /// Number of rows at this moment.
  Result<std::uint64_t> size();
  /// Reads at most `limit` rows from `first` on, in order; fewer at the end of the journal.
  Result<std::vector<Row>> read(std::uint64_t first, std::size_t limit);
  /// Calls `take` for each row from `first` to the end, in order. Stops where `take` fails, and
  /// returns its error.
  Result<void> each(std::uint64_t first, const std::function<Result<void>(const Row&)>& take);

  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

 private:
  explicit JournalReader(std::unique_ptr<journal::Database> database, JournalMeta meta);

  std::unique_ptr<journal::Database> database_;
  JournalMeta meta_;
};

/// The one writer of a journal. Rows that `append` has acknowledged survive a crash of the process
/// and of the machine: SQLite's write-ahead log is synchronised at each commit. One thread at a
/// time.
///
/// Each row has a checksum over its content and the checksum of the row before it; before row 0 is
/// that of the metadata. So a row that was changed, exchanged or left out is noticed.
class Journal {
 public:
  static constexpr int format = 3;

  /// Makes a new journal atomically. Error `refused` if the file exists.
  static Result<Journal> create(const std::string& path, const JournalMeta& meta);
  /// Opens a journal for appending, after a check of all its pages and of all checksums. Refused if
  /// it has format 2.
  static Result<Journal> open(const std::string& path);

  [[nodiscard]] const JournalMeta& meta() const { return meta_; }
  /// Number of rows, which is the index of the next one.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Appends `rows` in one durable transaction. Their indices continue those of the journal. After
  /// an error it is unknown whether the rows are durable, so every later call fails too: open the
  /// journal again.
  Result<void> append(std::span<const Row> rows);

  /// As JournalReader::each.
  Result<void> each(std::uint64_t first, const std::function<Result<void>(const Row&)>& take);

  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

 private:
  Journal(std::unique_ptr<journal::Database> database, JournalMeta meta, std::uint64_t size,
          std::uint64_t checksum);

  std::unique_ptr<journal::Database> database_;
  JournalMeta meta_;
  std::uint64_t size_;
  std::uint64_t checksum_;  ///< Of the last row.
  Result<void> state_;      ///< The first error of `append`.
};

}  // namespace troupe::actors
