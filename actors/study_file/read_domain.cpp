#include "actors/study_file/read_domain.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;

constexpr std::int64_t integer_max = std::int64_t{1} << 53;
constexpr std::int64_t range_size_max = 100'000;
constexpr std::size_t choices_max = 10'000;

const std::vector<std::string_view> domain_names{
    "uniform", "loguniform", "reverseloguniform", "randint",     "lograndint",
    "choice",  "ordinal",    "finrange",          "logfinrange",
};

/// A domain's name in other tools, and what to write instead.
struct Foreign {
  std::string_view name, instead;
};
constexpr std::array foreign_names{
    Foreign{"quniform", "{uniform: [low, high], step: q}"},
    Foreign{"qrandint", "{randint: [low, high], step: q}"},
    Foreign{"q_uniform", "{uniform: [low, high], step: q}"},
    Foreign{"qloguniform", "logfinrange: [low, high, how many]"},
    Foreign{"int_uniform", "randint: [low, high]"},
    Foreign{"log_uniform", "loguniform: [low, high]"},
    Foreign{"log_uniform_values", "loguniform: [low, high]"},
    Foreign{"inv_log_uniform_values", "reverseloguniform: [low, high]"},
    Foreign{"int", "randint: [low, high]"},
    Foreign{"float", "uniform: [low, high]"},
    Foreign{"double", "uniform: [low, high]"},
    Foreign{"values", "choice: [a, b, c]"},
    Foreign{"categorical", "choice: [a, b, c]"},
    Foreign{"grid_search", "choice: [a, b, c], and searcher: grid"},
    Foreign{"logordinal", "ordinal: [a, b, c]"},
    Foreign{"const", "the value itself, without braces"},
    Foreign{"value", "the value itself, without braces"},
    Foreign{"constant", "the value itself, without braces"},
};

/// Reads the domain of one parameter.
class DomainReader {
 public:
  /// `step`: the member of that name beside the domain; null if there is none.
  DomainReader(const std::string& parameter, const Member& domain, const Member* step,
               ProblemList& problems)
      : parameter_(parameter), domain_(domain), step_(step), problems_(problems) {
    const auto inside = std::ranges::find(domain.value.members, "step", &Member::key);
    if (step_ == nullptr && inside != domain.value.members.end()) step_ = &*inside;
  }

  std::optional<Domain> read() {
    const std::string& name = domain_.key;
    const bool known = std::ranges::find(domain_names, name) != domain_names.end();
    if (step_ != nullptr && known && name != "uniform" && name != "randint" && name != "finrange")
      return refuse(step_->at, "'step' is for uniform, randint and finrange, not for " + name);
    if (name == "uniform") return step_ == nullptr ? real_domain<Uniform>() : stepped_domain();
    if (name == "loguniform") return real_domain<LogUniform>();
    if (name == "reverseloguniform") return real_domain<ReverseLogUniform>();
    if (name == "randint") return whole_domain<RandInt>();
    if (name == "lograndint") return whole_domain<LogRandInt>();
    if (name == "choice") return values_domain<Choice>();
    if (name == "ordinal") return values_domain<Ordinal>();
    if (name == "finrange" && step_ != nullptr) return stepped_domain();
    if (name == "finrange") return range_domain<FinRange>();
    if (name == "logfinrange") return range_domain<LogFinRange>();
    return refuse_name();
  }

 private:
  std::nullopt_t refuse_name() {
    const auto foreign = std::ranges::find(foreign_names, domain_.key, &Foreign::name);
    if (foreign != foreign_names.end())
      problems_.error(domain_.at, parameter_ + ": '" + domain_.key +
                                      "' is another tool's word; here one writes " +
                                      std::string(foreign->instead));
    else
      problems_.error(domain_.at, parameter_ + ": unknown domain '" + domain_.key + "'" +
                                      suggestion(domain_.key, domain_names, "domains"));
    return std::nullopt;
  }

  std::nullopt_t refuse(Position at, const std::string& what) {
    problems_.error(at, parameter_ + ": " + what);
    return std::nullopt;
  }

  /// The two bounds and, if `sized`, the number of values; from a list, or from a mapping with Syne
  /// Tune's names.
  std::optional<std::vector<Element>> arguments(bool sized) {
    const Element& value = domain_.value;
    const std::string form = domain_.key + (sized ? ": [low, high, how many]" : ": [low, high]");
    if (value.kind == Element::Kind::mapping) return named_arguments(sized, form);
    const std::size_t expected = sized ? 3 : 2;
    if (value.kind != Element::Kind::sequence)
      return refuse(value.at, "expected " + form + "; found " + describe(value));
    if (value.items.size() != expected)
      return refuse(value.at,
                    "expected " + form + "; found a list of " + std::to_string(value.items.size()));
    return value.items;
  }

