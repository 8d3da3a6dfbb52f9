#include "schedulers/searchers/encoding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

/// Integers are real numbers of a range that is wider by this at both ends.
constexpr double integer_margin = 0.5 - 1e-8;

/// A scale on which values are spaced evenly, and the ends of [0, 1] on it.
struct CoordinateScale {
  double low = 0, high = 1;
  double (*to)(double) = [](double x) { return x; };
  double (*from)(double) = [](double x) { return x; };

  [[nodiscard]] double position(double value) const {
    return std::clamp((to(value) - to(low)) / (to(high) - to(low)), 0.0, 1.0);
  }
  [[nodiscard]] double value(double position) const {
    return from(to(low) + (to(high) - to(low)) * position);
  }
};

double log_of(double x) {
  return std::log(x);
}
double exp_of(double x) {
  return std::exp(x);
}
double reverse_log(double x) {
  return -std::log1p(-x);
}
double reverse_exp(double x) {
  return -std::expm1(-x);
}

CoordinateScale integers(double low, double high) {
  return {.low = low - integer_margin, .high = high + integer_margin};
}

/// The scale of the numbers of an ordinal: that on which they are more even. None if they are not
/// rising numbers.
std::optional<CoordinateScale> ordinal_scale(const std::vector<Value>& values) {
  std::vector<double> numbers;
  for (const Value& one : values) {
    if (const auto* whole = std::get_if<std::int64_t>(&one))
      numbers.push_back(static_cast<double>(*whole));
    else if (const auto* real = std::get_if<double>(&one))
      numbers.push_back(*real);
    else
      return std::nullopt;
    if (numbers.size() > 1 && numbers[numbers.size() - 2] >= numbers.back()) return std::nullopt;
  }
  if (numbers.size() < 2) return std::nullopt;
  const auto unevenness = [&](double (*to)(double)) {
    double least = HUGE_VAL;
    double most = 0;
    for (std::size_t i = 1; i < numbers.size(); ++i) {
      least = std::min(least, to(numbers[i]) - to(numbers[i - 1]));
      most = std::max(most, to(numbers[i]) - to(numbers[i - 1]));
    }
    return most / least;
  };
  CoordinateScale scale;
  if (numbers.front() > 0 && unevenness(log_of) < unevenness(scale.to))
    scale = {.to = log_of, .from = exp_of};
  const double first = scale.to(numbers.front());
  const double last = scale.to(numbers.back());
  const double half = (last - first) / static_cast<double>(2 * (numbers.size() - 1));
  scale.low = scale.from(first - half);
  scale.high = scale.from(last + half);
  return scale;
}

double number_in(const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
}

/// The scale of a domain with one coordinate, and whether it is that of values or of their numbers.
struct DomainScale {
  CoordinateScale scale;
  bool of_values = true;
};

struct ScaleOf {
  const Domain& domain;
  DomainScale operator()(const auto&) const {
    const auto count = static_cast<double>(cardinality(domain).value_or(1));
    return {.scale = integers(0, count - 1), .of_values = false};
  }
  DomainScale operator()(const Uniform& d) const { return {{.low = d.low, .high = d.high}}; }
  DomainScale operator()(const LogUniform& d) const {
    return {{.low = d.low, .high = d.high, .to = log_of, .from = exp_of}};
  }
  DomainScale operator()(const ReverseLogUniform& d) const {
    return {{.low = d.low, .high = d.high, .to = reverse_log, .from = reverse_exp}};
  }
  DomainScale operator()(const LogRandInt& d) const {
    CoordinateScale scale = integers(static_cast<double>(d.low), static_cast<double>(d.high));
    scale.to = log_of;
    scale.from = exp_of;
    return {scale};
  }
  DomainScale operator()(const Ordinal& d) const {
    if (const auto scale = ordinal_scale(d.values)) return {*scale};
    return {.scale = integers(0, static_cast<double>(d.values.size()) - 1), .of_values = false};
  }
};

DomainScale scale_of(const Domain& domain) {
  return std::visit(ScaleOf{domain}, domain);
}

double position_of(const Domain& domain, const Value& value) {
  const DomainScale one = scale_of(domain);
  return one.scale.position(one.of_values ? number_in(value)
                                          : static_cast<double>(number_of(domain, value)));
}

/// The number of the value of a finite domain that is nearest on its scale.
std::uint64_t nearest_number(const Domain& domain, const DomainScale& scale, double position) {
  const auto count = cardinality(domain).value();
  if (!scale.of_values) {
    const double number = std::nearbyint(scale.scale.value(position));
    return static_cast<std::uint64_t>(std::clamp(number, 0.0, static_cast<double>(count - 1)));
  }
  const auto away = [&](std::uint64_t number) {
    return std::abs(scale.scale.position(number_in(value_number(domain, number))) - position);
  };
  std::uint64_t nearest = 0;
  for (std::uint64_t i = 1; i < count; ++i)
    if (away(i) < away(nearest)) nearest = i;
  return nearest;
}

