#include "schedulers/scheduler_options.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

std::vector<Option> all_options() {
  std::vector<Option> all;
  for (const SchedulerMethod& method : scheduler_methods())
    for (const Option& option : described(method.options))
      if (std::ranges::find(all, option.key, &Option::key) == all.end()) all.push_back(option);
  return all;
}

}  // namespace

bool GivenOptions::has(std::string_view key) const {
  return std::ranges::find(keys, key) != keys.end();
}

bool GivenOptions::has_value(std::string_view key) const {
  return has(key) && std::ranges::find(refused, key) == refused.end();
}

BracketOutline outline_of(const std::vector<RungSize>& sizes, double share) {
  BracketOutline bracket{.share = share};
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    std::optional<double> fraction;
    if (k + 1 < sizes.size())
      fraction = static_cast<double>(sizes[k + 1].places) / static_cast<double>(sizes[k].places);
    bracket.rungs.push_back({sizes[k].resource, fraction, sizes[k].places});
  }
  return bracket;
}

const std::vector<SchedulerMethod>& scheduler_methods() {
  static const auto methods = all_methods<SchedulerOptions>();
  return methods;
}

const SchedulerMethod* scheduler_method(std::string_view name) {
  return find_method(scheduler_methods(), name);
}

const std::vector<Option>& scheduler_option_list() {
  static const auto options = all_options();
  return options;
}

std::span<const Option> described(const SchedulerOptions& options) {
  return std::visit([](const auto& one) { return one.described(); }, options);
}

std::vector<std::string_view> methods_with(std::string_view key) {
  std::vector<std::string_view> names;
  for (const SchedulerMethod& method : scheduler_methods()) {
    const auto options = described(method.options);
    const auto option = std::ranges::find(options, key, &Option::key);
    if (option != options.end() && option->is_for(method.name)) names.push_back(method.name);
  }
  return names;
}

std::vector<OptionProblem> problems(const SchedulerOptions& options) {
  return std::visit([](const auto& one) { return problems(one); }, options);
}

Result<std::unique_ptr<Scheduler>> make_scheduler(const SchedulerOptions& options) {
  if (const auto found = problems(options); !found.empty())
    return Error{ErrorKind::bad_input, found.front().what};
  return std::visit([](const auto& one) { return make(one); }, options);
}

std::vector<BracketOutline> outline(const SchedulerOptions& options,
                                    std::optional<std::uint64_t> trials_max) {
  check(problems(options).empty(), "rungs are outlined for options without a problem");
  return std::visit([&](const auto& one) { return outline(one, trials_max); }, options);
}

SchedulerTraits traits(const SchedulerOptions& options) {
  return std::visit([](const auto& one) { return traits(one); }, options);
}

void apply_study(const StudyTerms& study, SchedulerOptions& options) {
  std::visit([&](auto& one) { apply_study(study, one); }, options);
}

std::vector<OptionProblem> resolve(SchedulerOptions& options, const GivenOptions& given) {
  return std::visit([&](auto& one) { return resolve(one, given); }, options);
}

std::vector<OptionProblem> problems(const SchedulerOptions& options, const StudyTerms& study) {
  return std::visit([&](const auto& one) { return problems(one, study); }, options);
}

}  // namespace troupe::schedulers
