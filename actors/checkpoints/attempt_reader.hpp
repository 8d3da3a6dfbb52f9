#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "actors/checkpoints/content_hash.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/address.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// Reads what attempts left in a folder of their study, for whoever asks: manifests, and the pieces
/// of files. One file at a time is open for each asker.
class AttemptReader {
 public:
  explicit AttemptReader(std::string study_folder) : study_folder_(std::move(study_folder)) {}

  [[nodiscard]] Result<Manifest> manifest(const AskManifest& ask) const;
  /// What is wrong with the question, or with the disk, is in the piece.
  [[nodiscard]] Chunk chunk(const AskChunk& ask);
  /// It asks no more.
  void forget(runtime::Address asker) { open_.erase(asker); }

  static constexpr std::uint32_t chunk_bytes_max = std::uint32_t{1} << 20;
  static constexpr std::size_t askers_max = 256;

 private:
  struct Open {
    TrialId trial = 0;
    std::uint32_t attempt = 0;
    std::string path;
    runtime::Descriptor file;
    std::uint64_t position = 0;
    ContentHash hash;
  };

  [[nodiscard]] Result<Open*> open(const AskChunk& ask);
  [[nodiscard]] Result<std::string> read(Open& from, std::uint32_t bytes) const;

  std::string study_folder_;
  std::map<runtime::Address, Open> open_;  ///< By who asks.
};

}  // namespace troupe::actors
