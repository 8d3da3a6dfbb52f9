#include "actors/study_file/read_program.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "actors/study_file/check_arguments.hpp"
#include "actors/study_file/line_pattern.hpp"
#include "actors/study_file/scalar.hpp"
#include "actors/study_file/templates.hpp"
#include "runtime/process/execution_problem.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;

/// The parameters that a `${name}` template may use.
struct Templates {
  const std::vector<std::string_view>& declared;
  const schedulers::Space& space;
};

/// Reports templates that name an unknown parameter, or one that may be inactive.
void check_templates(const Element& text, const Templates& templates, ProblemList& problems) {
  std::vector<std::string_view> known = templates.declared;
  known.insert(known.end(), trial_templates.begin(), trial_templates.end());
  for (const std::string& name : template_names(text.text)) {
    if (std::ranges::find(known, name) == known.end())
      problems.error(text.at, "${" + name + "} names no parameter of config_space" +
                                  suggestion(name, known, "templates") +
                                  "; write $${ for a literal ${");
    const auto* parameter = templates.space.find(name);
    if (parameter != nullptr && !parameter->when.empty())
      problems.error(text.at, "${" + name + "} has no value unless " + to_text(parameter->when) +
                                  "; leave it to 'entry.args', which passes what there is");
  }
}

/// The words as a YAML list: "[a, b, c]".
std::string as_list(std::string_view words) {
  std::string list;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) list += (list.empty() ? "" : ", ") + std::string(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return "[" + list + "]";
}

void read_command(const Member& member, const Templates& templates, Entry& entry,
                  ProblemList& problems) {
  const Element& list = member.value;
  if (list.kind != Element::Kind::sequence || list.items.empty()) {
    std::string message = "'entry.command' must be a list of arguments, the program first; ";
    if (list.as<std::string>())
      message += "found a text; no shell reads it: write " + as_list(list.text);
    else
      message +=
          list.kind == Element::Kind::sequence ? "the list is empty" : "found " + describe(list);
    problems.error(list.at, std::move(message));
    return;
  }
  for (const Element& item : list.items) {
    if (item.kind != Element::Kind::scalar || item.is_nothing()) {
      problems.error(
          item.at,
          "an argument of 'entry.command' must be a text or a number; found " + describe(item) +
              (item.kind == Element::Kind::mapping ? "; a text with braces or ': ' needs quotes"
                                                   : ""));
      continue;
    }
    check_templates(item, templates, problems);
    entry.command.push_back(item.text);
  }
  if (list.items.front().text.empty())
    problems.error(list.items.front().at, "the program of 'entry.command' has no name");
}

void read_env(const Member& member, const Templates& templates, Entry& entry,
              ProblemList& problems) {
  if (member.value.kind != Element::Kind::mapping) {
    problems.error(member.value.at,
                   "'entry.env' must map names to texts; found " + describe(member.value));
    return;
  }
  for (const Member& variable : member.value.members) {
    if (variable.key.empty() || variable.key.find('=') != variable.key.npos)
      problems.error(variable.at, "'" + variable.key + "' is no name for an environment variable");
    else if (variable.key.starts_with("TROUPE_"))
      problems.error(variable.at, "environment variables TROUPE_... are set by troupe");
    else if (variable.value.kind != Element::Kind::scalar)
      problems.error(
          variable.value.at,
          "an environment variable must be a text or a number; found " + describe(variable.value));
    else
      entry.env.push_back({variable.key, variable.value.text});
    check_templates(variable.value, templates, problems);
  }
}

/// Warns of arguments that are paths out of the working folder: they lead elsewhere from a folder
/// of a trial.
void warn_of_paths_outside(Section& section, const Entry& entry) {
  for (std::size_t i = 1; i < entry.command.size(); ++i) {
    const std::string& argument = entry.command[i];
    const std::size_t at = argument.find("../");
    if (at == argument.npos || (at > 0 && argument[at - 1] != '=')) continue;
    section.warning("command", "with 'entry.cwd: trial', '" + argument +
                                   "' is relative to trials/NNNN/work; write an absolute path");
  }
}

