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

/// One input of a study and what came of it. Rows are numbered 0, 1, 2, ... without a gap.
struct Row {
  std::uint64_t index = 0;
  std::int64_t time_us = 0;  ///< Since 1970-01-01 UTC. For people; decides nothing.
  std::string input;         ///< The last three are JSON.
  std::string decisions;
  std::string events;
  friend bool operator==(const Row&, const Row&) = default;
};

/// What a journal says of itself. The results use "study" and "metric", the names in the study
/// file; the rest is up to the writer.
using JournalMeta = std::map<std::string, std::string>;

namespace journal {
class Database;
}

/// Reads a journal, also while its study runs (which it never holds up: every read is short), and
/// also after a `kill -9`. One thread at a time.
class JournalReader {
 public:
  /// Every error names the path and says what is wrong with the file.
  static Result<JournalReader> open(const std::string& path);

  [[nodiscard]] const JournalMeta& meta() const { return meta_; }
  /// How many rows there are now.
  Result<std::uint64_t> size();
  /// At most `limit` rows from `first` on, in order; fewer where the journal ends.
  Result<std::vector<Row>> read(std::uint64_t first, std::size_t limit);
  /// Calls `take` for every row from `first` to the end, in order; stops where it fails.
  Result<void> each(std::uint64_t first, const std::function<Result<void>(const Row&)>& take);

  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

 private:
  explicit JournalReader(std::unique_ptr<journal::Database> database, JournalMeta meta);

  std::unique_ptr<journal::Database> database_;
  JournalMeta meta_;
};

/// The one writer of a journal. What `append` has acknowledged survives the death of the process
/// and of the machine: SQLite's write-ahead log, synchronised at every commit. One thread at a
/// time.
class Journal {
 public:
  static constexpr int format = 2;

  /// Makes a new journal, whole or not at all; refuses to touch an existing file.
  static Result<Journal> create(const std::string& path, const JournalMeta& meta);
  /// Opens it for appending, after a check of the whole file: its pages, and that no row is
  /// missing.
  static Result<Journal> open(const std::string& path);

  [[nodiscard]] const JournalMeta& meta() const { return meta_; }
  /// How many rows there are; the index of the next one.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// One durable transaction. `rows` go on where the journal ends. After an error it is unknown
  /// whether they are in it, so every later call fails as well: open the journal again.
  Result<void> append(std::span<const Row> rows);

  Result<void> each(std::uint64_t first, const std::function<Result<void>(const Row&)>& take);

  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

 private:
  Journal(std::unique_ptr<journal::Database> database, JournalMeta meta, std::uint64_t size);

  std::unique_ptr<journal::Database> database_;
  JournalMeta meta_;
  std::uint64_t size_;
  Result<void> state_;  ///< The first error of `append`.
};

}  // namespace troupe::actors
