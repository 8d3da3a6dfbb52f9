#include "actors/simulate/completed_text.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "actors/simulate/row_of.hpp"
#include "actors/study_file/read_domain.hpp"

namespace troupe::actors {
namespace {

/// In double quotes, as YAML and JSON both read it.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out + '"';
}

std::string rows_space(const Table& table) {
  return "{" + std::string(row_parameter) + ": {randint: [0, " + std::to_string(table.rows() - 1) +
         "]}";
}

std::string table_space(const Table& table) {
  std::string text = "{";
  for (const auto& parameter : table.space().parameters())
    text +=
        (text.size() > 1 ? ", " : "") + quoted(parameter.name) + ": " + to_text(parameter.domain);
  return text;
}

}  // namespace

std::string completed_text(const std::string& text, const Element& root, const Table& table,
                           const std::string& name, Lookup lookup) {
  const auto value = [&](std::string_view key) -> const Element* {
    const auto found = std::ranges::find(root.members, key, &Member::key);
    return found == root.members.end() ? nullptr : &found->value;
  };
  const auto has = [&](std::string_view key, std::string_view alias = {}) {
    return value(key) != nullptr || (!alias.empty() && value(alias) != nullptr);
  };
  std::vector<std::pair<std::string, std::string>> added;
  const auto add = [&](const std::string& key, std::string what) {
    added.emplace_back(key, std::move(what));
  };
  const std::string most = std::to_string(table.max_resource());
  if (!has("study", "experiment")) add("study", quoted(name));
  if (!has("entry")) add("entry", "{command: [recorded]}");
  if (!has("metric")) add("metric", quoted(table.metric_name()));
  if (!has("mode")) add("mode", table.mode() == schedulers::Mode::max ? "max" : "min");
  if (!has("resource_attr", "time_attr")) add("resource_attr", quoted(table.resource_name()));
  const Element* constant = value("max_resource_attr");
  if (constant == nullptr && !has("max_t", "max_resource")) add("max_t", most);
  if (!has("config_space")) {
    std::string space = lookup == Lookup::nearest ? table_space(table) : rows_space(table);
    if (constant != nullptr) space += ", " + quoted(constant->text) + ": " + most;
    add("config_space", space + "}");
    if (lookup != Lookup::nearest && !has("points_to_evaluate")) add("points_to_evaluate", "[]");
  }
  if (added.empty()) return text;
  const bool flow = text.find_first_not_of(" \t\r\n") != text.npos &&
                    text[text.find_first_not_of(" \t\r\n")] == '{';
  std::string whole = text;
  if (flow) {
    std::string members;
    for (const auto& [key, what] : added) members += ", " + quoted(key) + ": " + what;
    whole.insert(whole.rfind('}'), members);
    return whole;
  }
  if (!whole.ends_with('\n')) whole += '\n';
  whole += "# From the table " + table.name() + ", for a simulation:\n";
  for (const auto& [key, what] : added) whole += key + ": " + what + "\n";
  return whole;
}

}  // namespace troupe::actors
