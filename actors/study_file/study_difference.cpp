#include "actors/study_file/study_difference.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "actors/json.hpp"
#include "actors/study_file/read_domain.hpp"
#include "runtime/message.hpp"
#include "schedulers/space/condition.hpp"

namespace troupe::actors {
namespace {

using schedulers::Space;

/// Longest text of a value in a message.
constexpr std::size_t value_max = 120;

/// Keys of the top level, and of sections, whose values a study's decisions depend on.
constexpr std::array identity_keys{
    std::string_view("config_space"),
    std::string_view("forbid"),
    std::string_view("metric"),
    std::string_view("mode"),
    std::string_view("resource_attr"),
    std::string_view("max_resource_attr"),
    std::string_view("max_t"),
    std::string_view("scheduler"),
    std::string_view("searcher"),
    std::string_view("seed"),
    std::string_view("points_to_evaluate"),
    std::string_view("incumbents"),
    std::string_view("when_exhausted"),
    std::string_view("on_early_exit"),
};

/// Where the scheduler and the searcher run does not matter. Some keys of `report` say what a
/// resource means.
bool is_identity(std::string_view key) {
  if (key == "scheduler.node" || key == "searcher.node" || key == "searcher.patience") return false;
  if (key == "report.resource_scale" || key == "report.resource_offset" ||
      key == "report.after_resume" || key == "report.resource")
    return true;
  return std::ranges::find(identity_keys, key.substr(0, key.find('.'))) != identity_keys.end();
}

template <typename T>
inline constexpr bool is_optional_message = false;
template <runtime::Message T>
inline constexpr bool is_optional_message<std::optional<T>> = true;

template <typename T>
inline constexpr bool is_variant_of_messages = false;
template <runtime::Message... Ts>
inline constexpr bool is_variant_of_messages<std::variant<Ts...>> = true;

/// The value of a key for people: a text without quotes, a whole number without a decimal point,
/// anything else as JSON.
std::string shown(const std::string& key, std::string json) {
  if (key == "checkpoints.keep" && json == "null") return "all";
  if (json == "null" || json == "\"\"" || json == "[]" || json == "{}") return "none";
  if (json.ends_with(".0")) json.resize(json.size() - 2);
  if (json.size() > 1 && json.front() == '"' && json.find('\\') == std::string::npos)
    json = json.substr(1, json.size() - 2);
  if (json.size() > value_max) json.replace(value_max, std::string::npos, "...");
  return json;
}

/// Lists the changes of values, by their keys.
class Comparison {
 public:
  template <typename T>
  void compare(const std::string& key, const T& before, const T& after) {
    if constexpr (std::same_as<T, Space>) {
      compare_spaces(key, before, after);
    } else if constexpr (runtime::Message<T>) {
      compare_fields(key, before, after);
    } else if constexpr (is_optional_message<T>) {
      using Value = typename T::value_type;
      compare(key, before.value_or(Value{}), after.value_or(Value{}));
    } else if constexpr (is_variant_of_messages<T>) {
      // Options of another scheduler: its name differs, which says enough.
      std::visit(
          [&]<typename V>(const V& one) {
            if (const V* other = std::get_if<V>(&after)) compare_fields(key, one, *other);
          },
          before);
    } else if constexpr (std::same_as<T, std::vector<schedulers::Config>>) {
      // Points of another space differ too, which says nothing more.
      if (spaces_agree_ && before != after) add(key, text_of(before), text_of(after));
    } else {
      const std::string was = to_json(before, JsonLayout::spaced);
      const std::string is = to_json(after, JsonLayout::spaced);
      if (was != is) add(key, shown(key, was), shown(key, is));
    }
  }

  [[nodiscard]] StudyDifference take() { return std::move(found_); }

 private:
  template <typename T>
  void compare_fields(const std::string& key, const T& before, const T& after) {
    const auto mine = T::fields(before);
    const auto others = T::fields(after);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (compare(nested(key, std::get<I>(mine).name), std::get<I>(mine).value,
               std::get<I>(others).value),
       ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(T::fields(before))>>());
  }

  /// Compares the parameters by name, then their order and the forbidden configurations.
  void compare_spaces(const std::string& key, const Space& before, const Space& after) {
    spaces_agree_ = before == after;
    for (const auto& parameter : before.parameters()) {
      const auto* other = after.find(parameter.name);
      if (other == nullptr || !(*other == parameter))
        add(nested(key, parameter.name), text_of(&parameter), text_of(other));
    }
    for (const auto& parameter : after.parameters())
      if (before.find(parameter.name) == nullptr)
        add(nested(key, parameter.name), "none", text_of(&parameter));
    if (!(before.forbidden() == after.forbidden()))
      add("forbid", text_of(before.forbidden()), text_of(after.forbidden()));
    const bool same_names = names_of(before, true) == names_of(after, true);
    if (same_names && names_of(before, false) != names_of(after, false))
      add(key, "in the order " + joined_names(before), "in the order " + joined_names(after));
  }

  static std::string text_of(const std::vector<schedulers::Config>& points) {
    std::string text;
    for (const schedulers::Config& point : points)
      text += (text.empty() ? "" : ", ") + config_json(point);
    if (text.size() > value_max) text.replace(value_max, std::string::npos, "...");
    return text.empty() ? "none" : text;
  }

  static std::vector<std::string> names_of(const Space& space, bool sorted) {
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters()) names.push_back(parameter.name);
    if (sorted) std::ranges::sort(names);
    return names;
  }

  static std::string joined_names(const Space& space) {
    std::string text;
    for (const std::string& name : names_of(space, false))
      text += (text.empty() ? "" : ", ") + name;
    return text;
  }

  static std::string text_of(const schedulers::Parameter* parameter) {
    if (parameter == nullptr) return "none";
    std::string text = actors::to_text(parameter->domain);
    if (!parameter->when.empty()) text += " when " + schedulers::to_text(parameter->when);
    return text;
  }

  static std::string text_of(const std::vector<schedulers::Condition>& forbidden) {
    std::string text;
    for (const auto& condition : forbidden)
      text += (text.empty() ? "" : "; ") + schedulers::to_text(condition);
    return text.empty() ? "none" : text;
  }

  /// Options of a scheduler or searcher are keys of its section.
  static std::string nested(const std::string& key, std::string_view name) {
    if (key.empty()) return std::string(name);
    return name == "options" ? key : key + "." + std::string(name);
  }

  void add(const std::string& key, std::string before, std::string after) {
    auto& list = is_identity(key) ? found_.identity : found_.settings;
    list.push_back({key, std::move(before), std::move(after)});
  }

  StudyDifference found_;
  bool spaces_agree_ = true;  ///< The space is compared before the points in it.
};

}  // namespace

StudyDifference difference(const StudySpec& before, const StudySpec& after) {
  Comparison comparison;
  comparison.compare("", before, after);
  return comparison.take();
}

std::string to_text(const std::vector<SettingChange>& changes) {
  std::string text;
  for (const SettingChange& change : changes)
    text += "\n  " + change.key + ": " + change.before + " -> " + change.after;
  return text.empty() ? text : text.substr(1);
}

}  // namespace troupe::actors