/// Reports a program that cannot be started from the study's folder, as it is now.
void check_program(Section& section, const Entry& entry) {
  const std::string& program = entry.command.front();
  const char* variable = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): never set.
  const std::string_view path = variable == nullptr ? runtime::default_search_path : variable;
  const auto in_folder = [&](const std::string& name) {
    return (fs::path(entry.folder) / name).lexically_normal().string();
  };
  std::optional<std::string> problem;
  for (const std::string& candidate : runtime::executable_paths(program, path)) {
    const std::string file = in_folder(candidate);
    std::error_code ignored;
    if (!fs::exists(file, ignored)) continue;
    problem = runtime::execution_problem(file, path);
    if (problem) continue;
    constexpr std::array shells{"sh", "bash", "dash", "zsh", "ksh"};
    if (std::ranges::find(shells, fs::path(program).filename()) != shells.end() &&
        entry.command.size() > 1 && runtime::has_crlf_line(in_folder(entry.command[1])))
      section.warning("command", "the lines of '" + entry.command[1] + "' end with CRLF, which " +
                                     program +
                                     " takes for a part of commands; convert it with sed -i "
                                     "'s/\\r$//' " +
                                     entry.command[1]);
    return;
  }
  if (problem)
    section.warning("command", "'" + program + "' cannot be started: " + *problem);
  else
    section.warning("command", "there is no program '" + program + "' yet" +
                                   (program.find('/') == std::string::npos
                                        ? " on the PATH; a path of your own starts with ./"
                                        : " (looked for from " + entry.folder + ")"));
}

void read_pattern(Section& report, StudySpec& spec) {
  const auto pattern = report.text("pattern");
  if (!pattern) return;
  const auto compiled = LinePattern::compile(*pattern);
  if (!compiled)
    return report.error("pattern",
                        "'report.pattern' is no regular expression: " + compiled.error().what);
  spec.report.pattern = *pattern;
  for (const auto& [name, what] :
       {std::pair{spec.metric, "the metric"}, std::pair{spec.resource_attr, "resource_attr"}})
    if (!name.empty() && std::ranges::find(compiled->names(), name) == compiled->names().end())
      report.error("pattern",
                   "'report.pattern' has no group named '" + name + "', which is " + what +
                       "; write (?<" + name + ">...) around what it matches" +
                       (compiled->names().empty()
                            ? ""
                            : suggestion(name, {compiled->names().begin(), compiled->names().end()},
                                         "groups")));
}

}  // namespace

void read_entry(Section& top, const std::vector<std::string_view>& declared, StudySpec& spec,
                ProblemList& problems) {
  if (!top.require("entry", "the program to tune, such as `entry: {command: [./train]}`")) return;
  Section entry = top.section("entry", keys_of("entry"));
  if (const Member* command =
          entry.require("command", "the program and its arguments, such as [./train, --fast]"))
    read_command(*command, {declared, spec.config_space}, spec.entry, problems);
  OptionReader(entry).read(options_of("entry"), spec.entry);
  if (const Member* env = entry.find("env"))
    read_env(*env, {declared, spec.config_space}, spec.entry, problems);
  check_arguments(entry, spec, problems);
  if (spec.entry.cwd == Entry::Cwd::trial) warn_of_paths_outside(entry, spec.entry);

  if (spec.entry.command.empty() || !template_names(spec.entry.command.front()).empty()) return;
  check_program(entry, spec.entry);
}

void read_report(Section& top, StudySpec& spec) {
  Section report = top.section("report", keys_of("report"));
  ReportFormat& format = spec.report;
  using Format = ReportFormat::Format;
  const bool has_pattern = report.has("pattern");
  OptionReader reader(report);
  reader.read(options_of("report"), format);
  if (has_pattern && !reader.given().has_value("format")) format.format = Format::regex;
  format.metric = spec.metric;
  format.resource_attr = spec.resource_attr;
  if (format.format == Format::regex) {
    (void)report.require("pattern",
                         "with format: regex, the regular expression with a named "
                         "group for each key, such as "
                         "'epoch (?<epoch>\\d+) loss (?<loss>\\S+)'");
    read_pattern(report, spec);
  } else if (has_pattern) {
    report.error("pattern", "'report.pattern' is for format: regex");
  }
}

void read_resources(Section& top, StudySpec& spec, ProblemList& problems) {
  Section resources = top.section("resources", keys_of("resources"));
  OptionReader(resources).read(options_of("resources"), spec.resources);
  const Member* memory = resources.find("memory");
  if (memory == nullptr) return;
  const auto bytes =
      memory->value.kind == Element::Kind::scalar ? memory_size(memory->value.text) : std::nullopt;
  if (bytes && *bytes > 0)
    spec.resources.memory_bytes = *bytes;
  else
    problems.error(
        memory->value.at,
        "'resources.memory' must be a size, such as 512M or 4G; found " + describe(memory->value));
}

}  // namespace troupe::actors
