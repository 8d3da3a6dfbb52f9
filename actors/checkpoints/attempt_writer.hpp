#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/checkpoints/content_hash.hpp"
#include "actors/checkpoints/manifest.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// Makes what a manifest lists, in a folder of its own beside the attempt's:
///
///     trials/0007/attempt-2.partial/{checkpoint/,stdout.log,stderr.log}
///
/// `publish` moves it to its place, once all is there and every hash was right. What is not
/// published is removed with the writer.
class AttemptWriter {
 public:
  /// A node can fetch again what its machine loses; nobody can give it to the head again.
  enum class Keeping { cached, durable };

  /// Makes folders, links and empty files. The manifest was checked.
  static Result<std::unique_ptr<AttemptWriter>> begin(const std::string& study_folder,
                                                      Manifest manifest, Keeping keeping);
  AttemptWriter(const AttemptWriter&) = delete;
  AttemptWriter& operator=(const AttemptWriter&) = delete;
  ~AttemptWriter();

  /// What is still to come, in this order; the files that are not empty.
  [[nodiscard]] const std::vector<ManifestEntry>& files() const { return files_; }
  /// The next piece. `refused`: it is not that, or the file is not what it should be.
  Result<void> take(const Chunk& chunk);
  [[nodiscard]] bool complete() const { return at_ == files_.size(); }
  /// All at its place; the checkpoint, if there is one, is the trial's from now on.
  Result<void> publish();

 private:
  AttemptWriter(const std::string& study_folder, Manifest manifest, Keeping keeping);

  Result<void> make_empty();
  Result<void> open_next();
  Result<void> write(std::string_view bytes);
  Result<void> close_file(const ManifestEntry& entry);
  Result<void> settle_folders();

  std::string study_folder_;
  std::string attempt_dir_;
  std::string partial_;  ///< Empty: it was published.
  Manifest manifest_;
  Keeping keeping_;
  std::vector<ManifestEntry> files_;
  runtime::Descriptor root_;

  std::size_t at_ = 0;  ///< The file that is being written.
  runtime::Descriptor file_;
  std::uint64_t position_ = 0;
  std::uint64_t handed_over_ = 0;  ///< Bytes that the disk was told to write.
  std::optional<ContentHash> hash_;
};

}  // namespace troupe::actors
