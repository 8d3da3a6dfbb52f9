#include "actors/trial/copy_tree.hpp"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/system_error.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

namespace {

namespace fs = std::filesystem;
using runtime::Descriptor;

Error failed(const char* what, const fs::path& path, int error) {
  return system_error(what, path.string(), error);
}

Result<void> copy_regular(const fs::path& from, const fs::path& to) {
  const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat stat{};
  if (!in || ::fstat(in.get(), &stat) != 0) return failed("read", from, errno);
  const Descriptor out(
      ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, stat.st_mode & 0777));
  if (!out) return failed("write", to, errno);
  constexpr std::size_t step = std::size_t{1} << 30;
  for (bool copied_any = false;; copied_any = true) {
    const auto copied = ::copy_file_range(in.get(), nullptr, out.get(), nullptr, step, 0);
    if (copied > 0) continue;
    if (copied == 0) return {};
    if (errno == EINTR) continue;
    // Some file systems cannot copy inside the kernel.
    const bool may_try = !copied_any && (errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                                         errno == EOPNOTSUPP);
    if (!may_try) return failed("write", to, errno);
    break;
  }
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return failed("write", to, error.value());
  return {};
}

Result<void> copy_entry(const fs::directory_entry& entry, const fs::path& to) {
  std::error_code error;
  const auto status = entry.symlink_status(error);
  if (error) return failed("read", entry.path(), error.value());
  if (fs::is_directory(status)) return copy_tree(entry.path().string(), to.string());
  if (fs::is_regular_file(status)) return copy_regular(entry.path(), to);
  if (fs::is_symlink(status)) {
    fs::copy_symlink(entry.path(), to, error);
    if (error) return failed("write", to, error.value());
  }
  return {};
}

}  // namespace

Result<void> copy_tree(const std::string& from, const std::string& to) {
  if (::mkdir(to.c_str(), 0777) != 0) return failed("make", to, errno);
  std::error_code error;
  fs::directory_iterator entries(from, error);
  if (error) return failed("read", from, error.value());
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    if (error) break;
    if (auto copied = copy_entry(*entries, fs::path(to) / entries->path().filename()); !copied)
      return copied;
  }
  if (error) return failed("read", from, error.value());
  return {};
}

}  // namespace troupe::actors
