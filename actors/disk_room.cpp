#include "actors/disk_room.hpp"

#include <sys/statvfs.h>

namespace troupe::actors {

std::optional<std::string> disk_full_reason(const std::string& folder) {
  struct statvfs disk{};
  if (::statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
  const std::uint64_t free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free_bytes >= disk_reserve_bytes) return std::nullopt;
  constexpr std::uint64_t mib = std::uint64_t{1} << 20;
  return "the disk of " + folder + " is full (" + std::to_string(free_bytes / mib) +
         " MiB are free; " + std::to_string(disk_reserve_bytes / mib) + " MiB are kept in reserve)";
}

}  // namespace troupe::actors
