#include "schedulers/space/space.hpp"

#include <algorithm>

#include "runtime/core/check.hpp"
#include "schedulers/space/value.hpp"

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
    return -integer_max <= d.low && d.low <= d.high && d.high <= integer_max;
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

}  // namespace

Space::Space(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {
  for (const Parameter& parameter : parameters_) {
    check(std::visit(IsLegal{}, parameter.domain), "a domain is not empty and its values differ");
    check(std::ranges::count(parameters_, parameter.name, &Parameter::name) == 1,
          "parameters have different names");
  }
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
  return config;
}

Config Space::midpoint() const {
  Config config;
  for (const Parameter& parameter : parameters_)
    config.push_back({parameter.name, schedulers::midpoint(parameter.domain)});
  return config;
}

bool Space::contains(const Config& config) const {
  return std::ranges::equal(parameters_, config,
                            [](const Parameter& parameter, const Setting& setting) {
                              return parameter.name == setting.name &&
                                     schedulers::contains(parameter.domain, setting.value);
                            });
}

std::optional<std::uint64_t> Space::cardinality() const {
  std::uint64_t product = 1;
  for (const Parameter& parameter : parameters_) {
    const auto count = schedulers::cardinality(parameter.domain);
    if (!count || *count > countable_max / product) return std::nullopt;
    product *= *count;
  }
  return product;
}

Config Space::config_number(std::uint64_t number) const {
  Config config(parameters_.size());
  for (std::size_t i = parameters_.size(); i-- > 0;) {
    const auto count = schedulers::cardinality(parameters_[i].domain);
    check(count.has_value(), "only the configurations of a finite space are numbered");
    config[i] = {parameters_[i].name, value_number(parameters_[i].domain, number % *count)};
    number /= *count;
  }
  check(number == 0, "a configuration's number is below the cardinality");
  return config;
}

std::uint64_t Space::number_of(const Config& config) const {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& domain = parameters_[i].domain;
    number = number * schedulers::cardinality(domain).value() +
             schedulers::number_of(domain, config.at(i).value);
  }
  return number;
}

Config Space::completed(const Config& partial) const {
  Config config = midpoint();
  for (Setting& setting : config)
    if (const Value* given = schedulers::find(partial, setting.name)) setting.value = *given;
  return config;
}

std::string Space::match(const Config& config) const {
  std::string match;
  for (const Setting& setting : config) match += match_of(setting.value) + '\n';
  return match;
}

}  // namespace troupe::schedulers
