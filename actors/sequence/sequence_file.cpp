#include "actors/sequence/sequence_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "actors/study_file/document.hpp"
#include "actors/study_file/section.hpp"
#include "actors/study_file/study_file.hpp"

namespace troupe::actors {

namespace {

namespace fs = std::filesystem;

const SectionKeys& no_keys() {
  static const SectionKeys none{};
  return none;
}

/// Keys of a section of a study file; none for any other mapping.
const SectionKeys& keys_below(std::string_view section) {
  for (const std::string_view known :
       {"entry", "scheduler", "searcher", "resources", "stop_criterion", "report", "memory"})
    if (known == section) return keys_of(known);
  return no_keys();
}

/// The name by which a section knows `key`, which may be an alias.
std::string_view canonical(const SectionKeys& keys, std::string_view key) {
  for (const Key& known : keys.keys)
    if (!known.alias.empty() && known.alias == key) return known.name;
  return key;
}

/// `base` with the changes: a mapping in both is merged key by key, anything else is replaced.
/// Every element keeps the place where it was written.
Element merged(const Element& base, const Element& changes, const SectionKeys& keys) {
  Element result = base;
  for (const Member& change : changes.members) {
    const std::string_view name = canonical(keys, change.key);
    const auto there = std::ranges::find_if(
        result.members, [&](const Member& member) { return canonical(keys, member.key) == name; });
    if (there == result.members.end()) {
      result.members.push_back(change);
      continue;
    }
    const bool both =
        there->value.kind == Element::Kind::mapping && change.value.kind == Element::Kind::mapping;
    Element value = both ? merged(there->value, change.value, keys_below(name)) : change.value;
    if (both) value.at = there->value.at;
    *there = Member{change.key, both ? there->at : change.at, std::move(value)};
  }
  return result;
}

/// Keys of the head and of the shared memory, which a task cannot set.
constexpr std::array shared_only{std::string_view("memory"), std::string_view("listen"),
                                 std::string_view("lease"), std::string_view("incumbents")};

SectionKeys keys_of_sequence() {
  SectionKeys keys = keys_of("");
  std::erase_if(keys.keys, [](const Key& key) { return key.name == "study"; });
  keys.keys.insert(keys.keys.begin(), {{"sequence"}, {"tasks"}});
  return keys;
}

SectionKeys keys_of_task() {
  SectionKeys keys = keys_of("");
  keys.section = "task";
  std::erase_if(keys.keys, [](const Key& key) {
    return key.name == "study" || std::ranges::find(shared_only, key.name) != shared_only.end();
  });
  keys.keys.insert(keys.keys.begin(), {{"name"}});
  return keys;
}

const Member* member_of(const Element& mapping, std::string_view key) {
  const auto found = std::ranges::find(mapping.members, key, &Member::key);
  return found == mapping.members.end() ? nullptr : &*found;
}

Element text_at(Position at, const std::string& text) {
  return {.at = at, .scalar = text, .text = text};
}

Element number_at(Position at, std::int64_t number) {
  return {.at = at, .scalar = number, .text = std::to_string(number)};
}

void set(Element& mapping, std::string key, Position at, Element value) {
  std::erase_if(mapping.members, [&](const Member& member) { return member.key == key; });
  mapping.members.insert(mapping.members.begin(), Member{std::move(key), at, std::move(value)});
}

/// Reports keys that a sequence file cannot have, such as `study`.
void refuse_study(Element& root, ProblemList& problems) {
  for (const std::string_view key : {"study", "experiment"})
    if (const Member* study = member_of(root, key)) {
      problems.error(study->at,
                     "a sequence is named by `sequence: NAME`, and its tasks by their "
                     "'name'; leave '" +
                         std::string(key) + "' out");
      std::erase_if(root.members, [&](const Member& member) { return member.key == key; });
    }
}

class SequenceReader {
 public:
  SequenceReader(const Element& root, const fs::path& path, ProblemList& problems)
      : root_(root),
        path_(path),
        problems_(problems),
        sequence_keys_(keys_of_sequence()),
        task_keys_(keys_of_task()) {}

