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
  /// What is wanted of an attempt: logs are read at the head only.
  enum class What { checkpoint, logs, everything };
  SourceRef source;
  TrialId trial = 0;
  std::uint32_t attempt = 0;       ///< 0: the one whose checkpoint is the trial's there.
  std::uint32_t next_attempt = 0;  ///< That is to go on from it; 0: none.
  std::string study_folder;        ///< Where it goes.
  What what = What::checkpoint;
  AttemptWriter::Keeping keeping = AttemptWriter::Keeping::cached;
  ManifestBounds bounds{};
  std::uint32_t window = 8;  ///< Pieces on their way.
  /// So that a piece with its header is one frame of a link.
  std::uint32_t chunk_bytes = std::uint32_t{240} << 10;
  Duration silence_max = std::chrono::seconds(60);
  /// Why nothing more may be written under a folder; none: there is room. May be empty.
  std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
};

/// Fetches what an attempt left, and puts it in its place when all of it is here and right. Tells
/// `to` how that ended, and stops. Whatever happens, half of it is never seen.
class Fetch {
 public:
  using Ref = runtime::Ref<Chunk>;

  /// Time to look whether anything came.
  struct Look {
    static constexpr std::string_view wire_name = "FetchLook";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<Look>;

  Fetch(FetchOptions options, runtime::Ref<Fetched> to);

  void started(runtime::Context& self);
  void on(runtime::Context& self, const Chunk& chunk);
  void on(runtime::Context& self, const Look&);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  [[nodiscard]] bool is_here(const Manifest& manifest) const;
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
  std::uint32_t attempt_ = 0;  ///< Whose files they are.

  std::size_t asked_file_ = 0;  ///< The piece to ask for next.
  std::uint64_t asked_offset_ = 0;
  std::uint32_t on_their_way_ = 0;
  std::uint64_t moved_ = 0;
  std::uint64_t moved_at_look_ = 0;
};

}  // namespace troupe::actors
