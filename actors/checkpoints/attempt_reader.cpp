#include "actors/checkpoints/attempt_reader.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "actors/checkpoints/beneath.hpp"
#include "actors/trial/attempt_folder.hpp"

namespace troupe::actors {

Result<Manifest> AttemptReader::manifest(const AskManifest& ask) const {
  const std::uint32_t published = published_attempt(study_folder_, ask.trial);
  Manifest manifest{.trial = ask.trial, .attempt = ask.attempt == 0 ? published : ask.attempt};
  bool with_checkpoint = manifest.attempt == published;
  if (ask.source_max > 0) {
    manifest.starts_over = starts_over(study_folder_, ask.trial, ask.source_max);
    if (published > ask.source_max) {
      manifest.attempt = newest_checkpoint(study_folder_, ask.trial, ask.source_max);
      with_checkpoint = true;
    }
  }
  if (manifest.attempt == 0) return manifest;
  auto entries = list_attempt(attempt_folder(study_folder_, ask.trial, manifest.attempt),
                              with_checkpoint, ManifestBounds{});
  if (!entries) return entries.error();
  manifest.entries = std::move(entries).value();
  return manifest;
}

Result<AttemptReader::Open*> AttemptReader::open(const AskChunk& ask) {
  const auto found = open_.find(ask.to.address());
  if (found != open_.end() && ask.offset > 0) {
    Open& open = found->second;
    if (open.trial == ask.trial && open.attempt == ask.attempt && open.path == ask.path &&
        open.position == ask.offset)
      return &open;
  }
  if (ask.offset > 0)
    return Error{ErrorKind::refused, "a piece of " + ask.path + " out of order, from byte " +
                                         std::to_string(ask.offset)};
  if (!is_safe_relative_path(ask.path))
    return Error{ErrorKind::refused, "'" + ask.path + "' is no path below an attempt's folder"};
  if (found == open_.end() && open_.size() >= clients_max)
    return Error{ErrorKind::exhausted,
                 std::to_string(open_.size()) + " others read here; try again later"};
  const auto root = open_folder(attempt_folder(study_folder_, ask.trial, ask.attempt));
  if (!root) return root.error();
  auto file = open_beneath(*root, ask.path);
  if (!file) return file.error();
  Open& open = open_[ask.to.address()];
  open = Open{ask.trial, ask.attempt, ask.path, std::move(file).value(), 0, ContentHash()};
  return &open;
}

Result<std::string> AttemptReader::read(Open& from, std::uint32_t bytes) const {
  std::string piece(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const auto got = ::read(from.file.get(), piece.data() + have, bytes - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return Error{ErrorKind::io, "cannot read " + from.path + ": " + std::strerror(errno)};
    if (got == 0)
      return Error{ErrorKind::io, from.path + " is shorter than it was: it changed meanwhile"};
    have += static_cast<std::size_t>(got);
  }
  from.position += bytes;
  from.hash.add(piece);
  return piece;
}

Chunk AttemptReader::chunk(const AskChunk& ask) {
  Chunk chunk{.path = ask.path, .offset = ask.offset};
  if (ask.bytes > chunk_bytes_max) {
    chunk.refusal = "a piece of " + std::to_string(ask.bytes) + " bytes; at most " +
                    std::to_string(chunk_bytes_max) + " are given at once";
    return chunk;
  }
  const auto from = open(ask);
  if (!from) {
    chunk.refusal = from.error().what;
    return chunk;
  }
  auto piece = read(**from, ask.bytes);
  if (piece) {
    chunk.bytes = std::move(piece).value();
    if (ask.last) chunk.hash = (*from)->hash.hex();
  } else {
    chunk.refusal = piece.error().what;
  }
  if (ask.last || !chunk.refusal.empty()) forget(ask.to.address());
  return chunk;
}

}  // namespace troupe::actors
