#include "actors/simulate/simulated_study.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/json.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/study_file/document.hpp"
#include "actors/study_file/read_domain.hpp"
#include "actors/study_file/study_file.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

/// Name of a study, derived from the name of its file.
std::string name_of(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '.'; }, '_');
  return name.empty() || std::isalnum(static_cast<unsigned char>(name.front())) == 0
             ? "study" + name
             : name;
}

const Element* value_of(const Element& root, std::string_view key) {
  const auto found = std::ranges::find(root.members, key, &Member::key);
  return found == root.members.end() ? nullptr : &found->value;
}

/// Domain of row_parameter: all rows, or the included ones.
std::string rows_domain(const Table& table, Rows rows) {
  std::string list;
  std::size_t listed = 0;
  for (std::size_t row = 0; row < table.rows() && rows != Rows::all; ++row)
    if (table.includes(row, rows)) list += (listed++ == 0 ? "" : ", ") + std::to_string(row);
  if (rows == Rows::all || listed == table.rows())
    return "{randint: [0, " + std::to_string(table.rows() - 1) + "]}";
  return "{choice: [" + list + "]}";
}

std::string written(const schedulers::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? schedulers::text_of(value) : json_string(*text);
}

std::string written(const std::vector<schedulers::Value>& values) {
  std::string list;
  for (const auto& value : values) list += (list.empty() ? "" : ", ") + written(value);
  return "[" + list + "]";
}

/// A domain in the syntax of a study file.
std::string written(const schedulers::Domain& domain) {
  if (const auto* one = std::get_if<schedulers::Constant>(&domain)) return written(one->value);
  if (const auto* choice = std::get_if<schedulers::Choice>(&domain))
    return "{choice: " + written(choice->values) + "}";
  if (const auto* ordinal = std::get_if<schedulers::Ordinal>(&domain))
    return "{ordinal: " + written(ordinal->values) + "}";
  return "{" + to_text(domain) + "}";
}

/// Space of the table as a YAML mapping, without the closing brace.
std::string table_space(const Table& table) {
  std::string text = "{";
  for (const auto& parameter : table.space().parameters())
    text += (text.size() > 1 ? ", " : "") + json_string(parameter.name) + ": " +
            written(parameter.domain);
  return text;
}

/// Space over the rows of the table, with the constant of max_resource_attr if the study has one.
std::string rows_space(const Table& table, Rows rows, const Element* constant,
                       const std::string& most) {
  std::string text = "{" + std::string(row_parameter) + ": " + rows_domain(table, rows);
  if (constant != nullptr) text += ", " + json_string(constant->text) + ": " + most;
  return text + "}";
}

/// Added keys and their values, in syntax that YAML and JSON share.
using Additions = std::vector<std::pair<std::string, std::string>>;

Additions lacking(const Element& root, const std::string& name, const Table& table,
                  const LookupOptions& options) {
  Additions added;
  const auto has = [&](std::string_view key, std::string_view alias = {}) {
    return value_of(root, key) != nullptr || (!alias.empty() && value_of(root, alias) != nullptr);
  };
  const std::string most = std::to_string(table.max_resource());
  if (!has("study", "experiment")) added.emplace_back("study", json_string(name));
  if (!has("entry")) added.emplace_back("entry", "{command: [recorded]}");
  if (!has("metric")) added.emplace_back("metric", json_string(table.metric_name()));
  if (!has("mode"))
    added.emplace_back("mode", table.mode() == schedulers::Mode::max ? "max" : "min");
  if (!has("resource_attr", "time_attr"))
    added.emplace_back("resource_attr", json_string(table.resource_name()));
  const Element* constant = value_of(root, "max_resource_attr");
  if (constant == nullptr && !has("max_t", "max_resource")) added.emplace_back("max_t", most);
  if (has("config_space")) return added;
  if (options.lookup != Lookup::nearest) {
    added.emplace_back("config_space", rows_space(table, options.rows, constant, most));
    if (!has("points_to_evaluate")) added.emplace_back("points_to_evaluate", "[]");
    return added;
  }
  std::string space = table_space(table);
  if (constant != nullptr) space += ", " + json_string(constant->text) + ": " + most;
  added.emplace_back("config_space", space + "}");
  return added;
}

void move_down(Element& element, std::size_t lines) {
  element.at.line += lines;
  for (Element& item : element.items) move_down(item, lines);
  for (Member& member : element.members) {
    member.at.line += lines;
    move_down(member.value, lines);
  }
}

std::string block_of(const Additions& added) {
  std::string block;
  for (const auto& [key, what] : added) block += key + ": " + what + "\n";
  return block;
}

/// Members of a block of YAML, with positions moved down by `lines`.
std::vector<Member> members_of(const std::string& block, std::size_t lines) {
  ProblemList none("", block);
  auto root = parse_document(block, none);
  check(root && !none.has_errors(), "what is added to a study is YAML");
  move_down(*root, lines);
  return std::move(root->members);
}

/// Adds missing keys to a study: its name (of the file), and from the table metric, mode,
/// resource_attr, max_t and config_space, and a program, which a simulation does not run. Their
/// positions are after the last line of the file.
void complete(WrittenStudy& study, const Table& table, const LookupOptions& options) {
  if (study.root.kind != Element::Kind::mapping) return;
  const Additions added = lacking(study.root, name_of(study.file), table, options);
  if (added.empty()) return;
  const std::string block = block_of(added);
  const auto lines = static_cast<std::size_t>(std::ranges::count(study.source, '\n')) + 1;
  std::ranges::move(members_of(block, lines), std::back_inserter(study.root.members));
  std::string& text = study.text;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '{') {
    std::string members;
    for (const auto& [key, what] : added) members += ", " + json_string(key) + ": " + what;
    text.insert(text.rfind('}'), members);
    return;
  }
  if (!text.ends_with('\n')) text += '\n';
  text += "# From the table " + table.name() + ", for a simulation:\n" + block;
}

