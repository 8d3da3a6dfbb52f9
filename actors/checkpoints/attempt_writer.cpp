#include "actors/checkpoints/attempt_writer.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/checkpoints/beneath.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "actors/write_all.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

namespace {

using Kind = ManifestEntry::Kind;

/// Write-back is started for each so many bytes, so that the final fdatasync has little to wait
/// for.
constexpr std::uint64_t flush_step_bytes = std::uint64_t{4} << 20;

Error failed(const char* what, const std::string& path, int error = errno) {
  return {ErrorKind::io, std::string("cannot ") + what + " " + path + ": " + std::strerror(error)};
}

Result<void> sync_folder(const std::string& path) {
  const auto folder = open_folder(path);
  if (!folder) return folder.error();
  if (::fsync(folder->get()) != 0) return failed("write", path);
  return {};
}

}  // namespace

AttemptWriter::AttemptWriter(const std::string& study_folder, Manifest manifest, Keeping keeping)
    : study_folder_(study_folder),
      attempt_dir_(attempt_folder(study_folder, manifest.trial, manifest.attempt)),
      partial_(attempt_dir_ + ".partial"),
      manifest_(std::move(manifest)),
      keeping_(keeping) {}

AttemptWriter::~AttemptWriter() {
  if (!partial_.empty()) (void)remove_within(study_folder_, partial_);
}

Result<std::unique_ptr<AttemptWriter>> AttemptWriter::begin(const std::string& study_folder,
                                                            Manifest manifest, Keeping keeping) {
  std::unique_ptr<AttemptWriter> writer(
      new AttemptWriter(study_folder, std::move(manifest), keeping));
  if (auto removed = remove_within(study_folder, writer->partial_); !removed)
    return removed.error();
  if (auto made = make_folders_within(study_folder, writer->partial_); !made) return made.error();
  auto root = open_folder(writer->partial_);
  if (!root) return root.error();
  writer->root_ = std::move(root).value();
  if (auto made = writer->make_empty(); !made) return made.error();
  if (auto opened = writer->open_next(); !opened) return opened.error();
  return writer;
}

Result<void> AttemptWriter::make_empty() {
  for (const ManifestEntry& entry : manifest_.entries) {
    Result<void> made;
    if (entry.kind == Kind::folder) {
      made = make_folder_beneath(root_, entry.path);
    } else if (entry.kind == Kind::link) {
      made = make_link_beneath(root_, entry.path, entry.target);
    } else if (entry.bytes > 0) {
      files_.push_back(entry);
    } else if (auto file = create_beneath(root_, entry.path, entry.mode); !file) {
      made = file.error();
    }
    if (!made) return made;
  }
  return {};
}

Result<void> AttemptWriter::open_next() {
  if (complete()) return {};
  auto file = create_beneath(root_, files_[at_].path, files_[at_].mode);
  if (!file) return file.error();
  file_ = std::move(file).value();
  position_ = flushed_ = 0;
  hash_.emplace();
  return {};
}

Result<void> AttemptWriter::write(std::string_view bytes) {
  hash_->add(bytes);
  if (!write_all(file_.get(), bytes)) return failed("write", partial_ + "/" + files_[at_].path);
  position_ += bytes.size();
  if (keeping_ == Keeping::durable && position_ - flushed_ >= flush_step_bytes) {
    // Starts write-back only. Where it fails, the final fdatasync takes longer.
    (void)::sync_file_range(file_.get(), static_cast<off_t>(flushed_),
                            static_cast<off_t>(position_ - flushed_), SYNC_FILE_RANGE_WRITE);
    flushed_ = position_;
  }
  return {};
}

Result<void> AttemptWriter::take(const Chunk& chunk) {
  if (!chunk.refusal.empty()) return Error{ErrorKind::refused, chunk.refusal};
  if (complete() || chunk.path != files_[at_].path || chunk.offset != position_)
    return Error{ErrorKind::refused, "a piece of '" + chunk.path + "' from byte " +
                                         std::to_string(chunk.offset) + " that was not due"};
  const ManifestEntry& entry = files_[at_];
  if (chunk.bytes.empty() || chunk.bytes.size() > entry.bytes - position_)
    return Error{ErrorKind::refused, "a piece of " + std::to_string(chunk.bytes.size()) +
                                         " bytes of '" + chunk.path + "', of which " +
                                         std::to_string(entry.bytes - position_) + " are missing"};
  if (auto written = write(chunk.bytes); !written) return written;
  if (position_ < entry.bytes) return {};
  if (chunk.hash != hash_->hex())
    return Error{ErrorKind::refused,
                 "'" + entry.path + "' arrived as something else: its hash is " + hash_->hex() +
                     "; expected " + (chunk.hash.empty() ? "one at all" : chunk.hash)};
  if (auto closed = close_file(entry); !closed) return closed;
  ++at_;
  return open_next();
}

Result<void> AttemptWriter::close_file(const ManifestEntry& entry) {
  if (::fchmod(file_.get(), entry.mode) != 0) return failed("write", entry.path);
  if (keeping_ == Keeping::durable && ::fdatasync(file_.get()) != 0)
    return failed("write", entry.path);
  file_.reset();
  return {};
}

/// Sets the final modes and synchronises, the deepest folder first: a final mode may forbid
/// writing.
Result<void> AttemptWriter::sync_folders() {
  for (auto entry = manifest_.entries.rbegin(); entry != manifest_.entries.rend(); ++entry)
    if (entry->kind == Kind::folder)
      if (auto settled = sync_folder_beneath(root_, entry->path, entry->mode); !settled)
        return settled;
  return {};
}

Result<void> AttemptWriter::publish() {
  check(complete(), "what is published is complete");
  if (auto settled = sync_folders(); !settled) return settled;
  if (auto made = make_folders_within(study_folder_, attempt_dir_); !made) return made;
  const bool published = published_attempt(study_folder_, manifest_.trial) == manifest_.attempt;
  for (const ManifestEntry& entry : manifest_.entries) {
    if (entry.path.find('/') != std::string::npos) continue;
    // The same checkpoint was published before, and the answer was lost. It may be in use: it
    // stays.
    if (published && entry.path == checkpoint_entry) continue;
    const std::string target = attempt_dir_ + "/" + entry.path;
    if (auto removed = remove_within(study_folder_, target); !removed) return removed;
    if (auto moved = rename_within(study_folder_, partial_ + "/" + entry.path, target); !moved)
      return moved;
  }
  if (keeping_ == Keeping::durable)
    if (auto synced = sync_folder(attempt_dir_); !synced) return synced;
  if (has_checkpoint(manifest_) && !published)
    if (auto done = publish_attempt(study_folder_, manifest_.trial, manifest_.attempt); !done)
      return done;
  (void)remove_within(study_folder_, std::exchange(partial_, std::string()));
  if (keeping_ == Keeping::cached) return {};
  return sync_folder(trial_folder(study_folder_, manifest_.trial));
}

}  // namespace troupe::actors
