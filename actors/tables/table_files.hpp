#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/document.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Error about a file of a table: "FILE: found X; expected Y. What to do: Z".
[[nodiscard]] inline Error table_error(const std::filesystem::path& file, const std::string& found,
                                       const std::string& expected, const std::string& advice) {
  return {ErrorKind::bad_input, file.string() + ": found " + found + "; expected " + expected +
                                    ". What to do: " + advice};
}

/// Reads a file with one JSON object.
[[nodiscard]] Result<Element> read_json_object(const std::filesystem::path& file);

/// Value of a member; null if the mapping has no such member.
[[nodiscard]] const Element* member(const Element& mapping, std::string_view key);

/// Matrix of numbers, row by row: rows x columns in one of the two vectors.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values{};
  std::vector<double> wide_values{};  ///< Of a file with 64-bit numbers.
  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    const std::size_t place = row * columns + column;
    return wide_values.empty() ? static_cast<double>(values[place]) : wide_values[place];
  }
  /// As `at`, with the shortest decimal digits of a 32-bit number: 0.1, not 0.10000000149.
  [[nodiscard]] double written(std::size_t row, std::size_t column) const;
};

/// Reads a .npy file (format 1.0) with a matrix of little-endian 32-bit or 64-bit floats in C
/// order. The error for anything else says how to convert it.
[[nodiscard]] Result<Matrix> read_npy(const std::filesystem::path& path);

}  // namespace troupe::actors
