#include "actors/study_file/read_program.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "actors/study_file/check_arguments.hpp"
#include "actors/study_file/line_pattern.hpp"
#include "actors/study_file/pattern_reach.hpp"
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

bool is_variable_name(std::string_view name) {
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

void read_env_from(const Member& member, Entry& entry, ProblemList& problems) {
  if (member.value.kind != Element::Kind::sequence) {
    problems.error(member.value.at,
                   "'entry.env_from' must be a list of names of environment variables, such as "
                   "[WANDB_API_KEY]; found " +
                       describe(member.value));
    return;
  }
  for (const Element& item : member.value.items) {
    if (item.kind != Element::Kind::scalar || !is_variable_name(item.text)) {
      problems.error(item.at,
                     "expected the name of an environment variable, such as "
                     "WANDB_API_KEY; found " +
                         describe(item));
      continue;
    }
    if (item.text.starts_with("TROUPE_"))
      problems.error(item.at, "environment variables TROUPE_... are set by troupe");
    else if (std::ranges::find(entry.env_from, item.text) != entry.env_from.end())
      problems.error(item.at, "'" + item.text + "' is in 'entry.env_from' twice");
    else if (std::ranges::find(entry.env, item.text, &EnvVariable::name) != entry.env.end())
      problems.error(item.at, "'entry.env' sets '" + item.text + "' too; remove it from one");
    else if (std::getenv(item.text.c_str()) == nullptr)
      problems.warning(
          item.at, "'" + item.text + "' is not set here; `troupe run` needs it: export it there");
    entry.env_from.push_back(item.text);
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

bool is_on_path(const std::string& program) {
  const char* variable = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): never set.
  const std::string_view path = variable == nullptr ? runtime::default_search_path : variable;
  return std::ranges::any_of(runtime::executable_paths(program, path), [](const auto& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
  });
}

/// The names of the groups of a pattern. None: reports what is wrong with it, at its own place.
std::optional<std::vector<std::string>> read_pattern(const Element& pattern, const std::string& key,
                                                     ProblemList& problems) {
  const auto compiled = LinePattern::compile(pattern.text);
  if (!compiled) {
    problems.error(pattern.at, "'" + key + "' is no regular expression: " + compiled.error().what);
    return std::nullopt;
  }
  if (const std::string_view why = why_unmatchable(pattern.text); !why.empty()) {
    problems.error(pattern.at, "'" + key + "' matches no line: " + std::string(why));
    return std::nullopt;
  }
  if (compiled->names().empty() && key == "report.patterns") {
    problems.error(pattern.at,
                   "a pattern of 'report.patterns' has no named group; write (?<name>...) around "
                   "a value");
    return std::nullopt;
  }
  return compiled->names();
}

/// How to name a group `name`. PCRE2 has letters, digits and underscores in such names.
std::string group_advice(const std::string& name) {
  constexpr std::size_t length_max = 32;
  const auto may_stand = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  if (std::ranges::all_of(name, may_stand) && name.size() <= length_max &&
      std::isdigit(static_cast<unsigned char>(name.front())) == 0)
    return "; write (?<" + name + ">...) around what it matches";
  return "; a group's name has letters, digits and '_' only and at most 32 of them: choose such a "
         "name for it in the study file, and write (?<NAME>...) around what it matches";
}

/// Checks that the metric and, unless reports are counted, the resource have a group.
void check_groups(Section& report, const std::string& key, const std::vector<std::string>& names,
                  const StudySpec& spec) {
  const bool counts = spec.report.resource == ReportFormat::ResourceSource::count;
  for (const auto& [name, what] :
       {std::pair{spec.metric, "the metric"},
        std::pair{counts ? std::string() : spec.resource_attr, "resource_attr"}})
    if (!name.empty() && std::ranges::find(names, name) == names.end())
      report.error(
          key, "'report." + key + "' has no group named '" + name + "', which is " + what +
                   group_advice(name) +
                   (names.empty() ? "" : suggestion(name, {names.begin(), names.end()}, "groups")));
}

void read_patterns(Section& report, StudySpec& spec, ProblemList& problems) {
  bool is_sound = true;
  std::string key = "pattern";
  std::vector<std::string> names;
  if (const Member* list = report.find("patterns")) {
    key = "patterns";
    if (report.has("pattern"))
      return report.error("patterns", "give 'report.pattern' or 'report.patterns', not both");
    const auto is_text = [](const Element& item) {
      return item.kind == Element::Kind::scalar && !item.text.empty();
    };
    if (list->value.kind != Element::Kind::sequence || list->value.items.empty() ||
        !std::ranges::all_of(list->value.items, is_text))
      return report.error("patterns",
                          "'report.patterns' must be a list of regular expressions, such as "
                          "['^Epoch (?<epoch>\\d+)', 'loss (?<loss>\\S+)']; found " +
                              describe(list->value));
    for (const Element& item : list->value.items) {
      const auto found = read_pattern(item, "report.patterns", problems);
      if (found) names.insert(names.end(), found->begin(), found->end());
      is_sound = is_sound && found;
      spec.report.patterns.push_back(item.text);
    }
  } else if (report.text("pattern")) {
    const Element& pattern = report.find("pattern")->value;
    const auto found = read_pattern(pattern, "report.pattern", problems);
    if (found) names = *found;
    is_sound = found.has_value();
    spec.report.pattern = pattern.text;
  } else {
    return;
  }
  if (is_sound) check_groups(report, key, names, spec);
}

/// Keys that say nothing where reports are counted.
void check_count(Section& report, const ReportFormat& format) {
  if (format.resource != ReportFormat::ResourceSource::count) return;
  for (const char* key : {"resource_scale", "resource_offset", "after_resume"})
    if (report.has(key))
      report.error(key, "'report." + std::string(key) +
                            "' is for a resource that is printed; with resource: count, reports "
                            "are counted from 1, and on from the resource before after a resume");
}

void read_log_limit(Section& report, ReportFormat& format) {
  constexpr std::uint64_t least = std::uint64_t{64} << 10;
  const Member* limit = report.find("max_log_bytes");
  if (limit == nullptr) return;
  const auto bytes =
      limit->value.kind == Element::Kind::scalar ? memory_size(limit->value.text) : std::nullopt;
  if (bytes && (*bytes == 0 || *bytes >= least))
    format.max_log_bytes = *bytes;
  else
    report.error("max_log_bytes",
                 "'report.max_log_bytes' must be a size from 64K on, such as 16M, or 0 for no "
                 "limit; found " +
                     describe(limit->value));
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
  if (const Member* names = entry.find("env_from")) read_env_from(*names, spec.entry, problems);
  check_arguments(entry, spec, problems);
  if (spec.entry.cwd == Entry::Cwd::trial) warn_of_paths_outside(entry, spec.entry);

  if (spec.entry.command.empty() || !template_names(spec.entry.command.front()).empty()) return;
  check_program(entry, spec.entry);
}

void read_report(Section& top, StudySpec& spec, ProblemList& problems) {
  Section report = top.section("report", keys_of("report"));
  ReportFormat& format = spec.report;
  using Format = ReportFormat::Format;
  const char* const pattern_key = report.has("patterns") ? "patterns" : "pattern";
  const bool has_pattern = report.has(pattern_key);
  OptionReader reader(report);
  reader.read(options_of("report"), format);
  if (has_pattern && !reader.given().has_value("format")) format.format = Format::regex;
  if (!(format.resource_scale > 0)) format.resource_scale = 1;  // Refused above.
  format.metric = spec.metric;
  format.resource_attr = spec.resource_attr;
  check_count(report, format);
  read_log_limit(report, format);
  if (format.unbuffer && !is_on_path("stdbuf"))
    report.warning("unbuffer",
                   "'report.unbuffer' needs the program stdbuf (of GNU coreutils), "
                   "which is not on the PATH");
  if (format.format == Format::regex) {
    if (!has_pattern)
      (void)report.require("pattern",
                           "with format: regex, the regular expression with a named "
                           "group for each key, such as "
                           "'epoch (?<epoch>\\d+) loss (?<loss>\\S+)'");
    read_patterns(report, spec, problems);
  } else if (has_pattern) {
    report.error(pattern_key, "'report." + std::string(pattern_key) + "' is for format: regex");
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
