#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/keys.hpp"
#include "actors/study_file/problem.hpp"

namespace troupe::actors {

/// A name that means one of an enumeration's, in the words of another tool.
using Synonym = std::pair<std::string_view, std::string_view>;

/// Reads the members of one mapping. Reports unknown and repeated keys at once, and whatever is
/// wrong with a member when it is asked for; what it cannot give is absent.
class Section {
 public:
  /// `element` may be a bare text, if the section stands for it, or nothing. `at` is where a
  /// missing key is reported.
  Section(const Element& element, Position at, const SectionKeys& keys, ProblemList& problems);

  /// Null if the key is absent, or was reported already.
  [[nodiscard]] const Member* find(std::string_view key) const;
  /// Like `find`; an absent key is an error, `why` its explanation.
  [[nodiscard]] const Member* require(std::string_view key, std::string_view why);
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Of the key's value; of the section if it is absent.
  [[nodiscard]] Position place(std::string_view key) const;

  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::optional<double> number_above(std::string_view key, double bound);
  [[nodiscard]] std::optional<double> any_number(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> whole(
      std::string_view key, std::int64_t low,
      std::int64_t high = std::numeric_limits<std::int64_t>::max());
  [[nodiscard]] std::optional<bool> truth(std::string_view key);
  /// The enumerator, by the names that `enum_names(E)` gives.
  template <typename E>
  [[nodiscard]] std::optional<E> one_of(std::string_view key,
                                        const std::vector<Synonym>& synonyms = {}) {
    const auto names = enum_names(E{});
    const auto index = index_of(key, {names.begin(), names.end()}, synonyms);
    if (!index) return std::nullopt;
    return static_cast<E>(*index);
  }
  /// The section of that key; empty of keys if the file has none.
  [[nodiscard]] Section section(std::string_view key, const SectionKeys& keys);

  void error(std::string_view key, std::string message) {
    problems_->error(place(key), std::move(message));
  }
  void warning(std::string_view key, std::string message) {
    problems_->warning(place(key), std::move(message));
  }

 private:
  void take_members(const Element& mapping);
  void refuse_key(const Member& member);
  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view key,
                                                    const std::vector<std::string_view>& names,
                                                    const std::vector<Synonym>& synonyms);
  [[nodiscard]] std::string name_of(std::string_view key) const;
  void refuse_type(std::string_view key, const Element& found, std::string_view expected);

  const SectionKeys* keys_;
  ProblemList* problems_;
  Position at_;
  std::vector<Member> members_;            ///< By their canonical names.
  std::vector<std::string_view> refused_;  ///< Present, and reported as useless.
};

}  // namespace troupe::actors
