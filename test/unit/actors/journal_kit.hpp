#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/journal/journal.hpp"

namespace troupe::actors {

/// The row that tests of journals append at `index`.
inline Row journal_row(std::uint64_t index) {
  return {index, 1'700'000'000'000'000 + static_cast<std::int64_t>(index),
          "{\"input\":" + std::to_string(index) + "}", "[]",
          "[\"" + std::string(index % 300, 'e') + "\"]"};
}

inline std::vector<Row> journal_rows(std::uint64_t first, std::size_t count) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back(journal_row(first + i));
  return rows;
}

/// The rows of a Journal or JournalReader from `first` on.
template <typename Source>
std::vector<Row> all_rows(Source& source, std::uint64_t first = 0) {
  std::vector<Row> rows;
  source
      .each(first,
            [&](const Row& row) {
              rows.push_back(row);
              return Result<void>{};
            })
      .value();
  return rows;
}

}  // namespace troupe::actors
