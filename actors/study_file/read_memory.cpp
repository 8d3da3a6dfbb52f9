#include "actors/study_file/read_memory.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/study_file/read_domain.hpp"

namespace troupe::actors {
namespace {

std::vector<std::string_view> searched_in(const schedulers::Space& space) {
  std::vector<std::string_view> names;
  for (const auto& parameter : space.parameters())
    if (!std::holds_alternative<schedulers::Constant>(parameter.domain))
      names.push_back(parameter.name);
  return names;
}

/// The members of a mapping; reports anything else.
const std::vector<Member>* mapping_of(Section& section, std::string_view key,
                                      std::string_view example) {
  const Member* member = section.find(key);
  if (member == nullptr) return nullptr;
  if (member->value.kind == Element::Kind::mapping) return &member->value.members;
  section.error(key, "'memory." + std::string(key) + "' must be a mapping, such as " +
                         std::string(example) + "; found " + describe(member->value));
  return nullptr;
}

void read_renames(Section& section, const std::vector<std::string_view>& searched,
                  MemorySpec& memory, ProblemList& problems) {
  const auto* members = mapping_of(section, "rename", "{learning_rate: lr}");
  if (members == nullptr) return;
  for (const Member& member : *members) {
    const auto* here = member.value.as<std::string>();
    if (here == nullptr || std::ranges::find(searched, *here) == searched.end()) {
      problems.error(
          member.value.at,
          "'memory.rename' says what a parameter of the memory is called in this file; " +
              describe(member.value) + " is no parameter that is searched" +
              suggestion(here == nullptr ? "" : *here, searched, "parameters"));
      continue;
    }
    if (std::ranges::find(memory.renames, *here, &MemoryRename::here) != memory.renames.end())
      problems.error(member.value.at,
                     "'memory.rename' calls two parameters of the memory '" + *here + "'");
    memory.renames.push_back({member.key, *here});
  }
}

void read_defaults(Section& section, const StudySpec& spec,
                   const std::vector<std::string_view>& searched, MemorySpec& memory,
                   ProblemList& problems) {
  const auto* members = mapping_of(section, "defaults", "{dropout: 0.0}");
  if (members == nullptr) return;
  for (const Member& member : *members) {
    if (std::ranges::find(searched, member.key) == searched.end()) {
      problems.error(member.at, "'memory.defaults' names '" + member.key +
                                    "', which is no parameter that is searched" +
                                    suggestion(member.key, searched, "parameters"));
      continue;
    }
    const auto& domain = spec.config_space.find(member.key)->domain;
    auto value = value_of(member.value);
    const auto* whole = value ? std::get_if<std::int64_t>(&*value) : nullptr;
    if (whole != nullptr && !schedulers::contains(domain, *value))
      value = static_cast<double>(*whole);  // `0` for a real number.
    if (!value || !schedulers::contains(domain, *value)) {
      problems.error(member.value.at, "'memory.defaults': " + describe(member.value) +
                                          " is not within " + to_text(domain) + " of '" +
                                          member.key + "'");
      continue;
    }
    memory.defaults.push_back({member.key, std::move(*value)});
  }
}

}  // namespace

void read_memory(Section& top, const std::string& folder, StudySpec& spec, ProblemList& problems) {
  if (!top.has("memory")) return;
  Section section = top.section("memory", memory_keys());
  MemorySpec memory;
  if (const auto file = section.text("file")) {
    const std::filesystem::path path = std::filesystem::path(folder) / *file;
    memory.file = path.lexically_normal().string();
  }
  const auto searched = searched_in(spec.config_space);
  read_renames(section, searched, memory, problems);
  read_defaults(section, spec, searched, memory, problems);
  spec.memory = std::move(memory);
}

}  // namespace troupe::actors
