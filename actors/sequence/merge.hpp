#pragma once

#include <string_view>

#include "actors/study_file/document.hpp"
#include "actors/study_file/keys.hpp"

namespace troupe::actors {

/// The name by which a section knows this key, if it does by another.
[[nodiscard]] std::string_view canonical(const SectionKeys& keys, std::string_view key);

/// `base` with what `changes` says otherwise: a mapping in both is merged key by key, anything else
/// is replaced. Every element keeps the place where it was written.
[[nodiscard]] Element merged(const Element& base, const Element& changes, const SectionKeys& keys);

}  // namespace troupe::actors
