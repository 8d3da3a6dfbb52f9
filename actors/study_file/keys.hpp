#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// A key of a section, and another tool's name for it that is accepted as well.
struct Key {
  std::string_view name;
  std::string_view alias{};
};

/// A mapping of the study file whose keys are known in advance.
struct SectionKeys {
  std::string_view section;  ///< Empty: the file itself.
  std::string_view only;  ///< The key that a bare text stands for (`scheduler: pasha`); or empty.
  std::vector<Key> keys;
};

[[nodiscard]] const SectionKeys& study_keys();
[[nodiscard]] const SectionKeys& entry_keys();
[[nodiscard]] const SectionKeys& scheduler_keys();
[[nodiscard]] const SectionKeys& ranking_keys();
[[nodiscard]] const SectionKeys& searcher_keys();
[[nodiscard]] const SectionKeys& resources_keys();
[[nodiscard]] const SectionKeys& checkpoints_keys();
[[nodiscard]] const SectionKeys& stop_criterion_keys();
[[nodiscard]] const SectionKeys& report_keys();
[[nodiscard]] const SectionKeys& memory_keys();

/// Where else a key that is unknown here is known: "scheduler"; empty if nowhere.
[[nodiscard]] std::string_view home_of(std::string_view key);

}  // namespace troupe::actors
