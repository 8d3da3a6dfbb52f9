#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/plain_scalar.hpp"
#include "actors/study_file/problem.hpp"

namespace troupe::actors {

struct Member;

/// A value of a YAML document, with its place.
struct Element {
  enum class Kind { scalar, sequence, mapping };
  Kind kind = Kind::scalar;
  Position at;
  Scalar scalar;                ///< Kind::scalar.
  std::string text;             ///< Kind::scalar: as written.
  std::vector<Element> items;   ///< Kind::sequence.
  std::vector<Member> members;  ///< Kind::mapping; keys differ.

  template <typename T>
  [[nodiscard]] const T* as() const {
    return kind == Kind::scalar ? std::get_if<T>(&scalar) : nullptr;
  }
  [[nodiscard]] bool is_nothing() const { return as<std::monostate>() != nullptr; }
  /// An integer or a real number, as a real number.
  [[nodiscard]] std::optional<double> number() const;
};

struct Member {
  std::string key;
  Position at;  ///< Of the key.
  Element value;
};

/// What a person would call it: "the number 5", "the text 'no'", "a list", "nothing".
[[nodiscard]] std::string describe(const Element& element);

/// Reads one document of YAML or JSON. None: a syntax error, the first of which was reported. A key
/// that appears twice is reported, and its first value kept.
[[nodiscard]] std::optional<Element> parse_document(std::string_view text, ProblemList& problems);

}  // namespace troupe::actors
