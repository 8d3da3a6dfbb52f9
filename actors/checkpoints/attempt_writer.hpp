#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/checkpoints/manifest.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "actors/content_hash.hpp"
#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// Writes the files that a manifest lists to a folder beside the attempt's:
///
///     trials/0007/attempt-2.partial/{checkpoint/,stdout.log,stderr.log}
///
/// `publish` moves them to their place once all have come with the right hashes. The destructor
/// removes what was not published.
class AttemptWriter {
 public:
  /// Whether files are synchronised to the disk. A node can fetch again what its machine loses; the
  /// head cannot.
  enum class Keeping { cached, durable };

  /// Makes folders, links and empty files. `manifest` must have passed check_manifest.
  static Result<std::unique_ptr<AttemptWriter>> begin(const std::string& study_folder,
                                                      Manifest manifest, Keeping keeping);
  AttemptWriter(const AttemptWriter&) = delete;
  AttemptWriter& operator=(const AttemptWriter&) = delete;
  ~AttemptWriter();

  /// The files that are not empty, in the order in which their pieces are expected.
  [[nodiscard]] const std::vector<ManifestEntry>& files() const { return files_; }
  /// Writes the next piece. Error `refused`: it is another piece, or the file has the wrong hash.
  Result<void> take(const Chunk& chunk);
  [[nodiscard]] bool complete() const { return at_ == files_.size(); }
  /// Moves all files to their place, and publishes the checkpoint if there is one.
  Result<void> publish();

 private:
  AttemptWriter(const std::string& study_folder, Manifest manifest, Keeping keeping);

  Result<void> make_empty();
  Result<void> open_next();
  Result<void> write(std::string_view bytes);
  Result<void> close_file(const ManifestEntry& entry);
  Result<void> sync_folders();

  std::string study_folder_;
  std::string attempt_dir_;
  std::string partial_;  ///< The folder that is written; empty once it was published.
  Manifest manifest_;
  Keeping keeping_;
  std::vector<ManifestEntry> files_;
  runtime::Descriptor root_;

  std::size_t at_ = 0;  ///< Index in `files_` of the file that is being written.
  runtime::Descriptor file_;
  std::uint64_t position_ = 0;
  std::uint64_t flushed_ = 0;  ///< Bytes of the file whose write-back was started.
  std::optional<ContentHash> hash_;
};

}  // namespace troupe::actors
