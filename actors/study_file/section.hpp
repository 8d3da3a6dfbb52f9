#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/study_options.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/option.hpp"
#include "schedulers/scheduler_method.hpp"

namespace troupe::actors {

/// Reads the members of one mapping. The constructor reports unknown and repeated keys; a reading
/// function reports a value that cannot be used, and returns nothing for it.
class Section {
 public:
  /// `element`: a mapping, a bare text if the section has a key for that, or nothing. `at`: where
  /// missing keys are reported. `keys` and `problems` outlive the section.
  Section(const Element& element, Position at, const SectionKeys& keys, ProblemList& problems);

  /// Null if the key is absent or was refused.
  [[nodiscard]] const Member* find(std::string_view key) const;
  /// Like `find`; an absent key is an error, which `why` explains.
  [[nodiscard]] const Member* require(std::string_view key, std::string_view why);
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Position of the key's value; of the section if the key is absent.
  [[nodiscard]] Position place(std::string_view key) const;

  /// A text that is not empty.
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  /// A finite number.
  [[nodiscard]] std::optional<double> real(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(
      std::string_view key, std::int64_t low,
      std::int64_t high = std::numeric_limits<std::int64_t>::max());
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  /// Index of one of the names.
  [[nodiscard]] std::optional<std::size_t> choice(
      std::string_view key, std::span<const std::string_view> names,
      std::span<const schedulers::Synonym> synonyms = {});
  /// Reads a described option into `options`, a struct of its owner. Returns whether the file has a
  /// usable value for it.
  bool read(const schedulers::Option& option, void* options);
  /// The section of that key; without keys if the file has none.
  [[nodiscard]] Section section(std::string_view key, const SectionKeys& keys);

  void error(std::string_view key, std::string message) {
    problems_->error(place(key), std::move(message));
  }
  void warning(std::string_view key, std::string message) {
    problems_->warning(place(key), std::move(message));
  }
  void advice(std::string_view key, std::string message) {
    problems_->advice(place(key), std::move(message));
  }

 private:
  void take_members(const Element& mapping);
  void refuse_key(const Member& member);
  bool read_real(const schedulers::Option& option, void* options);
  bool read_integers(const schedulers::Option& option, void* options);
  [[nodiscard]] std::string name_of(std::string_view key) const;
  void refuse_type(std::string_view key, const Element& found, std::string_view expected);

  const SectionKeys* keys_;
  ProblemList* problems_;
  Position at_;
  std::vector<Member> members_;            ///< By their canonical names.
  std::vector<std::string_view> refused_;  ///< Keys that are present without a usable value.
};

/// Reads the described options of a section and of the sections nested in it, in the order of their
/// descriptions.
class OptionReader {
 public:
  /// `section` outlives the reader.
  explicit OptionReader(Section& section) : section_(section) {}

  /// Reads every option into `into`, except custom ones. A required one that is absent is an error.
  template <typename Struct>
  void read(std::span<const schedulers::Option> options, Struct& into) {
    for (const schedulers::Option& option : options) {
      check(option.owner == nullptr || option.owner == &schedulers::option_owner<Struct>,
            "an option is stored in the struct that it describes");
      read_option(option, &into);
    }
  }

  /// The keys that were read; custom ones too.
  [[nodiscard]] schedulers::GivenOptions& given() { return given_; }
  /// Whether a required option has no usable value. An error was reported.
  [[nodiscard]] bool lacks_required() const { return lacks_required_; }
  /// Reports a problem at its key.
  void error(const schedulers::OptionProblem& problem);

 private:
  void read_option(const schedulers::Option& option, void* into);
  void read_nested(const schedulers::Option& option, void* into);

  Section& section_;
  std::vector<std::pair<std::string_view, Section>> nested_;  ///< By their keys.
  schedulers::GivenOptions given_;
  bool lacks_required_ = false;
};

}  // namespace troupe::actors
