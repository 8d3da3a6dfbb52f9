#include "actors/simulate/kept_text.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "actors/study_file/document.hpp"
#include "actors/study_file/to_yaml.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

/// Sets a whole number. False: it is that already, or by default.
bool set(Element& root, std::string_view key, std::uint64_t number, std::uint64_t fallback) {
  const auto there = std::ranges::find(root.members, key, &Member::key);
  const auto signed_number = static_cast<std::int64_t>(number);
  const Element value{.scalar = signed_number, .text = std::to_string(number)};
  if (there == root.members.end()) {
    if (number != fallback) root.members.push_back({std::string(key), {}, value});
    return number != fallback;
  }
  const auto* whole = there->value.as<std::int64_t>();
  if (whole != nullptr && *whole == signed_number) return false;
  there->value = value;
  return true;
}

}  // namespace

std::string kept_text(const SimulationPlan& plan) {
  const std::string& text = plan.spec->text;
  ProblemList problems("", text);
  auto root = parse_document(text, problems);
  check(root && root->kind == Element::Kind::mapping, "a plan's spec has a study file");
  const bool workers = set(*root, "n_workers", plan.spec->n_workers, StudySpec{}.n_workers);
  const bool seed = set(*root, "seed", plan.seed, StudySpec{}.seed);
  if (!workers && !seed) return text;
  return "# As simulated: with the workers and the seed that the command line named.\n" +
         to_yaml(*root);
}

}  // namespace troupe::actors