  std::optional<std::vector<Element>> named_arguments(bool sized, const std::string& form) {
    std::vector<std::string_view> names{"lower", "upper"};
    if (sized) names.insert(names.end(), {"size", "cast_int"});
    if (step_ != nullptr) names.emplace_back("step");
    std::vector<Element> found(sized ? 3 : 2);
    bool complete = true;
    for (const Member& member : domain_.value.members)
      if (std::ranges::find(names, member.key) == names.end()) {
        (void)refuse(member.at, "unknown key '" + member.key + "' in " + domain_.key +
                                    suggestion(member.key, names, "keys"));
        complete = false;
      }
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto member = std::ranges::find(domain_.value.members, names[i], &Member::key);
      if (member != domain_.value.members.end()) {
        found[i] = member->value;
        continue;
      }
      (void)refuse(domain_.at, "'" + std::string(names[i]) + "' is missing; or write " + form);
      complete = false;
    }
    if (!complete) return std::nullopt;
    return found;
  }

  std::optional<double> real(const Element& element) {
    const auto number = element.number();
    if (number && std::isfinite(*number)) return number;
    return refuse(element.at,
                  "a bound of " + domain_.key + " must be a number; found " + describe(element));
  }

  std::optional<std::int64_t> whole(const Element& element, std::string_view what) {
    const auto* number = element.as<std::int64_t>();
    if (number == nullptr)
      return refuse(element.at, std::string(what) + " of " + domain_.key +
                                    " must be a whole number; found " + describe(element));
    if (*number > integer_max || *number < -integer_max)
      return refuse(element.at, std::string(what) + " of " + domain_.key +
                                    " must be within 2^53; found " + element.text);
    return *number;
  }

  std::nullopt_t refuse_order(const Element& low, const Element& high, std::string_view relation) {
    return refuse(low.at, domain_.key + " is empty: its lower bound " + low.text + " is " +
                              std::string(relation) + " its upper bound " + high.text);
  }

  std::nullopt_t refuse_log(const Element& low, std::string_view least) {
    return refuse(low.at, "the lower bound of " + domain_.key + " must be " + std::string(least) +
                              ", for its logarithm; found " + low.text);
  }

  template <typename D>
  std::optional<Domain> real_domain() {
    const auto bounds = arguments(false);
    if (!bounds) return std::nullopt;
    const Element &low = bounds->at(0), &high = bounds->at(1);
    const auto low_number = real(low), high_number = real(high);
    if (!low_number || !high_number) return std::nullopt;
    if (!(*low_number < *high_number)) return refuse_order(low, high, "not below");
    if (std::is_same_v<D, LogUniform> && *low_number <= 0) return refuse_log(low, "above 0");
    if (std::is_same_v<D, ReverseLogUniform> && (*low_number < 0 || *high_number >= 1))
      return refuse(low.at,
                    "reverseloguniform lies in 0 <= low < high < 1 (1 - x is log-uniform); "
                    "found [" +
                        low.text + ", " + high.text + "]");
    if (!std::isfinite(*high_number - *low_number))
      return refuse(low.at, domain_.key + " is too wide");
    return D{*low_number, *high_number};
  }

  template <typename D>
  std::optional<Domain> whole_domain() {
    const auto bounds = arguments(false);
    if (!bounds) return std::nullopt;
    const Element &low = bounds->at(0), &high = bounds->at(1);
    const auto low_number = whole(low, "a bound"), high_number = whole(high, "a bound");
    if (!low_number || !high_number) return std::nullopt;
    if (*low_number > *high_number) return refuse_order(low, high, "above");
    if (std::is_same_v<D, LogRandInt> && *low_number < 1) return refuse_log(low, "1 or more");
    if constexpr (std::is_same_v<D, RandInt>)
      if (step_ != nullptr) return stepped(*low_number, *high_number);
    return D{*low_number, *high_number};
  }

  /// The integers from `low` in steps. The last one may be below `high`.
  std::optional<Domain> stepped(std::int64_t low, std::int64_t high) {
    const auto step = whole(step_->value, "the step");
    if (!step) return std::nullopt;
    if (*step < 1 || *step > std::max<std::int64_t>(high - low, 1))
      return refuse_step(high == low ? "1" : "1 to " + std::to_string(high - low));
    const std::int64_t last = high - (high - low) % *step;
    if (last != high) warn_of_last(std::to_string(last), std::to_string(high));
    return RandInt{low, last, *step};
  }

  /// The real numbers from the lower bound in steps. The last one may be below the upper bound.
  std::optional<Domain> stepped_domain() {
    const auto bounds = arguments(false);
    if (!bounds) return std::nullopt;
    const Element &low = bounds->at(0), &high = bounds->at(1);
    const auto low_number = real(low), high_number = real(high);
    const auto step = step_->value.number();
    if (!low_number || !high_number) return std::nullopt;
    if (!(*low_number < *high_number)) return refuse_order(low, high, "not below");
    const double width = *high_number - *low_number;
    if (!std::isfinite(width)) return refuse(low.at, domain_.key + " is too wide");
    if (!step || !(*step > 0 && *step <= width))
      return refuse_step("a number above 0, up to " + text_of(width));
    const double steps = width / *step;
    if (steps >= static_cast<double>(range_size_max))
      return refuse(step_->value.at, domain_.key + " would have more than " +
                                         std::to_string(range_size_max) + " values");
    constexpr double rounding = 1e-9;
    if (std::abs(steps - std::nearbyint(steps)) < rounding)
      return FinRange{*low_number, *high_number,
                      static_cast<std::int64_t>(std::nearbyint(steps)) + 1};
    const double last = schedulers::without_rounding_error(*low_number + std::floor(steps) * *step);
    warn_of_last(text_of(last), high.text);
    return FinRange{*low_number, last, static_cast<std::int64_t>(std::floor(steps)) + 1};
  }

  std::nullopt_t refuse_step(const std::string& expected) {
    return refuse(step_->value.at, "the step of " + domain_.key + " must be " + expected +
                                       "; found " + describe(step_->value));
  }

  void warn_of_last(const std::string& last, const std::string& high) {
    problems_.warning(step_->value.at,
                      parameter_ + ": the steps end at " + last + ", below " + high);
  }

  /// Warns where the number of values of a range is more likely meant as a step.
  void warn_of_size(double low, double high, const Element& size, std::int64_t count) {
    const double width = high - low;
    const auto divides = [width](std::int64_t parts) {
      return parts > 0 && std::fmod(width, static_cast<double>(parts)) == 0;
    };
    if (std::trunc(low) != low || width <= 0 || !divides(count) || divides(count - 1)) return;
    const double second = low + width / static_cast<double>(count - 1);
    problems_.warning(size.at, parameter_ + ": finrange has " + size.text +
                                   " values here, such as " + text_of(second) + "; for steps of " +
                                   size.text + " write {finrange: [" + text_of(low) + ", " +
                                   text_of(high) + "], step: " + size.text + "}");
  }

  template <typename D>
  std::optional<Domain> range_domain() {
    const auto found = arguments(true);
    if (!found) return std::nullopt;
    const Element &low = found->at(0), &high = found->at(1), &size = found->at(2);
    const auto low_number = real(low), high_number = real(high);
    const auto count = whole(size, "the number of values");
    const auto rounded = cast_int();
    if (!low_number || !high_number || !count || !rounded) return std::nullopt;
    if (*low_number > *high_number) return refuse_order(low, high, "above");
    if (std::is_same_v<D, LogFinRange> && *low_number <= 0) return refuse_log(low, "above 0");
    if (*count < 1 || *count > range_size_max)
      return refuse(size.at, "the number of values of " + domain_.key + " must be 1 to " +
                                 std::to_string(range_size_max) + "; found " + size.text);
    const double widest = static_cast<double>(integer_max);
    if (!std::isfinite(*high_number - *low_number) ||
        (*rounded && (*low_number < -widest || *high_number > widest)))
      return refuse(low.at, domain_.key + " is too wide");
    if (std::is_same_v<D, FinRange>) warn_of_size(*low_number, *high_number, size, *count);
    return D{*low_number, *high_number, *count, *rounded};
  }

  std::optional<bool> cast_int() {
    const auto member = std::ranges::find(domain_.value.members, "cast_int", &Member::key);
    if (member == domain_.value.members.end()) return false;
    if (const auto* truth = member->value.as<bool>()) return *truth;
    return refuse(member->value.at,
                  "cast_int must be true or false; found " + describe(member->value));
  }

  template <typename D>
  std::optional<Domain> values_domain() {
    const Element& list = domain_.value;
    if (list.kind != Element::Kind::sequence)
      return refuse(list.at, "expected " + domain_.key + ": [a, b, c]; found " + describe(list));
    if (list.items.empty()) return refuse(list.at, domain_.key + " has no values to choose from");
    if (list.items.size() > choices_max)
      return refuse(list.at,
                    domain_.key + " has more than " + std::to_string(choices_max) + " values");
    D domain;
    std::vector<std::string> matches;
    bool good = true;
    for (const Element& item : list.items) {
      const auto value = value_of(item);
      const std::string match = value ? match_of(*value) : "";
      if (!value)
        (void)refuse(item.at, "a value of " + domain_.key +
                                  " must be a number, a text, true, false, null, or a list of "
                                  "numbers and texts; found " +
                                  describe(item));
      else if (std::ranges::find(matches, match) != matches.end())
        (void)refuse(item.at, domain_.key + " has " + text_of(*value) + " twice");
      good = good && value && std::ranges::find(matches, match) == matches.end();
      if (!good) continue;
      matches.push_back(match);
      domain.values.push_back(*value);
    }
    if (!good) return std::nullopt;
    return domain;
  }

  const std::string& parameter_;
  const Member& domain_;
  const Member* step_;
  ProblemList& problems_;
};

