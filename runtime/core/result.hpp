#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "runtime/core/check.hpp"

namespace troupe {

/// The kinds of errors that callers handle differently.
enum class ErrorKind {
  bad_input,   ///< The data of the caller or user is invalid; `what` says where.
  timed_out,   ///< The deadline has passed; the effect may have happened.
  gone,        ///< The actor, node or process does not exist any more.
  refused,     ///< The other side has refused the request; `what` is its reason.
  exhausted,   ///< A limit (of slots, bytes or frames) is reached for now.
  infeasible,  ///< No node can ever satisfy the request.
  io,          ///< A system call has failed; `what` has the path and the text of errno.
};

/// An expected failure, as a value. `what` is a sentence for people.
struct Error {
  ErrorKind kind = ErrorKind::bad_input;
  std::string what;
  friend bool operator==(const Error&, const Error&) = default;
};

/// A T or an Error, with the part of the interface of std::expected (C++23) that this project
/// needs. Reading the value of an error, or the error of a value, fails a check.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` and `return error;` convert.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & {
    expect_value();
    return std::get<0>(state_);
  }
  [[nodiscard]] const T& value() const& {
    expect_value();
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && {
    expect_value();
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const {
    check(!has_value(), "only a failed result has an error");
    return std::get<1>(state_);
  }

  [[nodiscard]] T value_or(T fallback) const& { return has_value() ? value() : fallback; }

 private:
  void expect_value() const {
    if (!has_value())
      check(false, ("a result is used as a value: " + std::get<1>(state_).what).c_str());
  }

  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const {
    if (error_) check(false, ("a result is used as a success: " + error_->what).c_str());
  }
  [[nodiscard]] const Error& error() const {
    check(error_.has_value(), "only a failed result has an error");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace troupe
