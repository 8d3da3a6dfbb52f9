#include "schedulers/space/domain.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {
namespace {

double between(double low, double high, double unit) {
  return std::clamp(low + (high - low) * unit, low, high);
}

double log_between(double low, double high, double unit) {
  if (unit == 0 || unit == 1) return unit == 0 ? low : high;  // exp(log(x)) may differ from x.
  return std::clamp(std::exp(between(std::log(low), std::log(high), unit)), low, high);
}

/// The index of the part that contains `unit`, if [0, 1) is divided into `count` equal parts.
std::uint64_t part(double unit, std::uint64_t count) {
  const auto index = static_cast<std::uint64_t>(unit * static_cast<double>(count));
  return std::min(index, count - 1);
}

std::uint64_t span_of(std::int64_t low, std::int64_t high) {
  return static_cast<std::uint64_t>(high - low) + 1;
}

std::int64_t rounded(double x, std::int64_t low, std::int64_t high) {
  return std::clamp(static_cast<std::int64_t>(std::nearbyint(x)), low, high);
}

/// Value `index` of a range, 0 <= index < size. Rounding may make values equal.
template <typename Range>
Value range_value(const Range& range, std::uint64_t index) {
  const double unit =
      range.size == 1 ? 0 : static_cast<double>(index) / static_cast<double>(range.size - 1);
  const double x = std::is_same_v<Range, FinRange> ? between(range.low, range.high, unit)
                                                   : log_between(range.low, range.high, unit);
  if (range.cast_int) return static_cast<std::int64_t>(std::nearbyint(x));
  return x;
}

/// The values of a range in order, without duplicates.
template <typename Range>
std::vector<Value> range_values(const Range& range) {
  std::vector<Value> values;
  std::string last;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(range.size); ++i) {
    const Value value = range_value(range, i);
    std::string match = match_of(value);
    if (match == last) continue;
    last = std::move(match);
    values.push_back(value);
  }
  return values;
}

struct ValueAt {
  double unit;
  Value operator()(const Uniform& d) const { return between(d.low, d.high, unit); }
  Value operator()(const LogUniform& d) const { return log_between(d.low, d.high, unit); }
  Value operator()(const ReverseLogUniform& d) const {
    return std::clamp(1 - log_between(1 - d.high, 1 - d.low, 1 - unit), d.low, d.high);
  }
  Value operator()(const RandInt& d) const {
    return d.low + static_cast<std::int64_t>(part(unit, span_of(d.low, d.high)));
  }
  Value operator()(const LogRandInt& d) const {
    return rounded(
        log_between(static_cast<double>(d.low) - 0.5, static_cast<double>(d.high) + 0.5, unit),
        d.low, d.high);
  }
  Value operator()(const Choice& d) const { return d.values[part(unit, d.values.size())]; }
  Value operator()(const Ordinal& d) const { return d.values[part(unit, d.values.size())]; }
  Value operator()(const FinRange& d) const {
    return range_value(d, part(unit, static_cast<std::uint64_t>(d.size)));
  }
  Value operator()(const LogFinRange& d) const {
    return range_value(d, part(unit, static_cast<std::uint64_t>(d.size)));
  }
  Value operator()(const Constant& d) const { return d.value; }
};

struct Contains {
  const Value& value;

  [[nodiscard]] bool has_real(double low, double high) const {
    const auto* x = std::get_if<double>(&value);
    return x != nullptr && *x >= low && *x <= high;
  }
  [[nodiscard]] bool has_integer(std::int64_t low, std::int64_t high) const {
    const auto* x = std::get_if<std::int64_t>(&value);
    return x != nullptr && *x >= low && *x <= high;
  }
  bool operator()(const Uniform& d) const { return has_real(d.low, d.high); }
  bool operator()(const LogUniform& d) const { return has_real(d.low, d.high); }
  bool operator()(const ReverseLogUniform& d) const { return has_real(d.low, d.high); }
  bool operator()(const RandInt& d) const { return has_integer(d.low, d.high); }
  bool operator()(const LogRandInt& d) const { return has_integer(d.low, d.high); }
  bool operator()(const Choice& d) const { return is_among(d.values, value); }
  bool operator()(const Ordinal& d) const { return is_among(d.values, value); }
  bool operator()(const FinRange& d) const { return is_among(range_values(d), value); }
  bool operator()(const LogFinRange& d) const { return is_among(range_values(d), value); }
  bool operator()(const Constant& d) const { return match_of(d.value) == match_of(value); }
};