struct Text {
  static std::string list(const std::vector<Value>& values) {
    std::string text;
    for (const Value& value : values) text += (text.empty() ? "" : ", ") + text_of(value);
    return "[" + text + "]";
  }
  static std::string range(const auto& d) {
    return "[" + text_of(d.low) + ", " + text_of(d.high) + ", " + std::to_string(d.size) + "]";
  }
  static std::string bounds(const auto& d) {
    return "[" + text_of(Value{d.low}) + ", " + text_of(Value{d.high}) + "]";
  }
  std::string operator()(const Uniform& d) const { return "uniform: " + bounds(d); }
  std::string operator()(const LogUniform& d) const { return "loguniform: " + bounds(d); }
  std::string operator()(const ReverseLogUniform& d) const {
    return "reverseloguniform: " + bounds(d);
  }
  std::string operator()(const RandInt& d) const {
    return "randint: " + bounds(d) + (d.step == 1 ? "" : ", step: " + std::to_string(d.step));
  }
  std::string operator()(const LogRandInt& d) const { return "lograndint: " + bounds(d); }
  std::string operator()(const Choice& d) const { return "choice: " + list(d.values); }
  std::string operator()(const Ordinal& d) const { return "ordinal: " + list(d.values); }
  std::string operator()(const FinRange& d) const { return "finrange: " + range(d); }
  std::string operator()(const LogFinRange& d) const { return "logfinrange: " + range(d); }
  std::string operator()(const Constant& d) const { return "the constant " + text_of(d.value); }
};

