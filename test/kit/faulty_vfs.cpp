#include "test/kit/faulty_vfs.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include <sqlite3.h>
#include <unistd.h>

#include "runtime/core/check.hpp"

namespace troupe::test {

using Kind = FileOperation::Kind;

namespace {

FaultyVfs* active = nullptr;
sqlite3_vfs* real = nullptr;

bool is_log(const std::string& name) {
  return name.ends_with("-wal") || name.ends_with("-journal");
}

bool is_shared_memory(const std::string& name) {
  return name.ends_with("-shm");
}

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

void put(std::string& content, std::uint64_t at, std::string_view bytes) {
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
  std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(at));
}

void apply_whole(std::string& content, const FileOperation& operation) {
  if (operation.kind == Kind::write) put(content, operation.at, operation.bytes);
  if (operation.kind == Kind::truncate) content.resize(operation.at);
}

/// Applies the sectors of a write that `rng` chooses.
void apply_partly(std::string& content, const FileOperation& operation, Rng& rng) {
  constexpr std::size_t sector = 512;
  for (std::size_t done = 0; done < operation.bytes.size();) {
    const std::uint64_t at = operation.at + done;
    const std::size_t size =
        std::min(operation.bytes.size() - done, static_cast<std::size_t>(sector - at % sector));
    if (rng.below(2) == 0) put(content, at, std::string_view(operation.bytes).substr(done, size));
    done += size;
  }
}

}  // namespace

void DiskModel::apply_to(Names& names, const FileOperation& operation,
                         std::shared_ptr<File> created) {
  if (operation.kind == Kind::create) names[operation.file] = std::move(created);
  if (operation.kind == Kind::remove) names.erase(operation.file);
  if (operation.kind == Kind::rename && names.contains(operation.file)) {
    names[operation.bytes] = names[operation.file];
    names.erase(operation.file);
  }
}

void DiskModel::sync_names() {
  for (const auto& [operation, created] : pending_names_)
    apply_to(durable_names_, operation, created);
  pending_names_.clear();
}

void DiskModel::apply(const FileOperation& operation) {
  switch (operation.kind) {
    case Kind::create:
    case Kind::remove:
    case Kind::rename: {
      const auto created = operation.kind == Kind::create ? std::make_shared<File>() : nullptr;
      apply_to(names_, operation, created);
      pending_names_.emplace_back(operation, created);
      break;
    }
    case Kind::write:
    case Kind::truncate:
      names_.at(operation.file)->pending.push_back(operation);
      break;
    case Kind::sync: {
      File& file = *names_.at(operation.file);
      for (const FileOperation& pending : file.pending) apply_whole(file.durable, pending);
      file.pending.clear();
      break;
    }
    case Kind::sync_folder:
      break;
  }
  if (operation.sync_folder || operation.kind == Kind::sync_folder) sync_names();
}

FileImage DiskModel::after_power_cut(Kept kept, Rng& rng) const {
  Names names = durable_names_;
  std::size_t known = 0;
  if (kept == Kept::everything) known = pending_names_.size();
  if (kept == Kept::anything) known = rng.below(pending_names_.size() + 1);
  for (std::size_t i = 0; i < known; ++i)
    apply_to(names, pending_names_[i].first, pending_names_[i].second);
  FileImage image;
  for (const auto& [name, file] : names) {
    std::string content = file->durable;
    for (const FileOperation& operation : file->pending) {
      if (kept == Kept::nothing) break;
      const std::uint64_t choice = kept == Kept::everything ? 0 : rng.below(3);
      if (choice == 0) apply_whole(content, operation);
      if (choice == 1) apply_partly(content, operation, rng);
    }
    image.emplace(name, std::move(content));
  }
  return image;
}

// The VFS.

