#include "actors/checkpoints/study_token.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

namespace {

std::string path_in(const std::string& folder) {
  return folder + "/.token";
}

}  // namespace

Result<std::string> write_token(const std::string& folder) {
  std::array<unsigned char, 16> bytes{};
  check(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
        "the system has random bytes");
  std::string token;
  for (const unsigned char byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    token += digits[byte >> 4U];
    token += digits[byte & 15U];
  }
  // Not synchronised to the disk: the token is valid only while this head runs.
  const std::string path = path_in(folder);
  const runtime::Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file ||
      ::write(file.get(), token.data(), token.size()) != static_cast<ssize_t>(token.size()))
    return Error{ErrorKind::io, "cannot write " + path + ": " + std::strerror(errno)};
  return token;
}

bool shares_folder(const std::string& folder, const std::string& token) {
  if (token.empty()) return true;
  const runtime::Descriptor file(::open(path_in(folder).c_str(), O_RDONLY | O_CLOEXEC));
  std::string found(token.size() + 1, '\0');
  const auto size = file ? ::read(file.get(), found.data(), found.size()) : -1;
  return size >= 0 && std::string_view(found).substr(0, static_cast<std::size_t>(size)) == token;
}

}  // namespace troupe::actors
