#pragma once

#include <filesystem>
#include <string>

#include "runtime/core/result.hpp"
#include "runtime/keys/address_keys.hpp"

// The keys of a study: a key pair in FOLDER/.keys, whose owner may do everything with the study.
// Its local nodes use it, and so do programs of the same user that join or follow the study.

namespace troupe::actors {

/// Arguments of `make_node` and `Node::join` for a program on the machine of a study:
///
///     const auto access = study_access("my-study");
///     const auto node = make_node({.name = "mine", .keys = access->keys});
///     const auto head = node->join(access->address, 10s);
struct StudyAccess {
  std::string address;  ///< Of the head, with its public key.
  runtime::Keys keys;   ///< Not null.
};

/// Reads address and keys in the folder of a study or sequence that runs.
Result<StudyAccess> study_access(const std::filesystem::path& folder);

/// Path of the keys of the study in `folder`.
[[nodiscard]] std::string study_keys_path(const std::filesystem::path& folder);

/// Opens the keys of the study in `folder`; makes them if there are none.
Result<runtime::Keys> open_study_keys(const std::filesystem::path& folder);

/// Gives the study in `folder` the keys of its head, which runs several studies.
Result<void> share_study_keys(const runtime::KeyFolder& keys, const std::filesystem::path& folder);

}  // namespace troupe::actors
