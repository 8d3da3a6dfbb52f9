#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "schedulers/space/config.hpp"

namespace troupe::schedulers {

// The domains of hyperparameters, by Syne Tune's names. Bounds of integers are inclusive. `low` is
// below `high` in each (equal bounds are legal for integers and finite ranges), and above zero
// where a logarithm is taken.

struct Uniform {
  double low = 0;
  double high = 1;
  friend bool operator==(const Uniform&, const Uniform&) = default;
};

/// Uniform in log x.
struct LogUniform {
  double low = 0;
  double high = 0;
  friend bool operator==(const LogUniform&, const LogUniform&) = default;
};

/// Uniform in log(1 - x), with 0 <= low < high < 1: for a momentum of 0.9, 0.99, 0.999.
struct ReverseLogUniform {
  double low = 0;
  double high = 0;
  friend bool operator==(const ReverseLogUniform&, const ReverseLogUniform&) = default;
};

struct RandInt {
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(const RandInt&, const RandInt&) = default;
};

/// Log-uniform in [low - 0.5, high + 0.5], rounded.
struct LogRandInt {
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(const LogRandInt&, const LogRandInt&) = default;
};

/// Values without an order.
struct Choice {
  std::vector<Value> values;
  friend bool operator==(const Choice&, const Choice&) = default;
};

/// Values with an order.
struct Ordinal {
  std::vector<Value> values;
  friend bool operator==(const Ordinal&, const Ordinal&) = default;
};

/// `size` evenly spaced values, both ends among them.
struct FinRange {
  double low = 0;
  double high = 0;
  std::int64_t size = 0;
  bool whole = false;  ///< Rounded to integers (Syne Tune's cast_int).
  friend bool operator==(const FinRange&, const FinRange&) = default;
};

/// The same, evenly spaced in log x.
struct LogFinRange {
  double low = 0;
  double high = 0;
  std::int64_t size = 0;
  bool whole = false;
  friend bool operator==(const LogFinRange&, const LogFinRange&) = default;
};

/// Not searched; handed to the program with the rest.
struct Constant {
  Value value;
  friend bool operator==(const Constant&, const Constant&) = default;
};

using Domain = std::variant<Uniform, LogUniform, ReverseLogUniform, RandInt, LogRandInt, Choice,
                            Ordinal, FinRange, LogFinRange, Constant>;

/// The value at `unit` in [0, 1] of a domain: 0 is its first or lowest, 1 its last or highest, and
/// 0.5 its midpoint on its own scale. Every value of a finite domain has an equal part of [0, 1),
/// except that LogRandInt's are as wide as their logarithms.
[[nodiscard]] Value value_at(const Domain& domain, double unit);
/// Syne Tune's default first value: the middle of the domain on its own scale (of integers, rounded
/// to the even one), a choice's first.
[[nodiscard]] Value midpoint(const Domain& domain);
[[nodiscard]] bool contains(const Domain& domain, const Value& value);
/// How many values there are. None: a continuum.
[[nodiscard]] std::optional<std::uint64_t> cardinality(const Domain& domain);
/// The values of a finite domain in order, each once: `number` is below the cardinality.
[[nodiscard]] Value value_number(const Domain& domain, std::uint64_t number);
/// The number of a value of a finite domain that contains it.
[[nodiscard]] std::uint64_t number_of(const Domain& domain, const Value& value);

}  // namespace troupe::schedulers
