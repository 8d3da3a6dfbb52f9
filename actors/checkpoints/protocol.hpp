#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/checkpoints/manifest.hpp"
#include "runtime/codec_declarations.hpp"
#include "runtime/core/field.hpp"
#include "runtime/ref.hpp"

// How the checkpoint of a trial moves between a node with a folder of its own and its head. The
// side that wants it pulls: it asks for the manifest, then for the files, piece by piece, with a
// bounded number of pieces on the way. The same in both directions.

namespace troupe::actors {

/// What there is of an attempt.
struct AskManifest {
  static constexpr std::string_view wire_name = "AskManifest";
  using Reply = Manifest;
  TrialId trial = 0;
  std::uint32_t attempt = 0;  ///< 0: the one whose checkpoint is the trial's.
  /// The attempt that is to go on from it; 0: none. Decides `starts_over`.
  std::uint32_t next_attempt = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("next_attempt", m.next_attempt)};
  }
};

/// A piece of a file. The pieces of one file come in order, from its beginning.
struct Chunk {
  static constexpr std::string_view wire_name = "Chunk";
  static constexpr bool bulk = true;  ///< Reports and heartbeats do not wait behind it.
  std::string path;
  std::uint64_t offset = 0;
  std::string bytes;
  std::string hash;     ///< With the last piece: of the whole file.
  std::string refusal;  ///< Not empty: why there is none.
  static auto fields(auto& m) {
    return std::tuple{field("path", m.path), field("offset", m.offset), field("bytes", m.bytes),
                      field("hash", m.hash), field("refusal", m.refusal)};
  }
};

/// Answered by a Chunk to `to`. Whoever asks asks for the pieces of a file in order.
struct AskChunk {
  static constexpr std::string_view wire_name = "AskChunk";
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  std::string path;
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  bool last = false;  ///< The file ends here: its hash is wanted.
  runtime::Ref<Chunk> to;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial),   field("attempt", m.attempt), field("path", m.path),
                      field("offset", m.offset), field("bytes", m.bytes),     field("last", m.last),
                      field("to", m.to)};
  }
};

using SourceRef = runtime::Ref<AskManifest, AskChunk>;

/// These trials are done: nobody goes on from what a node has of them.
struct ForgetTrials {
  static constexpr std::string_view wire_name = "ForgetTrials";
  std::vector<TrialId> trials;
  static auto fields(auto& m) { return std::tuple{field("trials", m.trials)}; }
};

using ReplicaRef = runtime::Ref<AskManifest, AskChunk, ForgetTrials>;

/// The answer to OfferAttempt.
struct AttemptTaken {
  static constexpr std::string_view wire_name = "AttemptTaken";
  enum class Result {
    taken,
    later,    ///< It may be offered again.
    no_room,  ///< The disk is full, or fails; it may be offered again.
    refused,  ///< It is not of this study, or cannot be taken.
  };
  Result result = Result::taken;
  std::string why;
  static auto fields(auto& m) { return std::tuple{field("result", m.result), field("why", m.why)}; }
};
constexpr std::array<std::string_view, 4> enum_names(AttemptTaken::Result) {
  return {"taken", "later", "no_room", "refused"};
}

/// A node has what an attempt left; the head fetches it. Answered once it is there.
struct OfferAttempt {
  static constexpr std::string_view wire_name = "OfferAttempt";
  using Reply = AttemptTaken;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  ReplicaRef source;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("source", m.source)};
  }
};

/// What a head's store of checkpoints accepts from nodes.
using StoreRef = runtime::Ref<AskManifest, AskChunk, OfferAttempt>;

/// How a fetch ended. For the actor that started it.
struct Fetched {
  static constexpr std::string_view wire_name = "Fetched";
  static constexpr bool local_only = true;
  enum class End {
    done,
    source_gone,  ///< Or it went silent.
    bad,          ///< What it sent is not what it said, or was refused by either side.
    disk,         ///< What came cannot be written.
  };
  TrialId trial = 0;
  std::uint32_t attempt = 0;  ///< Whose checkpoint is there now; 0: there is none to have.
  End end = End::done;
  std::string why;
  std::uint64_t bytes = 0;  ///< That were moved.
  bool starts_over = false;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("end", m.end),     field("why", m.why),
                      field("bytes", m.bytes), field("starts_over", m.starts_over)};
  }
};
constexpr std::array<std::string_view, 4> enum_names(Fetched::End) {
  return {"done", "source_gone", "bad", "disk"};
}

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::AskManifest>;
extern template struct WireCodec<actors::AskChunk>;
extern template struct WireCodec<actors::Chunk>;
extern template struct WireCodec<actors::ForgetTrials>;
extern template struct WireCodec<actors::AttemptTaken>;
extern template struct WireCodec<actors::OfferAttempt>;
}  // namespace troupe::runtime
