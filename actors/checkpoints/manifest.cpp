#include "actors/checkpoints/manifest.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include <sys/stat.h>

namespace troupe::actors {

namespace {

namespace fs = std::filesystem;
using Kind = ManifestEntry::Kind;

constexpr std::array<std::string_view, 2> logs{"stdout.log", "stderr.log"};
/// Drops set-user-ID and similar bits: a file must not grant its owner's rights on another node.
constexpr std::uint32_t mode_mask = 0777;

Error refused(std::string what) {
  return {ErrorKind::refused, std::move(what)};
}

Error cannot_read(const std::string& path, int error = errno) {
  return {ErrorKind::io, "cannot read " + path + ": " + std::strerror(error)};
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == path.npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

/// Whether the target of a link stays inside the checkpoint. ".." may stand at its beginning only;
/// a later part that is itself a link was checked in the same way.
bool leads_inside(const ManifestEntry& link) {
  if (link.target.empty() || link.target.find('\0') != std::string::npos) return false;
  const auto parts = parts_of(link.target);
  const auto down = std::ranges::find_if(parts, [](auto part) { return part != ".."; });
  const auto up = static_cast<std::size_t>(down - parts.begin());
  const std::size_t depth = parts_of(link.path).size() - 2;  // Folders between it and the root.
  if (up > depth) return false;
  return std::all_of(down, parts.end(),
                     [](auto part) { return !part.empty() && part != "." && part != ".."; });
}

Result<void> check_entry(const ManifestEntry& entry, const std::set<std::string_view>& folders,
                         const ManifestBounds& bounds) {
  if (entry.path.size() > bounds.path_bytes_max || entry.target.size() > bounds.path_bytes_max)
    return refused("a path of " + std::to_string(entry.path.size()) + " bytes; at most " +
                   std::to_string(bounds.path_bytes_max) + " are expected");
  if (!is_safe_relative_path(entry.path))
    return refused("the path '" + entry.path + "'; expected one below the attempt's folder");
  if (parts_of(entry.path).size() > bounds.depth_max)
    return refused("'" + entry.path + "' lies deeper than " + std::to_string(bounds.depth_max) +
                   " folders");
  const std::string_view folder = folder_of(entry.path);
  if (folder.empty()) {
    const bool log = entry.kind == Kind::file && std::ranges::find(logs, entry.path) != logs.end();
    const bool root = entry.kind == Kind::folder && entry.path == checkpoint_entry;
    if (log || root) return {};
    return refused("'" + entry.path + "' beside the checkpoint; expected stdout.log or stderr.log");
  }
  if (!folders.contains(folder))
    return refused("'" + entry.path + "', but no folder '" + std::string(folder) + "' before it");
  if (entry.kind == Kind::link && !leads_inside(entry))
    return refused("the link '" + entry.path + "' to '" + entry.target +
                   "'; a link must lead to something in the checkpoint, by a relative path");
  return {};
}

}  // namespace

bool of_checkpoint(const ManifestEntry& entry) {
  return entry.path == checkpoint_entry ||
         (entry.path.starts_with(checkpoint_entry) && entry.path[checkpoint_entry.size()] == '/');
}

bool has_checkpoint(const Manifest& manifest) {
  return std::ranges::any_of(manifest.entries, of_checkpoint);
}

std::uint64_t bytes_of(const Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const ManifestEntry& entry : manifest.entries)
    sum = entry.bytes > ~sum ? ~std::uint64_t{0} : sum + entry.bytes;
  return sum;
}

bool is_safe_relative_path(std::string_view path) {
  if (path.find('\0') != path.npos) return false;
  return std::ranges::none_of(
      parts_of(path), [](auto part) { return part.empty() || part == "." || part == ".."; });
}

Result<void> check_manifest(const Manifest& manifest, const ManifestBounds& bounds) {
  const auto of = [&] {
    return "the manifest of trial " + std::to_string(manifest.trial) + ", attempt " +
           std::to_string(manifest.attempt) + ", has ";
  };
  if (manifest.entries.size() > bounds.entries_max)
    return refused(of() + std::to_string(manifest.entries.size()) + " entries; at most " +
                   std::to_string(bounds.entries_max) + " are expected");
  std::set<std::string_view> seen;
  std::set<std::string_view> folders;
  for (const ManifestEntry& entry : manifest.entries) {
    if (auto good = check_entry(entry, folders, bounds); !good)
      return refused(of() + good.error().what);
    if (!seen.insert(entry.path).second) return refused(of() + "'" + entry.path + "' twice");
    if (entry.kind == Kind::folder) folders.insert(entry.path);
  }
  if (const auto bytes = bytes_of(manifest); bytes > bounds.bytes_max)
    return refused(of() + std::to_string(bytes) + " bytes; at most " +
                   std::to_string(bounds.bytes_max) + " are expected");
  return {};
}

namespace {

/// Appends the entry of `path`, relative to `root`, and of everything below it.
Result<void> list(const std::string& root, const std::string& path, const ManifestBounds& bounds,
                  std::vector<ManifestEntry>& entries) {
  const std::string full = root + "/" + path;
  struct stat stat{};
  if (::lstat(full.c_str(), &stat) != 0) return cannot_read(full);
  if (!S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode) && !S_ISLNK(stat.st_mode)) return {};
  if (entries.size() >= bounds.entries_max)
    return Error{ErrorKind::exhausted, "a checkpoint of more than " +
                                           std::to_string(bounds.entries_max) +
                                           " files cannot be moved to another node: " + root};
  ManifestEntry& entry = entries.emplace_back();
  entry.path = path;
  entry.mode = stat.st_mode & mode_mask;
  std::error_code error;
  if (S_ISREG(stat.st_mode)) {
    entry.bytes = static_cast<std::uint64_t>(stat.st_size);
    return {};
  }
  if (S_ISLNK(stat.st_mode)) {
    entry.kind = Kind::link;
    entry.mode = 0;
    entry.target = fs::read_symlink(full, error).string();
    if (error) return cannot_read(full, error.value());
    return {};
  }
  entry.kind = Kind::folder;
  std::vector<std::string> names;
  for (fs::directory_iterator each(full, error), end; !error && each != end; each.increment(error))
    names.push_back(each->path().filename().string());
  if (error) return cannot_read(full, error.value());
  std::ranges::sort(names);
  for (const std::string& name : names)
    if (auto listed = list(root, path + "/" + name, bounds, entries); !listed) return listed;
  return {};
}

}  // namespace

Result<std::vector<ManifestEntry>> list_attempt(const std::string& attempt_dir,
                                                bool with_checkpoint,
                                                const ManifestBounds& bounds) {
  std::vector<ManifestEntry> entries;
  for (const std::string_view log : logs) {
    struct stat stat{};
    const std::string name(log);
    if (::lstat((attempt_dir + "/" + name).c_str(), &stat) != 0 || !S_ISREG(stat.st_mode)) continue;
    entries.push_back(ManifestEntry{.path = name,
                                    .mode = stat.st_mode & mode_mask,
                                    .bytes = static_cast<std::uint64_t>(stat.st_size)});
  }
  if (!with_checkpoint) return entries;
  const std::size_t logs_listed = entries.size();
  if (auto listed = list(attempt_dir, std::string(checkpoint_entry), bounds, entries); !listed)
    return listed.error();
  if (entries.size() == logs_listed + 1) entries.pop_back();  // Empty.
  return entries;
}

}  // namespace troupe::actors
