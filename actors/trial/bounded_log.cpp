#include "actors/trial/bounded_log.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/checkpoints/beneath.hpp"
#include "actors/system_error.hpp"
#include "actors/write_all.hpp"

namespace troupe::actors {
namespace {

constexpr std::string_view line_ends = "\n\r";

Error cannot_write(const std::string& path) {
  return system_error("write", path, errno);
}

/// The kept lines of `text`, each with a line feed.
std::string kept_lines(std::string_view text, const IsKept& is_kept) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(line_ends), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && line != log_gap && is_kept && is_kept(line))
      kept.append(line).append(1, '\n');
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return kept;
}

}  // namespace

std::string shortened_log(std::string_view log, std::size_t part, const IsKept& is_kept) {
  if (log.size() <= 2 * part) return std::string(log);
  const std::size_t last_end = log.substr(0, part).find_last_of(line_ends);
  const std::size_t head = last_end == log.npos ? part : last_end + 1;
  const std::size_t next_end = log.find_first_of(line_ends, log.size() - part);
  const std::size_t tail = next_end == log.npos ? log.size() - part : next_end + 1;
  std::string shorter(log.substr(0, head));
  if (last_end == log.npos) shorter += '\n';
  shorter.append(log_gap).append(1, '\n');
  shorter += kept_lines(log.substr(head, tail - head), is_kept);
  shorter += log.substr(tail);
  return shorter;
}

BoundedLog::BoundedLog(std::string root, std::string path, std::uint64_t bytes_max, IsKept is_kept)
    : root_(std::move(root)),
      path_(std::move(path)),
      bytes_max_(bytes_max),
      is_kept_(std::move(is_kept)),
      shortened_at_(bytes_max) {}

Result<void> BoundedLog::append(std::string_view bytes) {
  if (!file_)
    if (auto opened = open(); !opened) return opened;
  if (!write_all(file_.get(), bytes)) return cannot_write(path_);
  size_ += bytes.size();
  return bytes_max_ > 0 && size_ >= shortened_at_ ? shorten() : Result<void>();
}

Result<void> BoundedLog::open() {
  auto file = open_within(root_, path_, O_APPEND);
  if (!file) return file.error();
  file_ = std::move(file).value();
  struct stat now{};
  if (::fstat(file_.get(), &now) != 0) return cannot_write(path_);
  size_ = static_cast<std::uint64_t>(now.st_size);
  return {};
}

Result<void> BoundedLog::shorten() {
  std::ifstream in(path_, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  const std::string shorter =
      shortened_log(whole, static_cast<std::size_t>(bytes_max_ / 4), is_kept_);
  // After a failure, and where most lines are kept, the file may double first.
  shortened_at_ = 2 * size_;
  const std::string unpublished = path_ + ".new";
  if (auto removed = remove_within(root_, unpublished); !removed) return removed;
  auto file = open_within(root_, unpublished, O_APPEND | O_EXCL);
  if (!file) return file.error();
  if (!write_all(file->get(), shorter)) return cannot_write(unpublished);
  if (auto renamed = rename_within(root_, unpublished, path_); !renamed) return renamed;
  file_ = std::move(file).value();
  size_ = shorter.size();
  shortened_at_ = size_ <= bytes_max_ / 4 * 3 ? bytes_max_ : 2 * size_;
  return {};
}

}  // namespace troupe::actors
