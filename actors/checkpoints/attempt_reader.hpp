#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "actors/checkpoints/protocol.hpp"
#include "actors/content_hash.hpp"
#include "runtime/address.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// Serves the files of attempts in a study's folder: manifests, and files in pieces. One file at a
/// time is open for each client.
class AttemptReader {
 public:
  explicit AttemptReader(std::string study_folder) : study_folder_(std::move(study_folder)) {}

  [[nodiscard]] Result<Manifest> manifest(const AskManifest& ask) const;
  /// The piece that is asked for. Errors of the request or of the disk are in `Chunk::refusal`.
  [[nodiscard]] Chunk chunk(const AskChunk& ask);
  /// Closes the file of a client that is gone.
  void forget(runtime::Address client) { open_.erase(client); }

  static constexpr std::uint32_t chunk_bytes_max = std::uint32_t{1} << 20;
  static constexpr std::size_t clients_max = 256;

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
  std::map<runtime::Address, Open> open_;  ///< By client.
};

}  // namespace troupe::actors