  SequenceSpec read() {
    SequenceSpec spec;
    refuse_study(root_, problems_);
    Section top(root_, root_.at, sequence_keys_, problems_);
    if (root_.kind != Element::Kind::mapping) return spec;
    if (top.require("sequence", "a name for it, such as `sequence: nightly`"))
      spec.name = top.text("sequence").value_or("");
    check_name(top.find("sequence"), spec.name, "'sequence'");
    first_seed_ = top.integer("seed", 0).value_or(0);
    base_ = root_;
    std::erase_if(base_.members, [&](const Member& member) {
      return member.key == "sequence" || member.key == "tasks" || !is_known(member.key);
    });
    const Member* tasks = top.require(
        "tasks", "what each task has otherwise, such as `tasks: [{name: first}, {name: second}]`");
    if (tasks == nullptr) return spec;
    if (tasks->value.kind != Element::Kind::sequence || tasks->value.items.empty()) {
      top.error("tasks",
                "'tasks' must be a list of at least one task, such as `- name: first`; "
                "found " +
                    (tasks->value.kind == Element::Kind::sequence ? std::string("an empty list")
                                                                  : describe(tasks->value)));
      return spec;
    }
    for (const Element& task : tasks->value.items) read_task(task, spec);
    return spec;
  }

 private:
  [[nodiscard]] bool is_known(std::string_view key) const {
    const std::string_view name = canonical(sequence_keys_, key);
    return std::ranges::find(sequence_keys_.keys, name, &Key::name) != sequence_keys_.keys.end();
  }

  void check_name(const Member* member, const std::string& name, const std::string& what) {
    if (member == nullptr || name.empty() || is_legal_name(name)) return;
    problems_.error(member->value.at,
                    what +
                        " must be a name for a folder too: letters, digits, '_', '-' and '.', "
                        "a letter or digit first; found " +
                        describe(member->value));
  }

  void read_task(const Element& task, SequenceSpec& spec) {
    Section section(task, task.at, task_keys_, problems_);
    if (task.kind != Element::Kind::mapping) return;
    const Member* name = section.require("name", "what to call it, such as `name: second`");
    if (name == nullptr) return;
    const std::string called = section.text("name").value_or("");
    if (called.empty()) return;
    check_name(name, called, "'task.name'");
    const auto [first, is_new] = names_.emplace(called, name->at.line);
    if (!is_new)
      problems_.error(name->value.at, "two tasks are called '" + called + "'; the first in line " +
                                          std::to_string(first->second));
    const bool same_space = check_space(task);
    Element changes = task;
    std::erase_if(changes.members, [&](const Member& member) {
      const std::string_view key = canonical(task_keys_, member.key);
      return key == "name" || (key == "config_space" && !same_space) ||
             std::ranges::find(task_keys_.keys, key, &Key::name) == task_keys_.keys.end();
    });
    Element root = merged(base_, changes, keys_of(""));
    const auto sound = [](const std::string& given) { return is_legal_name(given) ? given : "x"; };
    set(root, "study", name->value.at,
        text_at(name->value.at, sound(spec.name) + "." + sound(called)));
    if (member_of(changes, "seed") == nullptr)
      set(root, "seed", root.at,
          number_at(root.at, first_seed_ + static_cast<std::int64_t>(spec.tasks.size())));
    if (member_of(root, "memory") == nullptr)  // The sequence has its own memory.
      set(root, "memory", root.at, Element{.kind = Element::Kind::mapping, .at = root.at});
    const std::string text = "# Task " + std::to_string(spec.tasks.size() + 1) + ", '" + called +
                             "', of the sequence '" + spec.name + "'.\n" + to_yaml(root);
    auto study = read_study(root, path_, problems_);
    SequenceTask read{called, study ? std::move(*study) : StudySpec{}};
    read.spec.text = text;
    spec.tasks.push_back(std::move(read));
  }

  /// Checks that all tasks search the same space; constants may differ. False after a report.
  [[nodiscard]] bool check_space(const Element& task) {
    const Member* changes = member_of(task, "config_space");
    const Member* space = member_of(base_, "config_space");
    if (changes == nullptr) return true;
    if (changes->value.kind != Element::Kind::mapping || space == nullptr) {
      problems_.error(changes->at,
                      "the tasks of a sequence search one space, which stands at the top; a task "
                      "may change its constants only, such as `config_space: {epochs: 27}`");
      return false;
    }
    std::vector<std::string_view> constants;
    for (const Member& member : space->value.members)
      if (member.value.kind == Element::Kind::scalar) constants.push_back(member.key);
    bool good = true;
    for (const Member& change : changes->value.members) {
      if (std::ranges::find(constants, change.key) != constants.end() &&
          change.value.kind == Element::Kind::scalar)
        continue;
      good = false;
      problems_.error(change.at, "'" + change.key +
                                     "' is no constant of the sequence's config_space; a task may "
                                     "change its constants only" +
                                     suggestion(change.key, constants, "constants"));
    }
    return good;
  }

