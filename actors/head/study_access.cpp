#include "actors/head/study_access.hpp"

#include <memory>
#include <utility>

#include "actors/head/head_folder.hpp"
#include "runtime/keys/key_folder.hpp"

namespace troupe::actors {

namespace {

runtime::Keys shared(runtime::KeyFolder keys) {
  return std::make_shared<const runtime::KeyFolder>(std::move(keys));
}

}  // namespace

std::string study_keys_path(const std::filesystem::path& folder) {
  return (folder / ".keys").string();
}

Result<StudyAccess> study_access(const std::filesystem::path& folder) {
  auto address = address_in(folder);
  if (!address)
    return Error{ErrorKind::bad_input,
                 folder.string() + " is a folder without a running study: " + address.error().what};
  auto keys = runtime::KeyFolder::open(study_keys_path(folder));
  if (!keys) return keys.error();
  return StudyAccess{std::move(*address), shared(std::move(keys).value())};
}

Result<runtime::Keys> open_study_keys(const std::filesystem::path& folder) {
  const std::string path = study_keys_path(folder);
  if (!runtime::KeyFolder::exists(path))
    if (const auto made = runtime::KeyFolder::create(path); !made) return made.error();
  auto keys = runtime::KeyFolder::open(path);
  if (!keys) return keys.error();
  return shared(std::move(keys).value());
}

Result<void> share_study_keys(const runtime::KeyFolder& keys, const std::filesystem::path& folder) {
  const auto written = runtime::KeyFolder::store(study_keys_path(folder), keys.own());
  return written ? Result<void>() : written.error();
}

}  // namespace troupe::actors
