#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/checkpoints/attempt_writer.hpp"
#include "actors/checkpoints/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::actors {

struct FetchOptions {
  /// Which files of the attempt to fetch.
  enum class What { checkpoint, logs, everything };
  SourceRef source;
  TrialId trial = 0;
  std::uint32_t attempt = 0;     ///< 0: the one whose checkpoint is published at the source.
  std::uint32_t source_max = 0;  ///< See AskManifest.
  std::string study_folder;      ///< Where the files are written.
  What what = What::checkpoint;
  AttemptWriter::Keeping keeping = AttemptWriter::Keeping::cached;
  ManifestBounds bounds{};
  std::uint32_t window = 8;  ///< Number of pieces that are requested and not received.
  /// Size of a piece: with its header it fits one frame of a link.
  std::uint32_t chunk_bytes = std::uint32_t{240} << 10;
  Duration silence_max = std::chrono::seconds(60);
  /// Why nothing more may be written under a folder; none: there is space. May be empty.
  std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
};

/// Fetches the files of an attempt and publishes them once all have come with the right hashes.
/// Sends `to` the result, and stops. A partial transfer is never visible.
class Fetch {
 public:
  using Ref = runtime::Ref<Chunk>;

  /// Time to check whether anything came since the last check.
  struct CheckProgress {
    static constexpr std::string_view wire_name = "CheckProgress";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<CheckProgress>;

  Fetch(FetchOptions options, runtime::Ref<Fetched> to);

  void started(runtime::Context& self);
  void on(runtime::Context& self, const Chunk& chunk);
  void on(runtime::Context& self, const CheckProgress&);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  [[nodiscard]] bool is_published_here(const Manifest& manifest) const;
  void begin(runtime::Context& self, Manifest manifest);
  void ask_more(runtime::Context& self);
  void fail(runtime::Context& self, const Error& error, Fetched::End end);
  void finish(runtime::Context& self, Fetched::End end, const std::string& why);
  [[nodiscard]] std::optional<std::string> disk_full_reason() const;

  FetchOptions options_;
  runtime::Ref<Fetched> to_;
  std::unique_ptr<AttemptWriter> writer_;
  bool over_ = false;
  bool starts_over_ = false;
  std::uint32_t attempt_ = 0;  ///< The attempt whose files come.

  std::size_t asked_file_ = 0;      ///< Index of the file of the next piece to request.
  std::uint64_t asked_offset_ = 0;  ///< Offset of that piece.
  std::uint32_t in_flight_ = 0;     ///< Pieces that are requested and not received.
  std::uint64_t received_ = 0;      ///< Bytes.
  std::uint64_t received_at_check_ = 0;
};

}  // namespace troupe::actors
