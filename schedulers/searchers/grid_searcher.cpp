#include "schedulers/searchers/grid_searcher.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "runtime/core/check.hpp"
#include "schedulers/searchers/suggested.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {
namespace {

constexpr std::array grid_option_list{
    option<&GridSearcherOptions::num_samples>({
        .key = "num_samples",
        .least = 1,
        .most = 10'000,
        .example = "5",
        .doc = "grid: values of a continuous or integer parameter that has more. Default {default}",
    }),
};

/// Whether a domain is continuous or integer, so that values can be spaced on its scale.
bool is_spaced(const Domain& domain) {
  return !cardinality(domain) || std::holds_alternative<RandInt>(domain) ||
         std::holds_alternative<LogRandInt>(domain);
}

std::vector<Value> spaced_values(const Domain& domain, std::size_t samples) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < samples; ++i) {
    const double unit =
        samples == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(samples - 1);
    Value value = value_at(domain, unit);
    if (values.empty() || match_of(values.back()) != match_of(value))
      values.push_back(std::move(value));
  }
  return values;
}

std::vector<Value> axis(const Domain& domain, std::size_t samples) {
  const auto count = cardinality(domain);
  if (is_spaced(domain) && count.value_or(samples + 1) > samples)
    return spaced_values(domain, samples);
  std::vector<Value> values;
  for (std::uint64_t i = 0; i < *count; ++i) values.push_back(value_number(domain, i));
  return values;
}

/// By parameter: the last axis that its activity depends on. It is the parameter's own axis, or
/// that of a parameter in its `when`, directly or through other conditions.
std::vector<std::size_t> last_deciding(const std::vector<Parameter>& parameters) {
  std::vector<std::size_t> last(parameters.size());
  for (std::size_t i = 0; i < last.size(); ++i) last[i] = i;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < last.size(); ++i)
      for (const Requirement& requirement : parameters[i].when) {
        const auto needed = std::ranges::find(parameters, requirement.parameter, &Parameter::name);
        const std::size_t beyond = last[static_cast<std::size_t>(needed - parameters.begin())];
        changed = changed || beyond > last[i];
        last[i] = std::max(last[i], beyond);
      }
  }
  return last;
}

}  // namespace

std::span<const Option> GridSearcherOptions::described() {
  return grid_option_list;
}

std::vector<Method<GridSearcherOptions>> GridSearcherOptions::methods() {
  return {{.name = "grid", .doc = "every combination, the last parameter varying fastest"}};
}

std::unique_ptr<Searcher> make(const GridSearcherOptions& options, const SearchTerms& terms) {
  return std::make_unique<GridSearcher>(terms.space, options.num_samples, terms.points_to_evaluate);
}

GridSearcher::GridSearcher(Space space, std::size_t samples, const std::vector<Config>& points)
    : space_(std::move(space)),
      points_(points_in_order(space_, points)),
      decided_by_(last_deciding(space_.parameters())) {
  check(samples >= 1, "a parameter takes at least one value");
  check(!space_.parameters().empty(), "a grid has a parameter");
  for (const Parameter& parameter : space_.parameters())
    axes_.push_back(axis(parameter.domain, samples));
  for (const Config& point : points_) points_seen_.insert(space_.match(point));
  cursor_.resize(axes_.size());
}

std::optional<Proposal> GridSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return Proposal{points_[trial], SuggestionSource::points_to_evaluate};
  for (auto config = current(); config; config = current()) {
    if (!points_seen_.contains(space_.match(*config)))
      return Proposal{std::move(*config), SuggestionSource::grid};
    advance(axes_.size() - 1);
  }
  return std::nullopt;
}

void GridSearcher::learn(const SearchFact& fact) {
  const auto* assigned = std::get_if<ConfigAssigned>(&fact);
  if (assigned == nullptr || assigned->trial < points_.size()) return;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const Value* value = find(assigned->config, space_.parameters()[i].name);
    const auto at = value == nullptr
                        ? axes_[i].begin()
                        : std::ranges::find(axes_[i], match_of(*value),
                                            [](const Value& one) { return match_of(one); });
    check(at != axes_[i].end(), "a grid's configuration has values of its axes");
    cursor_[i] = static_cast<std::size_t>(at - axes_[i].begin());
  }
  advance(axes_.size() - 1);
}

/// Moves the cursor to the next combination that can be suggested, if this one cannot.
std::optional<Config> GridSearcher::current() {
  for (int skipped = 0; !exhausted_ && skipped < skipped_max; ++skipped) {
    Config full;
    for (std::size_t i = 0; i < axes_.size(); ++i)
      full.push_back({space_.parameters()[i].name, axes_[i][cursor_[i]]});
    Config config = space_.trimmed(full);
    const auto axis = axis_to_advance(full, config);
    if (!axis) return config;
    advance(*axis);
  }
  exhausted_ = true;
  return std::nullopt;
}

/// The last axis that must advance before a combination can be suggested; none if this combination
/// can be. Advancing an axis behind it changes neither the inactive parameter nor the forbidden
/// one. `full`: the combination. `config`: its active parameters.
std::optional<std::size_t> GridSearcher::axis_to_advance(const Config& full,
                                                         const Config& config) const {
  auto next = config.begin();
  for (std::size_t i = 0; i < full.size(); ++i) {
    const bool active = next != config.end() && next->name == full[i].name;
    if (active)
      ++next;
    else if (cursor_[i] > 0)  // A duplicate of the combination with the parameter's first value.
      return decided_by_[i];
  }
  const Condition* forbidding = space_.forbidding(config);
  if (forbidding == nullptr) return std::nullopt;
  std::size_t last = 0;
  for (const Requirement& requirement : *forbidding) {
    const auto at = std::ranges::find(full, requirement.parameter, &Setting::name);
    last = std::max(last, decided_by_[static_cast<std::size_t>(at - full.begin())]);
  }
  return last;
}

/// Moves the cursor to the next combination that differs on `axis` or an axis before it.
void GridSearcher::advance(std::size_t axis) {
  check(axis < axes_.size(), "an advanced axis exists");
  std::fill(cursor_.begin() + static_cast<std::ptrdiff_t>(axis) + 1, cursor_.end(), 0);
  exhausted_ = true;
  for (std::size_t i = axis + 1; exhausted_ && i-- > 0;) {
    if (++cursor_[i] == axes_[i].size())
      cursor_[i] = 0;  // Carry to the axis before.
    else
      exhausted_ = false;
  }
}

}  // namespace troupe::schedulers
