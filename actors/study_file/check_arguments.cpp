#include "actors/study_file/check_arguments.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/study_file/templates.hpp"

namespace troupe::actors {
namespace {

using schedulers::Domain;
using schedulers::Parameter;
using schedulers::Scalar;
using schedulers::Value;
using Lists = Entry::Lists;

/// Whether a value of the domain holds a T.
template <typename T>
bool may_be(const Domain& domain) {
  const auto holds = [](const Value& value) { return std::holds_alternative<T>(value); };
  if (const auto* choice = std::get_if<schedulers::Choice>(&domain))
    return std::ranges::any_of(choice->values, holds);
  if (const auto* ordinal = std::get_if<schedulers::Ordinal>(&domain))
    return std::ranges::any_of(ordinal->values, holds);
  const auto* constant = std::get_if<schedulers::Constant>(&domain);
  return constant != nullptr && holds(constant->value);
}

bool may_be_null(const Domain& domain) {
  return may_be<std::monostate>(domain);
}
bool may_be_list(const Domain& domain) {
  return may_be<std::vector<Scalar>>(domain);
}
bool may_be_flag(const Domain& domain) {
  return may_be<bool>(domain);
}

/// Checks the templates of one argument of the command, or of one variable.
class TemplateChecker {
 public:
  /// `previous`: the argument before it; empty before the first and for variables.
  TemplateChecker(const StudySpec& spec, const Element& text, std::string_view previous,
                  ProblemList& problems)
      : spec_(spec), text_(text), previous_(previous), problems_(problems) {}

  void check_argument() {
    for (const std::string& name : template_names(text_.text))
      if (const Parameter* parameter = spec_.config_space.find(name)) {
        check_null(*parameter, true);
        check_list(*parameter);
        check_flag(*parameter);
      }
  }

  void check_variable() {
    for (const std::string& name : template_names(text_.text))
      if (const Parameter* parameter = spec_.config_space.find(name)) {
        check_null(*parameter, false);
        if (may_be_list(parameter->domain) && spec_.entry.lists != Lists::json &&
            spec_.entry.lists != Lists::join)
          refuse(name,
                 "may be a list, and a variable is one text; 'entry.lists' must be json or "
                 "join");
      }
  }

 private:
  void refuse(const std::string& name, const std::string& why) {
    problems_.error(text_.at, "${" + name + "} " + why);
  }
  [[nodiscard]] bool is_sole(const std::string& name) const {
    return sole_template(text_.text) == name;
  }
  /// Whether the argument is `--option=${name}`.
  [[nodiscard]] bool is_joined(const std::string& name) const {
    const std::size_t equals = text_.text.find("=${");
    return text_.text.starts_with('-') && equals != std::string::npos &&
           sole_template(std::string_view(text_.text).substr(equals + 1)) == name;
  }

  void check_null(const Parameter& parameter, bool joined_too) {
    const std::string& name = parameter.name;
    if (!may_be_null(parameter.domain)) return;
    if (!is_sole(name) && !(joined_too && is_joined(name)))
      return refuse(name, joined_too ? "may be null, which leaves out an argument '${" + name +
                                           "}' or '--option=${" + name +
                                           "}', and no part of another; leave it to 'entry.args'"
                                     : "may be null, which leaves out a variable, and no part of "
                                       "its text");
    const bool after_option = previous_.size() > 1 && previous_.starts_with('-') &&
                              previous_.find_first_of("=$") == previous_.npos;
    if (is_sole(name) && after_option && !is_option_of(previous_, name))
      refuse(name, "may be null, and then '" + std::string(previous_) +
                       "' before it would have no value; write '" + std::string(previous_) + "=${" +
                       name + "}', or leave it to 'entry.args'");
  }

  void check_list(const Parameter& parameter) {
    const Lists lists = spec_.entry.lists;
    if (!may_be_list(parameter.domain) || lists == Lists::json || lists == Lists::join) return;
    const bool fits =
        is_sole(parameter.name) || (lists == Lists::repeat && is_joined(parameter.name));
    if (!fits)
      refuse(parameter.name,
             "may be a list, which becomes several arguments; write it as an argument of its own, "
             "or choose json or join for 'entry.lists'");
  }

  void check_flag(const Parameter& parameter) {
    if (spec_.entry.booleans != Entry::Booleans::flag || !may_be_flag(parameter.domain)) return;
    if (text_.text.find("=${" + parameter.name + "}") != std::string::npos)
      refuse(parameter.name, "becomes --" + parameter.name +
                                 " or nothing ('entry.booleans: flag'), which is no value behind "
                                 "'='");
  }

  const StudySpec& spec_;
  const Element& text_;
  std::string_view previous_;
  ProblemList& problems_;
};

/// The names in the templates of the command and of the variables.
std::set<std::string> named_in_templates(const Entry& entry) {
  std::set<std::string> named;
  const auto add = [&](const std::string& text) {
    for (std::string& name : template_names(text)) named.insert(std::move(name));
  };
  for (const std::string& argument : entry.command) add(argument);
  for (const EnvVariable& variable : entry.env) add(variable.value);
  return named;
}

/// Checks the parameters that no template names.
void check_left_over(Section& section, const StudySpec& spec) {
  using Args = Entry::Args;
  const Entry& entry = spec.entry;
  const auto named = named_in_templates(entry);
  for (const Parameter& parameter : spec.config_space.parameters()) {
    if (named.contains(parameter.name)) continue;
    if (may_be_flag(parameter.domain) && entry.booleans == Entry::Booleans::flag &&
        entry.args == Args::env)
      return section.error("booleans",
                           "'entry.booleans: flag' is for arguments; with 'args: env' "
                           "it must be lower, python or 0-1");
    if (!may_be_list(parameter.domain)) continue;
    if (entry.args == Args::env && (entry.lists == Lists::repeat || entry.lists == Lists::nargs))
      return section.error("lists",
                           "a variable is one text: with 'args: env' 'entry.lists' must "
                           "be json or join");
    if (entry.args == Args::equals && entry.lists == Lists::nargs)
      return section.error("lists",
                           "'entry.lists: nargs' needs 'args: flags', because "
                           "--name=VALUE has one value");
  }
}

}  // namespace

void check_arguments(Section& entry, const StudySpec& spec, ProblemList& problems) {
  if (const Member* command = entry.find("command");
      command != nullptr && command->value.kind == Element::Kind::sequence) {
    const auto& items = command->value.items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string_view previous = i > 1 ? std::string_view(items[i - 1].text) : "";
      TemplateChecker(spec, items[i], previous, problems).check_argument();
    }
  }
  if (const Member* env = entry.find("env"))
    for (const Member& variable : env->value.members)
      TemplateChecker(spec, variable.value, "", problems).check_variable();
  check_left_over(entry, spec);
}

}  // namespace troupe::actors
