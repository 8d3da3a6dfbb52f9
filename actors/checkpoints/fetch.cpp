#include "actors/checkpoints/fetch.hpp"

#include <algorithm>
#include <utility>

#include "actors/trial/attempt_folder.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// The disk's free space is checked after each so many bytes.
constexpr std::uint64_t space_check_bytes = std::uint64_t{16} << 20;

/// Errors of the operating system are the local disk's; all others are the sender's.
Fetched::End end_of(const Error& error) {
  return error.kind == ErrorKind::io ? Fetched::End::disk : Fetched::End::bad;
}

}  // namespace

Fetch::Fetch(FetchOptions options, runtime::Ref<Fetched> to)
    : options_(std::move(options)), to_(to), attempt_(options_.attempt) {
  check(options_.window > 0 && options_.chunk_bytes > 0, "a fetch asks for something at a time");
}

void Fetch::started(Context& self) {
  self.monitor(options_.source.address());
  auto manifest =
      self.ask(options_.source, AskManifest{options_.trial, options_.attempt, options_.source_max},
               options_.silence_max);
  if (!manifest) {
    const ErrorKind kind = manifest.error().kind;
    const bool gone = kind == ErrorKind::gone || kind == ErrorKind::timed_out;
    return fail(self, manifest.error(), gone ? Fetched::End::source_gone : Fetched::End::bad);
  }
  begin(self, std::move(*manifest));
}

void Fetch::begin(Context& self, Manifest manifest) {
  starts_over_ = manifest.starts_over;
  const bool asked_for = manifest.trial == options_.trial &&
                         (options_.attempt == 0 || manifest.attempt == options_.attempt);
  if (!asked_for)
    return fail(self, Error{ErrorKind::refused, "the manifest is of another attempt"},
                Fetched::End::bad);
  attempt_ = manifest.attempt;
  if (auto good = check_manifest(manifest, options_.bounds); !good)
    return fail(self, good.error(), Fetched::End::bad);
  if (options_.what == FetchOptions::What::logs)
    std::erase_if(manifest.entries, [](const auto& entry) { return of_checkpoint(entry); });
  if (options_.what == FetchOptions::What::checkpoint) {
    std::erase_if(manifest.entries, [](const auto& entry) { return !of_checkpoint(entry); });
    if (manifest.entries.empty()) attempt_ = 0;
    if (attempt_ == 0 || is_published_here(manifest)) return finish(self, Fetched::End::done, "");
  }
  if (const auto lack = disk_full_reason())
    return fail(self, Error{ErrorKind::io, *lack}, Fetched::End::disk);
  auto writer = AttemptWriter::begin(options_.study_folder, std::move(manifest), options_.keeping);
  if (!writer) return fail(self, writer.error(), Fetched::End::disk);
  writer_ = std::move(*writer);
  self.after(options_.silence_max, CheckProgress{});
  ask_more(self);
}

/// Whether the checkpoint is published here already: this node ran the attempt, or fetched it
/// before. The checkpoint of an attempt is published once and does not change.
bool Fetch::is_published_here(const Manifest& manifest) const {
  if (published_attempt(options_.study_folder, manifest.trial) != manifest.attempt) return false;
  auto entries =
      list_attempt(attempt_folder(options_.study_folder, manifest.trial, manifest.attempt), true,
                   options_.bounds);
  if (!entries) return false;
  std::erase_if(*entries, [](const auto& entry) { return !of_checkpoint(entry); });
  return *entries == manifest.entries;
}

std::optional<std::string> Fetch::disk_full_reason() const {
  return options_.disk_full_reason ? options_.disk_full_reason(options_.study_folder)
                                   : std::nullopt;
}

void Fetch::ask_more(Context& self) {
  const auto& files = writer_->files();
  while (in_flight_ < options_.window && asked_file_ < files.size()) {
    const ManifestEntry& file = files[asked_file_];
    const std::uint64_t left = file.bytes - asked_offset_;
    const auto bytes =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(left, options_.chunk_bytes));
    const bool last = bytes == left;
    self.tell(options_.source, AskChunk{options_.trial, attempt_, file.path, asked_offset_, bytes,
                                        last, runtime::Ref<Chunk>(self.address())});
    ++in_flight_;
    asked_offset_ = last ? 0 : asked_offset_ + bytes;
    if (last) ++asked_file_;
  }
  if (!writer_->complete()) return;
  if (auto published = writer_->publish(); !published)
    return fail(self, published.error(), end_of(published.error()));
  finish(self, Fetched::End::done, "");
}

void Fetch::on(Context& self, const Chunk& chunk) {
  if (over_ || !writer_ || in_flight_ == 0) return;
  --in_flight_;
  if (auto taken = writer_->take(chunk); !taken)
    return fail(self, taken.error(), end_of(taken.error()));
  const std::uint64_t before = std::exchange(received_, received_ + chunk.bytes.size());
  if (before / space_check_bytes != received_ / space_check_bytes)
    if (const auto lack = disk_full_reason())
      return fail(self, Error{ErrorKind::io, *lack}, Fetched::End::disk);
  ask_more(self);
}

void Fetch::on(Context& self, const CheckProgress&) {
  if (over_) return;
  if (received_ == std::exchange(received_at_check_, received_))
    return fail(self, Error{ErrorKind::timed_out, "nothing of it came for a while"},
                Fetched::End::source_gone);
  self.after(options_.silence_max, CheckProgress{});
}

void Fetch::on(Context& self, const runtime::Down& down) {
  if (over_ || down.who != options_.source.address()) return;
  fail(self, Error{ErrorKind::gone, down.reason}, Fetched::End::source_gone);
}

void Fetch::fail(Context& self, const Error& error, Fetched::End end) {
  writer_.reset();
  finish(self, end, error.what);
}

void Fetch::finish(Context& self, Fetched::End end, const std::string& why) {
  over_ = true;
  writer_.reset();
  self.tell(to_, Fetched{options_.trial, attempt_, end, why, received_, starts_over_});
  self.stop();
}

}  // namespace troupe::actors
