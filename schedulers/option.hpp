#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

// The description of an option: its key, type, bounds and documentation, and the member of an
// options struct that stores it. The default of an option is the initializer of that member. The
// study-file reader, the template and the error messages are driven by these descriptions.

/// A problem with one option, as a sentence for the user.
struct OptionProblem {
  std::string_view option;  ///< The key; "ranking.p" for a key of a nested section.
  std::string what;         ///< What was found and what was expected.
};

/// The largest resource that an option may give.
inline constexpr Resource resource_max = Resource{1} << 53;

enum class OptionType {
  boolean,
  integer,
  real,
  text,
  choice,          ///< One of `Option::names`.
  choice_or_real,  ///< One of `Option::names`, or a number.
  integers,        ///< A list that is not empty.
  section,         ///< Nested options.
  custom,          ///< Read by code of its own; only key and documentation are described.
};

/// The value of an option; for a choice the index of its name.
using OptionValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;

/// The values that a real option may take.
struct RealRange {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool above_least = false;     ///< `least` itself is excluded.
  std::string_view expected{};  ///< For messages, as in "from 0 to 100"; may be empty.
  [[nodiscard]] constexpr bool contains(double value) const {
    return value <= most && (above_least ? value > least : value >= least);
  }
};

/// A word that is accepted for one of the names of a choice.
struct Synonym {
  std::string_view word;
  std::string_view name;
};

struct OptionSection;

/// The description of one option. Made by `option<&Struct::member>()`, which fills in the last
/// group of members; a custom option is made directly.
struct Option {
  std::string_view key;
  std::string_view alias{};     ///< Another tool's name for the key.
  std::string_view required{};  ///< Explains a missing key; empty if the key may be left out.
  std::int64_t least = std::numeric_limits<std::int64_t>::min();  ///< Of integers.
  std::int64_t most = std::numeric_limits<std::int64_t>::max();   ///< Of integers.
  RealRange range{};
  /// A range that depends on options that come earlier in the list; replaces `range`.
  RealRange (*range_of)(const void* options) = nullptr;
  /// Whether the range matters only where the option is used: then problems() checks it.
  bool checked_in_use = false;
  std::array<std::string_view, 4> methods{};  ///< The methods that take it; empty: all.
  std::array<Synonym, 4> synonyms{};
  std::string_view item{};     ///< Of integers: what one of them is, as in "a rung level".
  std::string_view example{};  ///< A value, as the template shows it.
  bool in_template = false;    ///< Whether the template sets it; otherwise it is commented out.
  /// One line of documentation, without a period. "{default}" stands for the default.
  std::string_view doc{};
  const OptionSection* section = nullptr;  ///< Of nested options.
  /// Whether a nested section is read; may depend on options that come earlier in the list.
  bool (*section_used)(const void* options) = nullptr;

  OptionType type = OptionType::custom;
  std::span<const std::string_view> names{};  ///< Of a choice, in the order of the enumerators.
  const void* owner = nullptr;                ///< Identifies the struct.
  std::optional<OptionValue> (*get)(const void* options) = nullptr;
  void (*set)(void* options, const OptionValue& value) = nullptr;
  void* (*nested)(void* options) = nullptr;  ///< The nested struct of a section.

  /// Whether a scheduler or searcher of that name takes this option.
  [[nodiscard]] constexpr bool is_for(std::string_view method) const {
    if (methods[0].empty()) return true;
    for (const std::string_view name : methods)
      if (name == method) return true;
    return false;
  }
};

/// A mapping of options.
struct OptionSection {
  std::string_view name;      ///< As in "ranking".
  std::string_view bare_key;  ///< The key that a bare word stands for; or empty.
  std::span<const Option> options;
};

/// A scheduler or searcher by the name that a study file gives it. `Options`: what its options are
/// before the file is read.
template <typename Options>
struct Method {
  std::string_view name;
  std::string_view doc;  ///< One line of documentation, without a period.
  Options options{};
  std::array<std::string_view, 2> synonyms{};  ///< Other tools' names.
  bool short_doc = false;  ///< The template puts neighbours with short documentation on one line.
};

/// The method with that name or synonym; null if there is none.
template <typename Options>
const Method<Options>* find_method(const std::vector<Method<Options>>& methods,
                                   std::string_view name) {
  if (name.empty()) return nullptr;
  for (const auto& method : methods) {
    if (method.name == name) return &method;
    for (const std::string_view synonym : method.synonyms)
      if (synonym == name) return &method;
  }
  return nullptr;
}

