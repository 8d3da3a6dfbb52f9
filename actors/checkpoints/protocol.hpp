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

// How checkpoints and logs are transferred between a node with a folder of its own and the head.
// The receiver pulls, in both directions: it asks for the manifest, then for the files in pieces,
// with a bounded number of pieces in flight.

namespace troupe::actors {

/// Asks for the manifest of an attempt.
struct AskManifest {
  static constexpr std::string_view wire_name = "AskManifest";
  using Reply = Manifest;
  TrialId trial = 0;
  std::uint32_t attempt = 0;  ///< 0: the one whose checkpoint is published.
  /// For an attempt that is to resume: the checkpoint of an attempt up to this one is wanted, and
  /// Manifest::starts_over; 0: no attempt is to resume.
  std::uint32_t source_max = 0;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("source_max", m.source_max)};
  }
};

/// A piece of a file. The pieces of a file come in order, from its beginning.
struct Chunk {
  static constexpr std::string_view wire_name = "Chunk";
  static constexpr bool bulk = true;  ///< Sent on the lane, so that reports need not wait for it.
  std::string path;
  std::uint64_t offset = 0;
  std::string bytes;
  std::string hash;     ///< In the last piece: the hash of the whole file.
  std::string refusal;  ///< Why the piece is not sent; empty if it is.
  static auto fields(auto& m) {
    return std::tuple{field("path", m.path), field("offset", m.offset), field("bytes", m.bytes),
                      field("hash", m.hash), field("refusal", m.refusal)};
  }
};

/// Asks for a piece of a file, to be sent to `to`. The pieces of a file are asked for in order.
struct AskChunk {
  static constexpr std::string_view wire_name = "AskChunk";
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  std::string path;
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  bool last = false;  ///< Whether the file ends with this piece: its hash is wanted.
  runtime::Ref<Chunk> to;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial),   field("attempt", m.attempt), field("path", m.path),
                      field("offset", m.offset), field("bytes", m.bytes),     field("last", m.last),
                      field("to", m.to)};
  }
};

using SourceRef = runtime::Ref<AskManifest, AskChunk>;

/// Tells a node to delete its checkpoints of these trials, which are finished.
struct ForgetTrials {
  static constexpr std::string_view wire_name = "ForgetTrials";
  std::vector<TrialId> trials;
  static auto fields(auto& m) { return std::tuple{field("trials", m.trials)}; }
};

/// The files of a node with a folder of its own.
using ReplicaRef = runtime::Ref<AskManifest, AskChunk, ForgetTrials>;

/// The answer to OfferAttempt and to UploadAttempt.
struct UploadReply {
  static constexpr std::string_view wire_name = "UploadReply";
  enum class Result {
    taken,
    later,    ///< The attempt may be offered again.
    no_room,  ///< The disk is full, or has failed; the attempt may be offered again.
    refused,  ///< The attempt is not of this study, or cannot be stored.
  };
  Result result = Result::taken;
  std::string why;
  static auto fields(auto& m) { return std::tuple{field("result", m.result), field("why", m.why)}; }
};
constexpr std::array<std::string_view, 4> enum_names(UploadReply::Result) {
  return {"taken", "later", "no_room", "refused"};
}

/// Offers the head the files of an attempt, for the head to fetch. Answered once they are there.
struct OfferAttempt {
  static constexpr std::string_view wire_name = "OfferAttempt";
  using Reply = UploadReply;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  ReplicaRef source;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("source", m.source)};
  }
};

/// The answer to an OfferAttempt that was told, not asked. Sent to its `source`.
struct OfferAnswered {
  static constexpr std::string_view wire_name = "OfferAnswered";
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  UploadReply taken;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("attempt", m.attempt),
                      field("taken", m.taken)};
  }
};

/// The checkpoint store of a head, as nodes use it.
using StoreRef = runtime::Ref<AskManifest, AskChunk, OfferAttempt>;

/// The result of a Fetch, for the actor that started it.
struct Fetched {
  static constexpr std::string_view wire_name = "Fetched";
  static constexpr bool local_only = true;
  enum class End {
    done,
    source_gone,  ///< The source is gone, or sent nothing for too long.
    bad,          ///< The files do not match their manifest, or either side refused them.
    disk,         ///< The files could not be written.
  };
  TrialId trial = 0;
  std::uint32_t attempt = 0;  ///< The attempt whose checkpoint is there now; 0: none exists.
  End end = End::done;
  std::string why;
  std::uint64_t bytes = 0;   ///< Number of bytes that were transferred.
  bool starts_over = false;  ///< As in Manifest.
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
extern template struct WireCodec<actors::UploadReply>;
extern template struct WireCodec<actors::OfferAttempt>;
extern template struct WireCodec<actors::OfferAnswered>;
}  // namespace troupe::runtime
