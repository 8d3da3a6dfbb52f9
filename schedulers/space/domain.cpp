#include "schedulers/space/domain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

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

std::uint64_t span_of(const RandInt& d) {
  return static_cast<std::uint64_t>((d.high - d.low) / d.step) + 1;
}

std::int64_t integer_number(const RandInt& d, std::uint64_t number) {
  return d.low + d.step * static_cast<std::int64_t>(number);
}

std::int64_t rounded(double x, std::int64_t low, std::int64_t high) {
  return std::clamp(static_cast<std::int64_t>(std::nearbyint(x)), low, high);
}

/// The point at `index` of `last` equal steps from `low` to `high`. It is exact where it is a whole
/// number.
double stepped(double low, double high, std::uint64_t index, std::uint64_t last) {
  if (index == 0 || index == last) return index == 0 ? low : high;
  const double steps = static_cast<double>(last);
  const double above = static_cast<double>(index);
  const double exact = (low * (steps - above) + high * above) / steps;
  if (std::isfinite(exact)) return std::clamp(exact, low, high);
  return between(low, high, above / steps);
}

/// Value `index` of a range, 0 <= index < size. Rounding may make values equal.
template <typename Range>
Value range_value(const Range& range, std::uint64_t index) {
  const auto last = static_cast<std::uint64_t>(range.size - 1);
  double x = 0;
  if constexpr (std::is_same_v<Range, FinRange>)
    x = stepped(range.low, range.high, index, last);
  else if (index == 0 || index == last)
    x = index == 0 ? range.low : range.high;  // exp2(log2(x)) may differ from x.
  else                                        // Base 2, in which powers of two are exact.
    x = std::exp2(stepped(std::log2(range.low), std::log2(range.high), index, last));
  if (range.cast_int) return static_cast<std::int64_t>(std::nearbyint(x));
  return index == 0 || index == last ? x
                                     : std::clamp(without_rounding_error(x), range.low, range.high);
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
  Value operator()(const RandInt& d) const { return integer_number(d, part(unit, span_of(d))); }
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
  bool operator()(const RandInt& d) const {
    return has_integer(d.low, d.high) && (std::get<std::int64_t>(value) - d.low) % d.step == 0;
  }
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
  Count operator()(const RandInt& d) const { return span_of(d); }
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
  Value operator()(const RandInt& d) const { return integer_number(d, number); }
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
  std::uint64_t operator()(const RandInt& d) const {
    return from(d.low) / static_cast<std::uint64_t>(d.step);
  }
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
    if (d.step == 1)
      return rounded((static_cast<double>(d.low) + static_cast<double>(d.high)) / 2, d.low, d.high);
    const auto steps = static_cast<double>((d.high - d.low) / d.step);
    return d.low + d.step * static_cast<std::int64_t>(std::nearbyint(steps / 2));
  }
  Value operator()(const LogRandInt& d) const {
    return rounded(log_between(static_cast<double>(d.low), static_cast<double>(d.high), 0.5), d.low,
                   d.high);
  }
  Value operator()(const Choice& d) const { return d.values.front(); }
};

}  // namespace

double without_rounding_error(double x) {
  std::array<char, 40> text{};
  const auto end =
      std::to_chars(text.begin(), text.end(), x, std::chars_format::scientific, 13).ptr;
  const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  if (!digits.substr(0, digits.find('e')).ends_with("00")) return x;
  double near = x;
  (void)std::from_chars(text.data(), end, near);
  return near;
}

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
