#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {

// The domains of hyperparameters, with Syne Tune's names. Integer bounds are inclusive. `low` is
// less than `high`; integers and finite ranges permit equal bounds. Bounds of logarithmic domains
// are above 0.

/// Uniform on [low, high].
struct Uniform {
  static constexpr std::string_view wire_name = "Uniform";
  double low = 0;
  double high = 1;
  static auto fields(auto& m) { return std::tuple{field("low", m.low), field("high", m.high)}; }
  friend bool operator==(const Uniform&, const Uniform&) = default;
};

/// Uniform in log x on [low, high].
struct LogUniform {
  static constexpr std::string_view wire_name = "LogUniform";
  double low = 0;
  double high = 0;
  static auto fields(auto& m) { return std::tuple{field("low", m.low), field("high", m.high)}; }
  friend bool operator==(const LogUniform&, const LogUniform&) = default;
};

/// Uniform in log(1 - x), with 0 <= low < high < 1; for example for a momentum of 0.9 to 0.999.
struct ReverseLogUniform {
  static constexpr std::string_view wire_name = "ReverseLogUniform";
  double low = 0;
  double high = 0;
  static auto fields(auto& m) { return std::tuple{field("low", m.low), field("high", m.high)}; }
  friend bool operator==(const ReverseLogUniform&, const ReverseLogUniform&) = default;
};

/// Uniform integers low, low + step, ..., high.
struct RandInt {
  static constexpr std::string_view wire_name = "RandInt";
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t step = 1;  ///< Positive; high - low is a multiple of it.
  static auto fields(auto& m) {
    return std::tuple{field("low", m.low), field("high", m.high), field("step", m.step)};
  }
  friend bool operator==(const RandInt&, const RandInt&) = default;
};

/// Integers: log-uniform on [low - 0.5, high + 0.5], rounded.
struct LogRandInt {
  static constexpr std::string_view wire_name = "LogRandInt";
  std::int64_t low = 0;
  std::int64_t high = 0;
  static auto fields(auto& m) { return std::tuple{field("low", m.low), field("high", m.high)}; }
  friend bool operator==(const LogRandInt&, const LogRandInt&) = default;
};

/// Values without an order.
struct Choice {
  static constexpr std::string_view wire_name = "Choice";
  std::vector<Value> values;
  static auto fields(auto& m) { return std::tuple{field("values", m.values)}; }
  friend bool operator==(const Choice&, const Choice&) = default;
};

/// Values with an order.
struct Ordinal {
  static constexpr std::string_view wire_name = "Ordinal";
  std::vector<Value> values;
  static auto fields(auto& m) { return std::tuple{field("values", m.values)}; }
  friend bool operator==(const Ordinal&, const Ordinal&) = default;
};

/// `size` evenly spaced values, including both ends.
struct FinRange {
  static constexpr std::string_view wire_name = "FinRange";
  double low = 0;
  double high = 0;
  std::int64_t size = 0;
  bool cast_int = false;  ///< Rounded to integers (Syne Tune's cast_int).
  static auto fields(auto& m) {
    return std::tuple{field("low", m.low), field("high", m.high), field("size", m.size),
                      field("cast_int", m.cast_int)};
  }
  friend bool operator==(const FinRange&, const FinRange&) = default;
};

/// `size` values evenly spaced in log x, including both ends.
struct LogFinRange {
  static constexpr std::string_view wire_name = "LogFinRange";
  double low = 0;
  double high = 0;
  std::int64_t size = 0;
  bool cast_int = false;  ///< Rounded to integers.
  static auto fields(auto& m) {
    return std::tuple{field("low", m.low), field("high", m.high), field("size", m.size),
                      field("cast_int", m.cast_int)};
  }
  friend bool operator==(const LogFinRange&, const LogFinRange&) = default;
};

/// A fixed value, passed to the program like the values of the other domains.
struct Constant {
  static constexpr std::string_view wire_name = "Constant";
  Value value;
  static auto fields(auto& m) { return std::tuple{field("value", m.value)}; }
  friend bool operator==(const Constant&, const Constant&) = default;
};

using Domain = std::variant<Uniform, LogUniform, ReverseLogUniform, RandInt, LogRandInt, Choice,
                            Ordinal, FinRange, LogFinRange, Constant>;

/// The number with 14 significant digits that is as near to `x` as rounding errors are, if it has
/// two or more trailing zeros in them; else `x`. Turns 0.30000000000000004 into 0.3.
[[nodiscard]] double without_rounding_error(double x);

/// Maps `unit` in [0, 1] to a value: 0 to the first or lowest, 1 to the last or highest, 0.5 to the
/// midpoint on the domain's scale. Values of a finite domain have equal parts of [0, 1), except
/// those of LogRandInt, whose parts are proportional to their logarithmic width.
[[nodiscard]] Value value_at(const Domain& domain, double unit);
/// Syne Tune's default first value: the midpoint on the domain's scale, rounded half to even for
/// integers; the first value of a choice.
[[nodiscard]] Value midpoint(const Domain& domain);
/// Whether the value has the domain's type and is in it.
[[nodiscard]] bool contains(const Domain& domain, const Value& value);
/// Number of different values; none for a continuous domain.
[[nodiscard]] std::optional<std::uint64_t> cardinality(const Domain& domain);
/// Value `number` of a finite domain, in order without duplicates; `number` < cardinality.
[[nodiscard]] Value value_number(const Domain& domain, std::uint64_t number);
/// The number of `value`, which is in the finite domain.
[[nodiscard]] std::uint64_t number_of(const Domain& domain, const Value& value);

}  // namespace troupe::schedulers
