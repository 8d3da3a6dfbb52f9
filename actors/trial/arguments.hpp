#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/study_file/study_spec.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

/// Makes arguments and environment variables of values, as `entry` of a study file says.
class ArgumentWriter {
 public:
  /// `facts`: names and texts of the templates that are no parameters.
  using Facts = std::vector<std::pair<std::string, std::string>>;
  ArgumentWriter(const Entry& entry, Entry::Booleans booleans, const schedulers::Config& config,
                 const Facts& facts)
      : entry_(entry), booleans_(booleans), config_(config), facts_(facts) {}

  /// The command with its templates replaced. An argument that is `${name}` or `--option=${name}`
  /// is left out if the value is null, and with it an option of that name directly before it.
  [[nodiscard]] std::vector<std::string> command() const;
  /// Appends the option of a parameter and its value, as `entry.args` says.
  void add_option(std::vector<std::string>& argv, const std::string& name,
                  const schedulers::Value& value) const;
  /// The text with its templates replaced; null becomes nothing. `name_flags`: whether a true value
  /// is written as `--name` where booleans are flags.
  [[nodiscard]] std::string expanded(std::string_view text, bool name_flags) const;
  /// The value as one text. Whole numbers below 2^63 have neither point nor exponent, other real
  /// numbers the shortest digits that read back to the same value.
  [[nodiscard]] std::string text(const schedulers::Value& value) const;

 private:
  void add_value(std::vector<std::string>& argv, const std::string& name,
                 const schedulers::Value& value) const;
  [[nodiscard]] bool add_joined(std::vector<std::string>& argv, const std::string& argument) const;
  void add(std::vector<std::string>& argv, const std::string& option,
           const std::string& value) const;
  [[nodiscard]] std::vector<std::string> texts(const std::vector<schedulers::Scalar>& items) const;

  const Entry& entry_;
  Entry::Booleans booleans_;
  const schedulers::Config& config_;
  const Facts& facts_;
};

}  // namespace troupe::actors
