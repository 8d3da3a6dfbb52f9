#include "schedulers/space/space.hpp"

#include <algorithm>
#include <set>

#include "runtime/core/check.hpp"
#include "schedulers/space/combinations.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {
namespace {

constexpr std::uint64_t countable_max = std::uint64_t{1} << 53;
constexpr std::int64_t integer_max = std::int64_t{1} << 53;

struct IsLegal {
  bool operator()(const Uniform& d) const { return d.low < d.high; }
  bool operator()(const LogUniform& d) const { return 0 < d.low && d.low < d.high; }
  bool operator()(const ReverseLogUniform& d) const {
    return 0 <= d.low && d.low < d.high && d.high < 1;
  }
  bool operator()(const RandInt& d) const {
    return -integer_max <= d.low && d.low <= d.high && d.high <= integer_max && d.step >= 1 &&
           (d.high - d.low) % d.step == 0;
  }
  bool operator()(const LogRandInt& d) const {
    return 1 <= d.low && d.low <= d.high && d.high <= integer_max;
  }
  bool operator()(const Choice& d) const { return differ(d.values); }
  bool operator()(const Ordinal& d) const { return differ(d.values); }
  bool operator()(const FinRange& d) const { return d.low <= d.high && d.size >= 1; }
  bool operator()(const LogFinRange& d) const {
    return 0 < d.low && d.low <= d.high && d.size >= 1;
  }
  bool operator()(const Constant&) const { return true; }

 private:
  static bool differ(const std::vector<Value>& values) {
    std::vector<std::string> matches;
    for (const Value& value : values) matches.push_back(match_of(value));
    std::ranges::sort(matches);
    return !matches.empty() && std::ranges::adjacent_find(matches) == matches.end();
  }
};

/// A topological order: indices of parameters, each after those that its `when` names. Parameters
/// in a cycle, or depending on one, are left out.
std::vector<std::size_t> topological_order(const std::vector<Parameter>& parameters) {
  std::vector<std::size_t> order;
  std::set<std::string_view> open;
  for (const Parameter& parameter : parameters) open.insert(parameter.name);
  for (std::size_t before = parameters.size() + 1; open.size() < before;) {
    before = open.size();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const bool ready = std::ranges::none_of(
          parameters[i].when, [&](const Requirement& one) { return open.contains(one.parameter); });
      if (!ready || !open.contains(parameters[i].name)) continue;
      open.erase(parameters[i].name);
      order.push_back(i);
    }
  }
  return order;
}

}  // namespace

Space::Space(std::vector<Parameter> parameters, std::vector<Condition> forbidden)
    : parameters_(std::move(parameters)), forbidden_(std::move(forbidden)) {
  const auto is_known = [this](const Requirement& requirement) {
    return find(requirement.parameter) != nullptr;
  };
  for (const Parameter& parameter : parameters_) {
    check(std::visit(IsLegal{}, parameter.domain), "a domain has a value and its values differ");
    check(std::ranges::count(parameters_, parameter.name, &Parameter::name) == 1,
          "parameters have different names");
    check(std::ranges::all_of(parameter.when, is_known),
          "a condition names parameters of the space");
    has_conditions_ = has_conditions_ || !parameter.when.empty();
  }
  for (const Condition& condition : forbidden_) {
    check(!condition.empty(), "a forbidden condition has a requirement");
    check(std::ranges::all_of(condition, is_known), "a condition names parameters of the space");
    has_conditions_ = true;
  }
  order_ = topological_order(parameters_);
  check(order_.size() == parameters_.size(), "conditions have no cycle");
  if (has_conditions_) listed_ = list_combinations(parameters_, forbidden_, order_, counted_max);
}

const Parameter* Space::find(std::string_view name) const {
  const auto at = std::ranges::find(parameters_, name, &Parameter::name);
  return at == parameters_.end() ? nullptr : &*at;
}

Config Space::sample(Rng& rng) const {
  Config config;
  for (const Parameter& parameter : parameters_) {
    const bool fixed = std::holds_alternative<Constant>(parameter.domain);
    config.push_back({parameter.name, value_at(parameter.domain, fixed ? 0 : rng.uniform())});
  }
  return trimmed(std::move(config));
}