/// The value of a list of scalars. None: it has another item.
std::optional<Value> list_of(const Element& element) {
  std::vector<schedulers::Scalar> items;
  for (const Element& item : element.items) {
    const auto value = item.kind == Element::Kind::scalar ? value_of(item) : std::nullopt;
    const bool added = value && std::visit(
                                    [&]<typename T>(const T& held) {
                                      if constexpr (std::is_constructible_v<schedulers::Scalar, T>)
                                        items.emplace_back(held);
                                      return std::is_constructible_v<schedulers::Scalar, T>;
                                    },
                                    *value);
    if (!added) return std::nullopt;
  }
  return items;
}

}  // namespace

std::optional<Domain> read_domain(const std::string& parameter, const Element& element,
                                  ProblemList& problems) {
  const auto refuse = [&](const std::string& what) {
    problems.error(element.at, parameter + ": " + what);
    return std::nullopt;
  };
  if (element.kind == Element::Kind::sequence)
    return refuse(
        "a list does not say what to do with it; write {choice: [...]} or {uniform: [...]}");
  if (element.kind == Element::Kind::mapping) {
    std::vector<const Member*> domains;
    for (const Member& member : element.members)
      if (member.key != "when" && member.key != "step") domains.push_back(&member);
    const auto step = std::ranges::find(element.members, "step", &Member::key);
    if (domains.size() == 1)
      return DomainReader(parameter, *domains.front(),
                          step == element.members.end() ? nullptr : &*step, problems)
          .read();
    return refuse("expected one domain, such as {uniform: [0, 1]}; found a mapping of " +
                  std::to_string(domains.size()) + " (domains: " + joined(domain_names) + ")");
  }
  if (const auto value = value_of(element); value && !element.is_nothing()) return Constant{*value};
  return refuse("expected a domain, such as {uniform: [0, 1]}, or a constant; found " +
                describe(element));
}

std::string to_text(const Domain& domain) {
  return std::visit(Text{}, domain);
}

std::optional<Value> value_of(const Element& element) {
  if (element.kind == Element::Kind::sequence) return list_of(element);
  if (element.kind == Element::Kind::scalar && element.is_nothing()) return std::monostate{};
  if (const auto* truth = element.as<bool>()) return *truth;
  if (const auto* whole = element.as<std::int64_t>()) return *whole;
  if (const auto* text = element.as<std::string>()) return *text;
  if (const auto* real = element.as<double>(); real != nullptr && std::isfinite(*real))
    return *real;
  return std::nullopt;
}

std::optional<Value> fitted(const Domain& domain, const Value& value) {
  if (contains(domain, value)) return value;
  if (const auto* whole = std::get_if<std::int64_t>(&value))
    if (Value real = static_cast<double>(*whole); contains(domain, real)) return real;
  return std::nullopt;
}

}  // namespace troupe::actors