  Element root_;
  const fs::path& path_;
  ProblemList& problems_;
  SectionKeys sequence_keys_;
  SectionKeys task_keys_;
  Element base_;
  std::int64_t first_seed_ = 0;
  std::map<std::string, std::size_t> names_;  ///< Lines of the task names.
};

/// Removes duplicates: the shared part is read once for each task.
std::vector<Problem> once_each(std::vector<Problem> problems) {
  std::set<std::pair<Position, std::string>> told;
  std::erase_if(problems, [&](const Problem& problem) {
    return !told.emplace(problem.at, problem.message).second;
  });
  return problems;
}

}  // namespace

bool is_sequence(const WrittenStudy& written) {
  return member_of(written.root, "sequence") != nullptr ||
         member_of(written.root, "tasks") != nullptr;
}

Result<SimulatedTasks> simulated_tasks(WrittenStudy written, std::size_t tables) {
  const auto refuse = [&](const std::string& what) {
    return Error{ErrorKind::bad_input, written.file.string() + ": " + what};
  };
  const Member* named = member_of(written.root, "sequence");
  const Member* tasks = member_of(written.root, "tasks");
  const bool remembers = is_sequence(written) || member_of(written.root, "memory") != nullptr;
  SimulatedTasks result{.remembers = remembers, .tasks = {}};
  Element base = written.root;
  std::erase_if(base.members, [](const Member& member) {
    return member.key == "sequence" || member.key == "tasks" || member.key == "memory";
  });
  const auto* name = named == nullptr ? nullptr : named->value.as<std::string>();
  if (name != nullptr) set(base, "study", named->value.at, text_at(named->value.at, *name));
  if (remembers)  // Later tasks have incumbents.
    set(base, "memory", base.at, Element{.kind = Element::Kind::mapping, .at = base.at});
  const auto add = [&](Element root) {
    std::string text = to_yaml(root);
    result.tasks.push_back({written.file, written.source, std::move(root), std::move(text)});
  };
  if (tasks == nullptr) {
    if (remembers) written = {written.file, written.source, base, to_yaml(base)};
    result.tasks.assign(tables, written);
    return result;
  }
  const std::vector<Element>& changes = tasks->value.items;
  if (changes.size() != tables)
    return refuse("the sequence has " + std::to_string(changes.size()) + " tasks, and there are " +
                  std::to_string(tables) +
                  " tables; give a --table for each task, or leave 'tasks' out: then each table is "
                  "one");
  for (const Element& change : changes) {
    Element own = change;
    std::erase_if(own.members, [](const Member& member) { return member.key == "name"; });
    add(merged(base, own, keys_of("")));
  }
  return result;
}

bool is_sequence_file(const fs::path& path) {
  const auto written = read_written(path);
  return written && is_sequence(*written);
}

SequenceFile read_sequence_file(const fs::path& path) {
  ProblemList problems(path.string(), "");
  if (auto text = read_text(path, problems)) return read_sequence_text(std::move(*text), path);
  return {std::nullopt, problems.sorted()};
}

SequenceFile read_sequence_text(std::string text, const fs::path& path) {
  ProblemList problems(path.string(), text);
  const auto root = parse_document(text, problems);
  if (!root) return {std::nullopt, problems.sorted()};
  SequenceSpec spec = SequenceReader(*root, path, problems).read();
  spec.text = std::move(text);
  if (problems.has_errors()) return {std::nullopt, once_each(problems.sorted())};
  return {std::move(spec), once_each(problems.sorted())};
}

std::string task_folder(std::size_t index, const std::string& task) {
  std::array<char, 24> number{};
  std::snprintf(number.data(), number.size(), "%02zu", index + 1);
  return "tasks/" + std::string(number.data()) + "-" + task;
}

}  // namespace troupe::actors
