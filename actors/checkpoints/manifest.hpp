#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/codec_declarations.hpp"
#include "runtime/core/field.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

using schedulers::TrialId;

/// A file, a folder or a symbolic link that an attempt left.
struct ManifestEntry {
  static constexpr std::string_view wire_name = "ManifestEntry";
  enum class Kind { file, folder, link };
  Kind kind = Kind::file;
  std::string path;         ///< From the attempt's folder: "checkpoint/model/weights.bin".
  std::uint32_t mode = 0;   ///< Permissions; of files and folders.
  std::uint64_t bytes = 0;  ///< Of a file.
  std::string target;       ///< Of a link.
  static auto fields(auto& m) {
    return std::tuple{field("kind", m.kind), field("path", m.path), field("mode", m.mode),
                      field("bytes", m.bytes), field("target", m.target)};
  }
  friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(ManifestEntry::Kind) {
  return {"file", "folder", "link"};
}

/// What there is of an attempt of a trial: its published checkpoint, if it is the trial's, and the
/// logs of its program. Folders come before what is in them.
struct Manifest {
  static constexpr std::string_view wire_name = "Manifest";
  TrialId trial = 0;
  std::uint32_t attempt = 0;  ///< 0: the trial has no checkpoint.
  std::vector<ManifestEntry> entries;
  /// The trial has got somewhere, and its checkpoint is lost or deleted.
  bool starts_over = false;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("entries", m.entries), field("starts_over", m.starts_over)};
  }
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// What a manifest of another node may ask for.
struct ManifestBounds {
  std::size_t entries_max = 20'000;
  std::size_t path_bytes_max = 1'024;
  std::size_t depth_max = 32;
  std::uint64_t bytes_max = ~std::uint64_t{0};  ///< Of all files together.
};

inline constexpr std::string_view checkpoint_entry = "checkpoint";

/// Whether an entry belongs to the checkpoint, and not to the logs.
[[nodiscard]] bool of_checkpoint(const ManifestEntry& entry);
[[nodiscard]] bool has_checkpoint(const Manifest& manifest);
[[nodiscard]] std::uint64_t bytes_of(const Manifest& manifest);

/// A path that stays below where it begins, in any file system: relative, no empty part, no "." and
/// no "..".
[[nodiscard]] bool is_tame(std::string_view path);

/// Whether what it lists may be made: a manifest of another node is believed in nothing. Every path
/// is tame and lies in a folder that was listed before, so nothing is written through a link; links
/// lead nowhere outside the checkpoint; logs are the two files that they are.
[[nodiscard]] Result<void> check_manifest(const Manifest& manifest, const ManifestBounds& bounds);

/// What lies in the folder of an attempt; the checkpoint only if `with_checkpoint`, and not if it
/// is empty. Sockets and the like are left out.
[[nodiscard]] Result<std::vector<ManifestEntry>> list_attempt(const std::string& attempt_dir,
                                                              bool with_checkpoint,
                                                              const ManifestBounds& bounds);

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::Manifest>;
}  // namespace troupe::runtime
