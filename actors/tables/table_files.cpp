#include "actors/tables/table_files.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors {

Result<Element> read_json_object(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open())
    return table_error(file, "no such file", "it in the folder of every table",
                       "name the table's own folder, or convert the table again");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ProblemList problems(file.string(), text);
  auto element = parse_document(text, problems);
  if (problems.has_errors() || !element) {
    const auto sorted = problems.sorted();
    return table_error(file, sorted.empty() ? "an empty file" : "no JSON:\n" + to_text(sorted[0]),
                       "a JSON object", "correct it there, or convert the table again");
  }
  if (element->kind != Element::Kind::mapping)
    return table_error(file, describe(*element), "a JSON object", "convert the table again");
  return std::move(*element);
}

const Element* member(const Element& mapping, std::string_view key) {
  for (const Member& one : mapping.members)
    if (one.key == key) return &one.value;
  return nullptr;
}

namespace {

/// The double with the shortest decimal digits of the float: 0.1, not 0.10000000149.
double as_written(float number) {
  if (!std::isfinite(number)) return number;
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  double written = number;
  if (error == std::errc()) std::from_chars(text.data(), end, written);
  return written;
}

static_assert(std::endian::native == std::endian::little, "the bytes are used as they are");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t preamble = 10;  ///< Bytes of magic, version and header length.
constexpr std::uint64_t values_max = std::uint64_t{1} << 30;
constexpr const char* convert =
    "write it again with numpy.save(file, numpy.ascontiguousarray(a, dtype='<f4'))";

/// Text after `'key':` in the header, a Python literal; empty without the key.
std::string_view value_of(std::string_view header, std::string_view key) {
  const std::string quoted = "'" + std::string(key) + "':";
  auto at = header.find(quoted);
  if (at == header.npos) return {};
  header.remove_prefix(at + quoted.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  if (header.starts_with('(')) return header.substr(0, header.find(')') + 1);
  return header.substr(0, header.find_first_of(",}"));
}

/// Reads a shape such as "(512, 100)".
std::optional<std::pair<std::uint64_t, std::uint64_t>> shape_of(std::string_view text) {
  std::uint64_t sizes[2] = {0, 0};
  if (!text.starts_with('(')) return std::nullopt;
  text.remove_prefix(1);
  for (std::uint64_t& size : sizes) {
    while (text.starts_with(' ') || text.starts_with(',')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  while (text.starts_with(' ') || text.starts_with(',')) text.remove_prefix(1);
  if (text != ")") return std::nullopt;
  return std::pair{sizes[0], sizes[1]};
}

/// What the header of a .npy file says.
struct Header {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::size_t number_bytes = 0;
};

Result<Header> read_header(const std::filesystem::path& path, std::string_view header) {
  const std::string_view type = value_of(header, "descr");
  if (type == "'>f4'" || type == "'>f8'")
    return table_error(path, "big-endian floats (" + std::string(type) + ")",
                       "little-endian ones ('<f4' or '<f8')", convert);
  if (type != "'<f4'" && type != "'<f8'")
    return table_error(path, "numbers of the type " + std::string(type.empty() ? "?" : type),
                       "32-bit or 64-bit floats, '<f4' or '<f8'", convert);
  if (const auto order = value_of(header, "fortran_order"); order != "False")
    return table_error(path, "columns one after the other (fortran_order)",
                       "rows one after the other (C order)", convert);
  const auto shape = shape_of(value_of(header, "shape"));
  if (!shape)
    return table_error(path, "the shape " + std::string(value_of(header, "shape")),
                       "a matrix: a row for each configuration, a column for each resource step",
                       "save it as one, with numpy.reshape if need be");
  if (shape->first == 0 || shape->second == 0 || shape->first > values_max / shape->second)
    return table_error(path, "the shape " + std::string(value_of(header, "shape")),
                       "at least one row and one column, and at most 2^30 numbers",
                       "save it again");
  return Header{shape->first, shape->second, type == "'<f4'" ? sizeof(float) : sizeof(double)};
}

}  // namespace

double Matrix::written(std::size_t row, std::size_t column) const {
  return wide_values.empty() ? as_written(values[row * columns + column]) : at(row, column);
}

Result<Matrix> read_npy(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (!in.is_open() || failed)
    return table_error(path, failed ? failed.message() : std::string(std::strerror(errno)),
                       "a .npy file", "check the name, or convert the table again");
  char head[preamble] = {};
  in.read(head, preamble);
  if (in.gcount() != preamble || std::string_view(head, magic.size()) != magic)
    return table_error(path, "bytes that are no .npy file",
                       "NumPy's format 1.0, which begins with \\x93NUMPY", convert);
  if (head[6] != 1 || head[7] != 0)
    return table_error(path,
                       "NumPy's format " + std::to_string(head[6]) + "." + std::to_string(head[7]),
                       "1.0", "write it with numpy.lib.format.write_array(f, a, version=(1, 0))");
  std::uint16_t length = 0;
  std::memcpy(&length, head + 8, sizeof length);
  std::string header(length, ' ');
  in.read(header.data(), length);
  if (in.gcount() != length)
    return table_error(path, "an end of file within the header", "a whole file",
                       "copy or convert it again");
  const auto found = read_header(path, header);
  if (!found) return found.error();
  Matrix matrix{.rows = found->rows, .columns = found->columns};
  const std::uint64_t count = found->rows * found->columns;
  const std::uint64_t bytes = count * found->number_bytes;
  if (size != preamble + length + bytes)
    return table_error(path, std::to_string(size - preamble - length) + " bytes of numbers",
                       std::to_string(bytes) + " for " + std::to_string(found->rows) + " rows of " +
                           std::to_string(found->columns),
                       "it was cut off or changed: copy or convert it again");
  char* into = nullptr;
  if (found->number_bytes == sizeof(double)) {
    matrix.wide_values.resize(count);
    into = reinterpret_cast<char*>(matrix.wide_values.data());
  } else {
    matrix.values.resize(count);
    into = reinterpret_cast<char*>(matrix.values.data());
  }
  in.read(into, static_cast<std::streamsize>(bytes));
  if (static_cast<std::uint64_t>(in.gcount()) != bytes)
    return table_error(path, "an end of file within the numbers", "a whole file",
                       "copy or convert it again");
  return matrix;
}

}  // namespace troupe::actors