struct Cardinality {
  using Count = std::optional<std::uint64_t>;
  Count operator()(const Uniform&) const { return std::nullopt; }
  Count operator()(const LogUniform&) const { return std::nullopt; }
  Count operator()(const ReverseLogUniform&) const { return std::nullopt; }
  Count operator()(const RandInt& d) const { return span_of(d.low, d.high); }
  Count operator()(const LogRandInt& d) const { return span_of(d.low, d.high); }
  Count operator()(const Choice& d) const { return d.values.size(); }
  Count operator()(const Ordinal& d) const { return d.values.size(); }
  Count operator()(const FinRange& d) const { return range_values(d).size(); }
  Count operator()(const LogFinRange& d) const { return range_values(d).size(); }
  Count operator()(const Constant&) const { return 1; }
};

struct ValueNumber {
  std::uint64_t number;
  Value operator()(const auto&) const {
    check(false, "only values of a finite domain have numbers");
    return {};
  }
  Value operator()(const RandInt& d) const { return d.low + static_cast<std::int64_t>(number); }
  Value operator()(const LogRandInt& d) const { return d.low + static_cast<std::int64_t>(number); }
  Value operator()(const Choice& d) const { return d.values.at(number); }
  Value operator()(const Ordinal& d) const { return d.values.at(number); }
  Value operator()(const FinRange& d) const { return range_values(d).at(number); }
  Value operator()(const LogFinRange& d) const { return range_values(d).at(number); }
  Value operator()(const Constant& d) const { return d.value; }
};

struct NumberOf {
  const Value& value;

  std::uint64_t operator()(const auto&) const {
    check(false, "only values of a finite domain have numbers");
    return 0;
  }
  std::uint64_t operator()(const RandInt& d) const { return from(d.low); }
  std::uint64_t operator()(const LogRandInt& d) const { return from(d.low); }
  std::uint64_t operator()(const Choice& d) const { return among(d.values); }
  std::uint64_t operator()(const Ordinal& d) const { return among(d.values); }
  std::uint64_t operator()(const FinRange& d) const { return among(range_values(d)); }
  std::uint64_t operator()(const LogFinRange& d) const { return among(range_values(d)); }
  std::uint64_t operator()(const Constant&) const { return 0; }

 private:
  [[nodiscard]] std::uint64_t from(std::int64_t low) const {
    return static_cast<std::uint64_t>(std::get<std::int64_t>(value) - low);
  }
  [[nodiscard]] std::uint64_t among(const std::vector<Value>& values) const {
    const auto at = std::ranges::find(values, match_of(value), match_of);
    check(at != values.end(), "a numbered value is in its domain");
    return static_cast<std::uint64_t>(at - values.begin());
  }
};

struct Midpoint {
  Value operator()(const auto& d) const { return ValueAt{0.5}(d); }
  Value operator()(const RandInt& d) const {
    return rounded((static_cast<double>(d.low) + static_cast<double>(d.high)) / 2, d.low, d.high);
  }
  Value operator()(const LogRandInt& d) const {
    return rounded(log_between(static_cast<double>(d.low), static_cast<double>(d.high), 0.5), d.low,
                   d.high);
  }
  Value operator()(const Choice& d) const { return d.values.front(); }
};

}  // namespace

Value value_at(const Domain& domain, double unit) {
  check(unit >= 0 && unit <= 1, "a position in a domain is in [0, 1]");
  return std::visit(ValueAt{unit}, domain);
}

Value midpoint(const Domain& domain) {
  return std::visit(Midpoint{}, domain);
}

bool contains(const Domain& domain, const Value& value) {
  return std::visit(Contains{value}, domain);
}

std::optional<std::uint64_t> cardinality(const Domain& domain) {
  return std::visit(Cardinality{}, domain);
}

Value value_number(const Domain& domain, std::uint64_t number) {
  return std::visit(ValueNumber{number}, domain);
}

std::uint64_t number_of(const Domain& domain, const Value& value) {
  return std::visit(NumberOf{value}, domain);
}

}  // namespace troupe::schedulers
