#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core/rng.hpp"

struct sqlite3_vfs;

namespace troupe::test {

/// What goes wrong at one of the operations that change files.
enum class Fault {
  none,
  io_error,         ///< It fails with EIO, and the later ones succeed.
  io_error_onward,  ///< It and all later ones fail with EIO.
  disk_full,        ///< It and all later writes fail with ENOSPC.
  short_write,      ///< It writes half of its bytes and fails; the later ones succeed.
};

/// An operation on the files of a folder.
struct FileOperation {
  enum class Kind { create, write, truncate, sync, remove, rename, sync_folder };
  Kind kind;
  std::string file;          ///< Name in the folder.
  std::string bytes{};       ///< Of a write; the new name of a rename.
  std::uint64_t at = 0;      ///< Offset of a write; size of a truncation.
  bool sync_folder = false;  ///< Of a removal or sync: names are durable, too.
};

/// Contents of files by name.
using FileImage = std::map<std::string, std::string>;

/// What a disk holds when the power is cut: follows operations, and gives the files that may be
/// left. Writes since the last sync of a file may be lost, kept partly, or kept out of order; names
/// are kept in order up to any moment since the last sync of the folder.
class DiskModel {
 public:
  void apply(const FileOperation& operation);

  enum class Kept { nothing, everything, anything };
  /// `kept`: of what was not synchronised; `anything` is chosen by `rng`, in sectors of 512 bytes.
  [[nodiscard]] FileImage after_power_cut(Kept kept, Rng& rng) const;

 private:
  struct File {
    std::string durable;
    std::vector<FileOperation> pending;
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;
  static void apply_to(Names& names, const FileOperation& operation, std::shared_ptr<File> created);
  void sync_names();

  Names names_;  ///< As processes see them.
  Names durable_names_;
  std::vector<std::pair<FileOperation, std::shared_ptr<File>>> pending_names_;
};

/// SQLite's default VFS while it lives: real files, whose changes it records and lets fail. Program
/// code that calls rename, remove or fsync itself is covered if the test is linked with
/// `--wrap=rename,--wrap=remove,--wrap=fsync`. Nothing is really synchronised. One at a time.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  /// Records operations in `folder` from now on; operation `at` (0, 1, ...) suffers `fault`.
  void record(const std::filesystem::path& folder, Fault fault, std::uint64_t at);
  /// Ends recording and faults.
  void stop() { folder_.clear(); }
  [[nodiscard]] const std::vector<FileOperation>& operations() const { return operations_; }

  /// Before an operation on `path`. SQLite result code; 0: it succeeds. `bytes`: how many of a
  /// write are to be written.
  int begin(FileOperation operation, const std::string& path, std::size_t* bytes = nullptr);

 private:
  std::string folder_;
  Fault fault_ = Fault::none;
  std::uint64_t at_ = 0;
  std::vector<FileOperation> operations_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace troupe::test