/// Replaces the config_space of the study by the rows of the table.
void replace_space(WrittenStudy& study, const Table& table, Rows rows) {
  const Element* constant = value_of(study.root, "max_resource_attr");
  const Element* space = value_of(study.root, "config_space");
  check(space != nullptr, "a space that is replaced is there");
  const Element* most = constant == nullptr ? nullptr : value_of(*space, constant->text);
  const std::string block = block_of(
      {{"config_space", rows_space(table, rows, constant, most == nullptr ? "" : most->text)},
       {"points_to_evaluate", "[]"}});
  std::erase_if(study.root.members, [](const Member& member) {
    return member.key == "config_space" || member.key == "points_to_evaluate";
  });
  const auto lines = static_cast<std::size_t>(std::ranges::count(study.source, '\n')) + 1;
  std::ranges::move(members_of(block, lines), std::back_inserter(study.root.members));
  study.text =
      "# As simulated over the rows of the table " + table.name() + ".\n" + to_yaml(study.root);
}

Error conflict(const fs::path& file, const std::string& what) {
  return {ErrorKind::bad_input, file.string() + ": " + what};
}

/// Refuses a study that contradicts the table.
Result<void> check_against(const fs::path& file, const StudySpec& spec, const Table& table) {
  if (!spec.has_max_resource())
    return conflict(file, "the study has no maximum resource; give it resource_attr and max_t: " +
                              std::to_string(table.max_resource()) + ", as the curves of " +
                              table.name() + " have");
  if (spec.max_t > table.max_resource())
    return conflict(file, "the maximum resource is " + std::to_string(spec.max_t) +
                              ", but the curves of " + table.name() + " end at " +
                              std::to_string(table.max_resource()) + "; lower it, or leave it out");
  if (spec.mode != table.mode()) {
    const bool max = table.mode() == schedulers::Mode::max;
    return conflict(file, std::string("mode is ") + (max ? "min" : "max") + ", but " +
                              table.metric_name() + " of " + table.name() + " is " +
                              (max ? "max" : "min") + "; correct it, or leave it out");
  }
  if (!spec.scheduler.node.empty() || !spec.searcher.node.empty())
    return conflict(file,
                    "scheduler.node and searcher.node name other processes, and a simulation has "
                    "one; leave them out");
  return {};
}

/// Reports keys with configurations of config_space, which have no meaning if rows are drawn.
void refuse_configurations(const Element& root, const Table& table, ProblemList& problems) {
  constexpr std::array keys{std::string_view("points_to_evaluate"), std::string_view("incumbents"),
                            std::string_view("forbid")};
  for (const Member& member : root.members)
    if (std::ranges::find(keys, member.key) != keys.end() && !member.value.items.empty())
      problems.error(member.at,
                     "'" + member.key +
                         "' speaks of config_space, but with --lookup rows the searcher draws rows "
                         "of " +
                         table.name() +
                         "; leave it out, or take --lookup nearest, which keeps config_space");
}

bool has_any(const Table& table, Rows rows) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.includes(row, rows)) return true;
  return false;
}

bool has_space(const Element& root) {
  return std::ranges::find(root.members, "config_space", &Member::key) != root.members.end();
}

}  // namespace

Result<SimulatedStudy> simulated_study(WrittenStudy study, std::shared_ptr<const Table> table,
                                       const LookupOptions& asked) {
  if (!has_any(*table, asked.rows))
    return Error{ErrorKind::bad_input, "--trained-only leaves no configuration of " +
                                           table->name() + ": nothing was observed of any"};
  LookupOptions options = asked;
  const bool own_space = has_space(study.root);
  if (options.lookup == Lookup::automatic)
    options.lookup = own_space ? Lookup::nearest : Lookup::rows;
  const bool replaces = own_space && options.lookup == Lookup::rows;

  ProblemList problems(study.file.string(), study.source);
  if (replaces) refuse_configurations(study.root, *table, problems);
  complete(study, *table, options);
  auto spec = read_study(study.root, study.file, problems);
  if (!spec) return refusal(problems);
  SimulatedStudy simulated;
  // No warnings about a missing program, nor about added lines.
  const auto lines = static_cast<std::size_t>(std::ranges::count(study.source, '\n')) + 1;
  for (const Problem& problem : problems.sorted())
    if (problem.at.line <= lines &&
        problem.message.find("there is no program") == std::string::npos)
      simulated.warnings.push_back(problem);
  if (auto checked = check_against(study.file, *spec, *table); !checked) return checked.error();
  if (replaces) {
    replace_space(study, *table, options.rows);
    spec = read_study(study.root, study.file, problems);
    if (!spec) return refusal(problems);
  }
  spec->text = std::move(study.text);
  if (options.lookup == Lookup::nearest) {
    auto nearest = NearestRow::make(*table, spec->config_space, options.rows);
    if (!nearest) return conflict(study.file, nearest.error().what);
    simulated.plan.nearest = std::make_shared<const NearestRow>(std::move(nearest).value());
  }
  simulated.plan.spec = std::make_shared<const StudySpec>(std::move(*spec));
  simulated.plan.table = std::move(table);
  return simulated;
}

Result<SimulatedStudy> simulated_study_text(const std::string& text, const fs::path& file,
                                            std::shared_ptr<const Table> table, Lookup lookup) {
  auto written = read_written_text(text, file);
  if (!written) return written.error();
  return simulated_study(std::move(written).value(), std::move(table), {.lookup = lookup});
}

}  // namespace troupe::actors
