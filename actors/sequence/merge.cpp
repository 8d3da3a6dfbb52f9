#include "actors/sequence/merge.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {
namespace {

const SectionKeys& no_keys() {
  static const SectionKeys none{};
  return none;
}

/// Of a section of a study file; none of any other mapping.
const SectionKeys& keys_below(std::string_view section) {
  for (const auto* keys : {&entry_keys(), &scheduler_keys(), &searcher_keys(), &resources_keys(),
                           &stop_criterion_keys(), &report_keys(), &memory_keys()})
    if (keys->section == section) return *keys;
  return no_keys();
}

}  // namespace

std::string_view canonical(const SectionKeys& keys, std::string_view key) {
  for (const Key& known : keys.keys)
    if (!known.alias.empty() && known.alias == key) return known.name;
  return key;
}

Element merged(const Element& base, const Element& changes, const SectionKeys& keys) {
  Element result = base;
  for (const Member& change : changes.members) {
    const std::string_view name = canonical(keys, change.key);
    const auto there = std::ranges::find_if(
        result.members, [&](const Member& member) { return canonical(keys, member.key) == name; });
    if (there == result.members.end()) {
      result.members.push_back(change);
      continue;
    }
    const bool both =
        there->value.kind == Element::Kind::mapping && change.value.kind == Element::Kind::mapping;
    Element value = both ? merged(there->value, change.value, keys_below(name)) : change.value;
    if (both) value.at = there->value.at;
    *there = Member{change.key, both ? there->at : change.at, std::move(value)};
  }
  return result;
}

}  // namespace troupe::actors
