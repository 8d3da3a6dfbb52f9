#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Numbers row by row.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;  ///< rows x columns.
  [[nodiscard]] float at(std::size_t row, std::size_t column) const {
    return values[row * columns + column];
  }
};

/// Reads a matrix of little-endian 32-bit floats in C order, NumPy's format 1.0. Anything else is
/// refused: the error says what was found, and how to convert it.
[[nodiscard]] Result<Matrix> read_npy(const std::filesystem::path& path);

}  // namespace troupe::actors
