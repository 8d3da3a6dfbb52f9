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

/// A file, a folder or a symbolic link of an attempt.
struct ManifestEntry {
  static constexpr std::string_view wire_name = "ManifestEntry";
  enum class Kind { file, folder, link };
  Kind kind = Kind::file;
  std::string path;         ///< Relative to the attempt's folder: "checkpoint/model/weights.bin".
  std::uint32_t mode = 0;   ///< Permissions of a file or folder.
  std::uint64_t bytes = 0;  ///< Size of a file.
  std::string target;       ///< Target of a link.
  static auto fields(auto& m) {
    return std::tuple{field("kind", m.kind), field("path", m.path), field("mode", m.mode),
                      field("bytes", m.bytes), field("target", m.target)};
  }
  friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(ManifestEntry::Kind) {
  return {"file", "folder", "link"};
}

/// The files of an attempt: its checkpoint if that is the published one of the trial, and the logs
/// of its program. A folder comes before its content.
struct Manifest {
  static constexpr std::string_view wire_name = "Manifest";
  TrialId trial = 0;
  std::uint32_t attempt = 0;  ///< 0: the trial has no published checkpoint.
  std::vector<ManifestEntry> entries;
  /// Whether the trial has made progress, and its checkpoint is lost or deleted.
  bool starts_over = false;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("entries", m.entries), field("starts_over", m.starts_over)};
  }
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// Bounds on a manifest from another node.
struct ManifestBounds {
  std::size_t entries_max = 20'000;
  std::size_t path_bytes_max = 1'024;
  std::size_t depth_max = 32;
  std::uint64_t bytes_max = ~std::uint64_t{0};  ///< Bound on the sum of all files.
};

inline constexpr std::string_view checkpoint_entry = "checkpoint";

/// Whether an entry belongs to the checkpoint, and not to the logs.
[[nodiscard]] bool of_checkpoint(const ManifestEntry& entry);
[[nodiscard]] bool has_checkpoint(const Manifest& manifest);
[[nodiscard]] std::uint64_t bytes_of(const Manifest& manifest);

/// Whether a path stays below the folder that it is relative to: no empty part, no ".", no "..".
[[nodiscard]] bool is_safe_relative_path(std::string_view path);

/// Checks a manifest from another node, which is not trusted. Each path must be a safe relative
/// path in a folder that was listed before it, so that nothing is written through a link. Links
/// must stay inside the checkpoint. Beside the checkpoint only stdout.log and stderr.log may be
/// listed.
[[nodiscard]] Result<void> check_manifest(const Manifest& manifest, const ManifestBounds& bounds);

/// The files of an attempt's folder: logs, and the checkpoint if `with_checkpoint` and if it is not
/// empty. Sockets, pipes and devices are left out.
[[nodiscard]] Result<std::vector<ManifestEntry>> list_attempt(const std::string& attempt_dir,
                                                              bool with_checkpoint,
                                                              const ManifestBounds& bounds);

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::Manifest>;
}  // namespace troupe::runtime
