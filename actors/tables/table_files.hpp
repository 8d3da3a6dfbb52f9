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

/// Matrix of numbers, row by row.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;  ///< rows x columns.
  [[nodiscard]] float at(std::size_t row, std::size_t column) const {
    return values[row * columns + column];
  }
};

/// Reads a .npy file (format 1.0) with a matrix of little-endian 32-bit floats in C order. The
/// error for anything else says how to convert it.
[[nodiscard]] Result<Matrix> read_npy(const std::filesystem::path& path);

}  // namespace troupe::actors
