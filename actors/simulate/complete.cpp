#include "actors/simulate/complete.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/json.hpp"
#include "actors/simulate/row_of.hpp"
#include "actors/study_file/read_domain.hpp"
#include "actors/study_file/to_yaml.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

/// A name for a study, of the name of its file.
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

/// The domain of row_parameter.
std::string rows_domain(const Table& table, Rows rows) {
  std::string list;
  std::size_t listed = 0;
  for (std::size_t row = 0; row < table.rows() && rows != Rows::all; ++row)
    if (table.counts(row, rows)) list += (listed++ == 0 ? "" : ", ") + std::to_string(row);
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

/// As a study file has it.
std::string written(const schedulers::Domain& domain) {
  if (const auto* one = std::get_if<schedulers::Constant>(&domain)) return written(one->value);
  if (const auto* choice = std::get_if<schedulers::Choice>(&domain))
    return "{choice: " + written(choice->values) + "}";
  if (const auto* ordinal = std::get_if<schedulers::Ordinal>(&domain))
    return "{ordinal: " + written(ordinal->values) + "}";
  return "{" + to_text(domain) + "}";
}

/// Without the closing brace.
std::string table_space(const Table& table) {
  std::string text = "{";
  for (const auto& parameter : table.space().parameters())
    text += (text.size() > 1 ? ", " : "") + json_string(parameter.name) + ": " +
            written(parameter.domain);
  return text;
}

/// With the constant that says how far a trial may go, if the study has one.
std::string rows_space(const Table& table, Rows rows, const Element* constant,
                       const std::string& most) {
  std::string text = "{" + std::string(row_parameter) + ": " + rows_domain(table, rows);
  if (constant != nullptr) text += ", " + json_string(constant->text) + ": " + most;
  return text + "}";
}

/// What is added: keys and their values, as YAML and JSON both read them.
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

/// The members that a block of our own says, placed behind so many lines.
std::vector<Member> members_of(const std::string& block, std::size_t lines) {
  ProblemList none("", block);
  auto root = parse_document(block, none);
  check(root && !none.has_errors(), "what is added to a study is YAML");
  move_down(*root, lines);
  return std::move(root->members);
}

}  // namespace

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

}  // namespace troupe::actors
