#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schedulers/option.hpp"

namespace troupe::actors {

// The descriptions of the keys of a study file. A key is described in one line of the table of its
// section; schedulers and searchers describe their own options (schedulers/option.hpp).

/// A key of a section, and another tool's name for it that is accepted as well.
struct Key {
  std::string_view name;
  std::string_view alias{};
};

/// The keys of a mapping in the study file.
struct SectionKeys {
  std::string_view section;   ///< Empty: the file itself.
  std::string_view bare_key;  ///< The key that a bare text stands for (`scheduler: pasha`).
  std::vector<Key> keys;
};

/// The keys of a section, as in "scheduler"; "" for the file itself. There is such a section.
[[nodiscard]] const SectionKeys& keys_of(std::string_view section);

/// The section that has a key: "scheduler", or "the top level"; empty if there is none.
[[nodiscard]] std::string_view home_of(std::string_view key);

/// The descriptions of a section's keys. "scheduler" and "searcher": those of all of them.
[[nodiscard]] std::span<const schedulers::Option> options_of(std::string_view section);

/// The descriptions of the options that every scheduler has; stored in a SchedulerSpec.
[[nodiscard]] std::span<const schedulers::Option> scheduler_spec_options();

/// The descriptions of the options that every searcher has; stored in a SearcherSpec.
[[nodiscard]] std::span<const schedulers::Option> searcher_spec_options();

/// The documentation of a described key, with its default.
[[nodiscard]] std::string documentation(const schedulers::Option& option);

}  // namespace troupe::actors