Value value_near(const Domain& domain, double position) {
  const DomainScale one = scale_of(domain);
  if (const auto* d = std::get_if<LogRandInt>(&domain))
    return std::clamp(static_cast<std::int64_t>(std::nearbyint(one.scale.value(position))), d->low,
                      d->high);
  if (cardinality(domain)) return value_number(domain, nearest_number(domain, one, position));
  return std::clamp(one.scale.value(position), one.scale.low, one.scale.high);
}

}  // namespace

Encoding::Encoding(Space space) : space_(std::move(space)) {
  for (std::size_t i = 0; i < space_.parameters().size(); ++i) {
    const Domain& domain = space_.parameters()[i].domain;
    if (cardinality(domain) == 1u) continue;
    Axis axis{.parameter = i};
    if (const auto* choice = std::get_if<Choice>(&domain)) {
      axis.choices = choice->values.size();
      axis.width = axis.choices == 2 ? 1 : axis.choices;
    }
    axes_.push_back(axis);
  }
  std::ranges::sort(axes_, {}, [&](const Axis& axis) -> const std::string& {
    return space_.parameters()[axis.parameter].name;
  });
  for (Axis& axis : axes_) axis.first = (dimensions_ += axis.width) - axis.width;
}

std::vector<bool> Encoding::numeric() const {
  std::vector<bool> all(dimensions_);
  for (const Axis& axis : axes_) all[axis.first] = axis.choices == 0;
  return all;
}

std::vector<std::size_t> Encoding::choices() const {
  std::vector<std::size_t> all;
  for (const Axis& axis : axes_) all.push_back(axis.choices);
  return all;
}

std::vector<double> Encoding::encoded(const Config& config) const {
  std::vector<double> all(dimensions_);
  for (const Axis& axis : axes_) {
    const Value* value = find(config, space_.parameters()[axis.parameter].name);
    if (axis.width == 1) {
      all[axis.first] = value != nullptr ? position_of(domain(axis), *value) : 0.5;
      continue;
    }
    const auto own = std::span(all).subspan(axis.first, axis.width);
    if (value == nullptr)
      std::ranges::fill(own, 1 / static_cast<double>(axis.width));
    else
      own[number_of(domain(axis), *value)] = 1;
  }
  return all;
}

Config Encoding::decoded(std::span<const double> vector) const {
  check(vector.size() == dimensions_, "an encoded configuration has each coordinate");
  std::vector<Value> values(axes_.size());
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const Axis& axis = axes_[i];
    const auto own = vector.subspan(axis.first, axis.width);
    const auto greatest = static_cast<std::uint64_t>(std::ranges::max_element(own) - own.begin());
    values[i] = axis.width == 1 ? value_near(domain(axis), own.front())
                                : value_number(domain(axis), greatest);
  }
  return trimmed(std::move(values));
}

std::vector<double> Encoding::compact(const Config& config) const {
  std::vector<double> all;
  for (const Axis& axis : axes_) {
    const Value* value = find(config, space_.parameters()[axis.parameter].name);
    if (value == nullptr)
      all.push_back(std::numeric_limits<double>::quiet_NaN());
    else
      all.push_back(axis.choices > 0 ? static_cast<double>(number_of(domain(axis), *value))
                                     : position_of(domain(axis), *value));
  }
  return all;
}

Config Encoding::from_compact(std::span<const double> vector) const {
  check(vector.size() == axes_.size(), "each parameter has a number");
  std::vector<Value> values;
  for (std::size_t i = 0; i < axes_.size(); ++i)
    values.push_back(axes_[i].choices > 0
                         ? value_number(domain(axes_[i]), static_cast<std::uint64_t>(vector[i]))
                         : value_near(domain(axes_[i]), vector[i]));
  return trimmed(std::move(values));
}

/// The configuration with these values, by axis; constants have their only value.
Config Encoding::trimmed(std::vector<Value> values) const {
  Config full;
  for (const Parameter& parameter : space_.parameters())
    full.push_back({parameter.name, cardinality(parameter.domain) == 1u
                                        ? value_number(parameter.domain, 0)
                                        : Value{}});
  for (std::size_t i = 0; i < axes_.size(); ++i)
    full[axes_[i].parameter].value = std::move(values[i]);
  return space_.trimmed(std::move(full));
}

double encoded_resource(std::int64_t resource, std::int64_t most) {
  return integers(1, static_cast<double>(std::max(most, std::int64_t{1})))
      .position(static_cast<double>(resource));
}

}  // namespace troupe::schedulers