Config Space::midpoint() const {
  return completed({});
}

bool Space::contains(const Config& config) const {
  auto next = config.begin();
  for (const Parameter& parameter : parameters_) {
    const bool given = next != config.end() && next->name == parameter.name;
    if (given != holds(parameter.when, config)) return false;
    if (!given) continue;
    if (!schedulers::contains(parameter.domain, next->value)) return false;
    ++next;
  }
  return next == config.end();
}

const Condition* Space::forbidding(const Config& config) const {
  const auto at = std::ranges::find_if(
      forbidden_, [&](const Condition& condition) { return holds(condition, config); });
  return at == forbidden_.end() ? nullptr : &*at;
}

Config Space::trimmed(Config full) const {
  if (is_plain()) return full;
  check(full.size() == parameters_.size(), "every parameter has a value");
  std::vector<bool> active(full.size());
  Config config;
  // In this order, the parameters that a condition names are in `config` if and only if active.
  for (const std::size_t at : order_) {
    active[at] = holds(parameters_[at].when, config);
    if (active[at]) config.push_back(full[at]);
  }
  config.clear();
  for (std::size_t i = 0; i < full.size(); ++i)
    if (active[i]) config.push_back(std::move(full[i]));
  return config;
}

std::optional<std::uint64_t> Space::cardinality() const {
  if (!is_plain()) {
    if (!listed_) return std::nullopt;
    return listed_->size();
  }
  std::uint64_t product = 1;
  for (const Parameter& parameter : parameters_) {
    const auto count = schedulers::cardinality(parameter.domain);
    if (!count || *count > countable_max / product) return std::nullopt;
    product *= *count;
  }
  return product;
}

Config Space::config_number(std::uint64_t number) const {
  if (is_plain()) return combination(parameters_, number);
  check(listed_ && number < listed_->size(),
        "the number of a configuration is below the cardinality");
  return trimmed(combination(parameters_, (*listed_)[number]));
}

std::uint64_t Space::number_of(const Config& config) const {
  const std::uint64_t number = combination_of(parameters_, config);
  if (is_plain()) return number;
  check(listed_.has_value(), "only configurations of a finite space have numbers");
  const auto at = std::ranges::lower_bound(*listed_, number);
  check(at != listed_->end() && *at == number, "a configuration with a number is allowed");
  return static_cast<std::uint64_t>(at - listed_->begin());
}

Config Space::completed(const Config& partial) const {
  Config config;
  for (const Parameter& parameter : parameters_) {
    const Value* given = schedulers::find(partial, parameter.name);
    config.push_back(
        {parameter.name, given != nullptr ? *given : schedulers::midpoint(parameter.domain)});
  }
  return trimmed(std::move(config));
}

std::string Space::match(const Config& config) const {
  std::string match;
  auto next = config.begin();
  for (const Parameter& parameter : parameters_) {
    const bool given = next != config.end() && next->name == parameter.name;
    match += given ? match_of(next->value) + '\n' : "-\n";  // No value reads "-".
    if (given) ++next;
  }
  return match;
}

std::vector<std::string> condition_cycle(const std::vector<Parameter>& parameters) {
  std::set<std::string_view> stuck;
  for (const Parameter& parameter : parameters) stuck.insert(parameter.name);
  for (const std::size_t at : topological_order(parameters)) stuck.erase(parameters[at].name);
  std::vector<std::string> path;
  if (stuck.empty()) return path;
  // Follow the conditions from any parameter left out, until one repeats.
  std::string name(*stuck.begin());
  while (std::ranges::find(path, name) == path.end()) {
    path.push_back(name);
    const auto& when = std::ranges::find(parameters, name, &Parameter::name)->when;
    name = std::ranges::find_if(when, [&](const Requirement& one) {
             return stuck.contains(one.parameter);
           })->parameter;
  }
  path.erase(path.begin(), std::ranges::find(path, name));
  return path;
}

}  // namespace troupe::schedulers