/// The methods of all alternatives of a variant of structs of options, in its order.
template <typename Options, std::size_t index = 0>
std::vector<Method<Options>> all_methods() {
  std::vector<Method<Options>> all;
  if constexpr (index < std::variant_size_v<Options>) {
    for (auto& method : std::variant_alternative_t<index, Options>::methods())
      all.push_back({method.name, method.doc, Options(std::move(method.options)), method.synonyms,
                     method.short_doc});
    for (auto& method : all_methods<Options, index + 1>()) all.push_back(std::move(method));
  }
  return all;
}

/// The names of an enumeration, in static storage.
template <typename E>
inline constexpr auto enum_names_of = enum_names(E{});

/// Its address identifies a struct of options.
template <typename Struct>
inline constexpr char option_owner = 0;

namespace detail {

template <typename T>
struct OptionMember;
template <typename S, typename T>
struct OptionMember<T S::*> {
  using Struct = S;
  using Type = T;
};
template <typename T>
struct WithoutOptional {
  using Type = T;
};
template <typename T>
struct WithoutOptional<std::optional<T>> {
  using Type = T;
};

template <typename T>
constexpr OptionType option_type() {
  if constexpr (std::is_same_v<T, bool>)
    return OptionType::boolean;
  else if constexpr (std::is_enum_v<T>)
    return OptionType::choice;
  else if constexpr (std::is_integral_v<T>)
    return OptionType::integer;
  else if constexpr (std::is_floating_point_v<T>)
    return OptionType::real;
  else if constexpr (std::is_same_v<T, std::string>)
    return OptionType::text;
  else
    return OptionType::integers;
}

template <typename T>
OptionValue to_value(const T& member) {
  if constexpr (std::is_enum_v<T> || (std::is_integral_v<T> && !std::is_same_v<T, bool>))
    return static_cast<std::int64_t>(member);
  else
    return member;
}

template <typename T>
T from_value(const OptionValue& value) {
  if constexpr (std::is_enum_v<T> || (std::is_integral_v<T> && !std::is_same_v<T, bool>))
    return static_cast<T>(std::get<std::int64_t>(value));
  else
    return std::get<T>(value);
}

}  // namespace detail

/// Completes the description of an option that the given member of a struct stores.
template <auto member>
constexpr Option option(Option described) {
  using Struct = typename detail::OptionMember<decltype(member)>::Struct;
  using Stored = typename detail::OptionMember<decltype(member)>::Type;
  using T = typename detail::WithoutOptional<Stored>::Type;
  described.type = detail::option_type<T>();
  described.owner = &option_owner<Struct>;
  if constexpr (std::is_enum_v<T>) described.names = enum_names_of<T>;
  described.get = [](const void* options) -> std::optional<OptionValue> {
    const Stored& stored = static_cast<const Struct*>(options)->*member;
    if constexpr (std::is_same_v<Stored, T>)
      return detail::to_value(stored);
    else
      return stored ? std::optional(detail::to_value(*stored)) : std::nullopt;
  };
  described.set = [](void* options, const OptionValue& value) {
    static_cast<Struct*>(options)->*member = detail::from_value<T>(value);
  };
  return described;
}

/// Completes the description of a section whose options are stored in the given member.
template <auto member>
constexpr Option nested_option(Option described) {
  using Struct = typename detail::OptionMember<decltype(member)>::Struct;
  described.type = OptionType::section;
  described.owner = &option_owner<Struct>;
  described.nested = [](void* options) -> void* {
    return &(static_cast<Struct*>(options)->*member);
  };
  return described;
}

/// The option with that key. There is one.
[[nodiscard]] const Option& option_named(std::span<const Option> options, std::string_view key);

/// A number with six significant digits at most and without trailing zeros.
[[nodiscard]] std::string number_text(double value);

/// The value as a study file writes it.
[[nodiscard]] std::string value_text(const Option& option, const OptionValue& value);

/// The documentation of an option, with the default that `options`, a struct of its owner, has.
[[nodiscard]] std::string doc_of(const Option& option, const void* options);

/// "KEY is VALUE; it must be ..." if the value is not finite or not in the option's range.
void check_range(const Option& option, double value, std::vector<OptionProblem>& found);

}  // namespace troupe::schedulers