namespace {

/// A file of the VFS; the file of the real VFS follows it in memory.
struct FaultyFile {
  sqlite3_file base;
  bool recorded;
  char path[4096];
  sqlite3_file* under() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultyFile& self(sqlite3_file* file) {
  return *reinterpret_cast<FaultyFile*>(file);
}

sqlite3_file* under(sqlite3_file* file) {
  return self(file).under();
}

int begin(FaultyFile& file, FileOperation operation, std::size_t* bytes = nullptr) {
  if (!file.recorded || active == nullptr) return SQLITE_OK;
  return active->begin(std::move(operation), file.path, bytes);
}

int close_file(sqlite3_file* file) {
  return under(file)->pMethods->xClose(under(file));
}

int write_file_part(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  auto count = static_cast<std::size_t>(size);
  const int failure = begin(self(file),
                            {.kind = Kind::write,
                             .file = {},
                             .bytes = {static_cast<const char*>(bytes), count},
                             .at = static_cast<std::uint64_t>(at)},
                            &count);
  if (failure != SQLITE_OK && count == 0) return failure;
  const int done = under(file)->pMethods->xWrite(under(file), bytes, static_cast<int>(count), at);
  return failure != SQLITE_OK ? failure : done;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (const int failure = begin(
          self(file), {.kind = Kind::truncate, .file = {}, .at = static_cast<std::uint64_t>(size)}))
    return failure;
  return under(file)->pMethods->xTruncate(under(file), size);
}

/// SQLite's own VFS synchronises the folder with the first sync of a log.
int sync_file(sqlite3_file* file, int) {
  return begin(self(file),
               {.kind = Kind::sync, .file = {}, .sync_folder = is_log(self(file).path)});
}

const sqlite3_io_methods methods{
    .iVersion = 2,
    .xClose = close_file,
    .xRead = [](sqlite3_file* f, void* to, int n,
                sqlite3_int64 at) { return under(f)->pMethods->xRead(under(f), to, n, at); },
    .xWrite = write_file_part,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* size) { return under(f)->pMethods->xFileSize(under(f), size); },
    .xLock = [](sqlite3_file* f, int lock) { return under(f)->pMethods->xLock(under(f), lock); },
    .xUnlock = [](sqlite3_file* f,
                  int lock) { return under(f)->pMethods->xUnlock(under(f), lock); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* out) {
          return under(f)->pMethods->xCheckReservedLock(under(f), out);
        },
    .xFileControl = [](sqlite3_file* f, int what,
                       void* arg) { return under(f)->pMethods->xFileControl(under(f), what, arg); },
    .xSectorSize = [](sqlite3_file* f) { return under(f)->pMethods->xSectorSize(under(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return under(f)->pMethods->xDeviceCharacteristics(under(f)); },
    .xShmMap =
        [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
          return under(f)->pMethods->xShmMap(under(f), page, size, extend, out);
        },
    .xShmLock = [](sqlite3_file* f, int offset, int n,
                   int flags) { return under(f)->pMethods->xShmLock(under(f), offset, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { under(f)->pMethods->xShmBarrier(under(f)); },
    .xShmUnmap = [](sqlite3_file* f,
                    int remove) { return under(f)->pMethods->xShmUnmap(under(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  auto& file = *new (out) FaultyFile{};
  const std::string path = name == nullptr ? std::string() : name;
  check(path.size() < sizeof file.path, "the path of a file is short");
  std::ranges::copy(path, file.path);
  file.recorded = name != nullptr;
  const bool missing = file.recorded && ::access(name, F_OK) != 0;
  if (missing && (flags & SQLITE_OPEN_CREATE) != 0)
    if (const int failure = begin(file, {.kind = Kind::create, .file = {}}); failure != SQLITE_OK)
      return SQLITE_CANTOPEN;
  const int code = real->xOpen(real, name, file.under(), flags, out_flags);
  if (file.under()->pMethods != nullptr) file.base.pMethods = &methods;
  return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  if (active != nullptr && ::access(name, F_OK) == 0)
    if (const int failure = active->begin(
            {.kind = Kind::remove, .file = {}, .sync_folder = sync_folder != 0}, name))
      return failure;
  return real->xDelete(real, name, 0);
}

}  // namespace

FaultyVfs::FaultyVfs() {
  check(active == nullptr, "one faulty VFS at a time");
  real = sqlite3_vfs_find(nullptr);
  vfs_ = std::make_unique<sqlite3_vfs>(*real);
  vfs_->szOsFile = static_cast<int>(sizeof(FaultyFile)) + real->szOsFile;
  vfs_->zName = "faulty";
  vfs_->xOpen = open_file;
  vfs_->xDelete = delete_file;
  sqlite3_vfs_register(vfs_.get(), 1);
  active = this;
}

FaultyVfs::~FaultyVfs() {
  active = nullptr;
  sqlite3_vfs_unregister(vfs_.get());
  sqlite3_vfs_register(real, 1);
}

void FaultyVfs::record(const std::filesystem::path& folder, Fault fault, std::uint64_t at) {
  folder_ = folder.string();
  fault_ = fault;
  at_ = at;
  operations_.clear();
}

int FaultyVfs::begin(FileOperation operation, const std::string& path, std::size_t* bytes) {
  if (folder_.empty() || !path.starts_with(folder_) || is_shared_memory(path)) return SQLITE_OK;
  const std::uint64_t index = operations_.size();
  operation.file = name_of(path);
  const bool is_write = operation.kind == Kind::write;
  int failure = SQLITE_OK;
  if ((fault_ == Fault::io_error && index == at_) ||
      (fault_ == Fault::io_error_onward && index >= at_))
    failure = is_write ? SQLITE_IOERR_WRITE : SQLITE_IOERR;
  const bool creates = is_write || operation.kind == Kind::create;
  if (fault_ == Fault::disk_full && index >= at_ && creates) failure = SQLITE_FULL;
  if (fault_ == Fault::short_write && index == at_ && is_write) failure = SQLITE_FULL;
  if (failure != SQLITE_OK && bytes != nullptr)
    *bytes = fault_ == Fault::short_write ? operation.bytes.size() / 2 : 0;
  if (is_write && bytes != nullptr) operation.bytes.resize(*bytes);
  // An operation that failed is counted and changes nothing, but for the part that was written.
  const bool changes = failure == SQLITE_OK || (is_write && !operation.bytes.empty());
  if (!changes) operation = {.kind = Kind::write, .file = {}};
  operations_.push_back(std::move(operation));
  return failure;
}

}  // namespace troupe::test

// Linked with --wrap: calls of the program itself.

extern "C" {

int __real_rename(const char* from, const char* to);  // NOLINT
int __real_remove(const char* path);                  // NOLINT
int __real_fsync(int fd);                             // NOLINT

int __wrap_rename(const char* from, const char* to) {  // NOLINT
  using namespace troupe::test;
  if (active != nullptr &&
      active->begin({.kind = Kind::rename, .file = {}, .bytes = name_of(to)}, from) != SQLITE_OK)
    return errno = EIO, -1;
  return __real_rename(from, to);
}

int __wrap_remove(const char* path) {  // NOLINT
  using namespace troupe::test;
  if (active != nullptr && ::access(path, F_OK) == 0 &&
      active->begin({.kind = Kind::remove, .file = {}}, path) != SQLITE_OK)
    return errno = EIO, -1;
  return __real_remove(path);
}

int __wrap_fsync(int fd) {  // NOLINT
  using namespace troupe::test;
  char path[4096] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  if (active == nullptr || ::readlink(link.c_str(), path, sizeof path - 1) < 0)
    return __real_fsync(fd);
  if (active->begin({.kind = Kind::sync_folder, .file = {}}, path) != SQLITE_OK)
    return errno = EIO, -1;
  return 0;
}
}
