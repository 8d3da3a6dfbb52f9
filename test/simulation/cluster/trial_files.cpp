#include "test/simulation/cluster/trial_files.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <unistd.h>

#include "runtime/core/check.hpp"

namespace troupe::actors::cluster {

namespace {

namespace fs = std::filesystem;

/// Files of a checkpoint. Several, so that it takes several messages to copy it.
constexpr int parts = 12;

/// A file system in memory, where synchronising costs nothing.
fs::path temporary_folder() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TrialFiles::TrialFiles() : root_((temporary_folder() / "troupe-cluster-XXXXXX").string()) {
  check(::mkdtemp(root_.data()) != nullptr, "a temporary folder can be made");
  fs::create_directories(study_folder());
}

TrialFiles::~TrialFiles() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::uint32_t TrialFiles::prepare(AttemptKey attempt, std::uint32_t source_max,
                                  const std::string& folder) {
  auto made = AttemptFolder::prepare(folder, attempt.first, attempt.second, source_max);
  check(made.has_value(), "the folder of an attempt can be made");
  const std::uint32_t source = made->source();
  folders_.insert_or_assign(attempt, std::move(*made));
  return source;
}

std::string TrialFiles::state_file(AttemptKey attempt, int part) const {
  return folders_.at(attempt).checkpoint_dir() + "/state-" + std::to_string(part);
}

Resource TrialFiles::checkpoint(AttemptKey attempt) const {
  if (!fs::exists(state_file(attempt, 0))) return 0;
  const std::string text = read(state_file(attempt, 0));
  return text.empty() ? 1 : std::stoll(text);
}

/// One of its files is empty, missing, or of another save than the others.
bool TrialFiles::is_torn(AttemptKey attempt) const {
  const std::string first = state_file(attempt, 0);
  if (!fs::exists(first)) return false;
  const std::string text = read(first);
  for (int part = 0; part < parts; ++part)
    if (text.empty() || read(state_file(attempt, part)) != text) return true;
  return false;
}

void TrialFiles::begin_save(AttemptKey attempt) {
  std::ofstream(state_file(attempt, 0), std::ios::trunc);
}

void TrialFiles::save(AttemptKey attempt, Resource resource) {
  for (int part = 0; part < parts; ++part) {
    const std::string path = state_file(attempt, part);
    std::ofstream(path + ".new", std::ios::trunc) << resource;
    fs::rename(path + ".new", path);
  }
}

void TrialFiles::log(AttemptKey attempt, std::string_view bytes) {
  (void)folders_.at(attempt).log(runtime::Stream::out, bytes);
}

std::string TrialFiles::log_of(AttemptKey attempt, std::uint32_t source) const {
  return read(folders_.at(attempt).log_file(source, runtime::Stream::out));
}

void TrialFiles::publish(AttemptKey attempt) {
  (void)folders_.at(attempt).publish();
}

void TrialFiles::discard(AttemptKey attempt) {
  (void)folders_.at(attempt).discard();
}

bool TrialFiles::is_copying() const {
  std::error_code ended;
  for (fs::recursive_directory_iterator each(root_, ended), end; !ended && each != end;
       each.increment(ended)) {
    const std::string name = each->path().filename().string();
    if (name.starts_with("attempt-") && name.ends_with(".partial")) return true;
  }
  return false;
}

}  // namespace troupe::actors::cluster
