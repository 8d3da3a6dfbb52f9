#include "runtime/process/execution_problem.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/process/descriptor.hpp"

namespace troupe::runtime {

namespace {

constexpr std::size_t first_line_max = 256;  ///< Bytes; Linux reads no more of a first line.
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The first line of the file, with its line end; cut off at `first_line_max`.
std::string first_line(const std::string& path) {
  std::array<char, first_line_max> bytes{};
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const ssize_t size = file ? ::read(file.get(), bytes.data(), bytes.size()) : 0;
  const std::string_view text(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return std::string(
      text.substr(0, text.find('\n') == text.npos ? text.npos : text.find('\n') + 1));
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t start = line.find_first_not_of(" \t\r\n");
    if (start == line.npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t\r\n", start), line.size());
    words.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
  return words;
}

bool exists(const std::string& path) {
  struct stat file{};
  return ::stat(path.c_str(), &file) == 0;
}

/// The problem of the interpreter that a first line "#!..." names.
std::optional<std::string> interpreter_problem(std::string_view line,
                                               std::string_view search_path) {
  const auto words = words_of(line.substr(2));
  if (words.empty()) return "its first line names no interpreter behind #!";
  const std::string interpreter(words.front());
  if (!exists(interpreter))
    return "its interpreter " + interpreter + " (in its first line) does not exist";
  if (!interpreter.ends_with("/env")) return std::nullopt;
  const auto found = std::find_if(words.begin() + 1, words.end(), [](std::string_view word) {
    return !word.starts_with('-') && word.find('=') == word.npos;
  });
  if (found == words.end()) return std::nullopt;
  const auto paths = executable_paths(std::string(*found), search_path);
  if (std::ranges::any_of(paths, exists)) return std::nullopt;
  return "its interpreter " + std::string(*found) + " (in its first line) is not on the PATH";
}

}  // namespace

bool has_crlf_line(const std::string& path) {
  return first_line(path).ends_with("\r\n");
}

std::vector<std::string> executable_paths(const std::string& program,
                                          std::string_view search_path) {
  if (program.find('/') != std::string::npos) return {program};
  std::vector<std::string> out;
  while (!search_path.empty()) {
    const auto folder = search_path.substr(0, search_path.find(':'));
    if (!folder.empty()) out.push_back(std::string(folder) + "/" + program);
    search_path.remove_prefix(std::min(search_path.size(), folder.size() + 1));
  }
  return out;
}

std::string path_from(const std::string& folder, const std::string& path) {
  if (path.starts_with('/') || folder.empty()) return path;
  return folder + "/" + (path.starts_with("./") ? path.substr(2) : path);
}

std::optional<std::string> execution_problem(const std::string& path,
                                             std::string_view search_path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) return std::nullopt;
  if (S_ISDIR(file.st_mode)) return "it is a folder";
  if (::access(path.c_str(), X_OK) != 0)
    return "the file is not executable; make it so with chmod +x " + path;
  const std::string line = first_line(path);
  if (line.starts_with(byte_order_mark) && line.substr(byte_order_mark.size()).starts_with("#!"))
    return "a byte order mark stands before #! in its first line; remove it";
  if (!line.starts_with("#!")) return std::nullopt;
  if (line.ends_with("\r\n"))
    return "its first line ends with CRLF, the line end of Windows, which becomes part of the "
           "interpreter's name; convert the file with sed -i 's/\\r$//' " +
           path;
  return interpreter_problem(line, search_path);
}

}  // namespace troupe::runtime
