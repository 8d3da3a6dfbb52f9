#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "test/kit/temp_folder.hpp"

namespace troupe::test {

inline constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

/// A .npy file as NumPy writes it, with numbers of the type `Number`.
template <typename Number>
std::string npy_of(const std::vector<std::vector<Number>>& rows, const std::string& type,
                   const std::string& fortran = "False", char version = 1) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': (" +
                       std::to_string(rows.size()) + ", " +
                       std::to_string(rows.empty() ? 0 : rows.front().size()) + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  for (const auto& row : rows)
    bytes.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(Number));
  return bytes;
}

inline std::string npy(const std::vector<std::vector<float>>& rows, const std::string& type = "<f4",
                       const std::string& fortran = "False", char version = 1) {
  return npy_of<float>(rows, type, fortran, version);
}

/// A small table that is whole: three configurations, four units. A test breaks one thing of it.
struct SmallTable {
  TempFolder temp;
  std::filesystem::path folder = temp.path() / "small";

  SmallTable() {
    std::filesystem::create_directory(folder);
    put("meta.json",
        R"({"metric": "curves_loss", "mode": "min", "resource": "epoch", "max_resource": 4})");
    put("space.json", R"({"hyperparameters": [
  {"name": "lr", "type": "float", "lower": 0.001, "upper": 1.0, "log": true},
  {"name": "units", "type": "int", "lower": 8, "upper": 64, "log": false},
  {"name": "act", "type": "categorical", "choices": ["relu", "tanh"]}]})");
    put("configs.csv",
        "config_id,lr,units,act,note\n0,0.001,8,relu,\n1,0.1,64,tanh,\"a, b\"\n2,1,32,relu,x\n");
    put("curves_loss.npy",
        npy({{4, 3, 2, 1}, {5, 2.5F, nan_value, nan_value}, {0.9F, 0.8F, 0.7F, 0.6F}}));
    put("time.npy", npy({{1, 2, 3, 4}, {10, 20, nan_value, nan_value}, {2, 4, 6, 9}}));
  }

  void put(const std::string& name, const std::string& bytes) const {
    write_file(folder / name, bytes);
  }
  void remove(const std::string& name) const { std::filesystem::remove(folder / name); }
};

}  // namespace troupe::test
