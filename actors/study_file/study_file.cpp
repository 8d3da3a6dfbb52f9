#include "actors/study_file/study_file.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <variant>

#include "actors/study_file/document.hpp"
#include "actors/study_file/read_domain.hpp"
#include "actors/study_file/read_methods.hpp"
#include "actors/study_file/read_points.hpp"
#include "actors/study_file/read_program.hpp"
#include "actors/study_file/read_space.hpp"
#include "actors/study_file/report_units.hpp"
#include "actors/study_file/scalar.hpp"
#include "actors/study_file/section.hpp"
#include "schedulers/scheduler_options.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;

/// Checks keys of the top level after they were read.
void check_top(Section& top, const StudySpec& spec) {
  if (!spec.name.empty() && !is_legal_name(spec.name))
    top.error(
        "study",
        "'study' must be a name for a folder too: letters, digits, '_', '-' and '.', a letter "
        "or digit first; found " +
            describe(top.find("study")->value));
  if (!spec.metric.empty() && spec.metric == spec.resource_attr)
    top.error("resource_attr", "'metric' and 'resource_attr' are both '" + spec.metric +
                                   "'; one is the result, the other counts epochs or the like");
  if (!spec.listen.starts_with("tcp://") || spec.listen.find(':', 6) == std::string::npos)
    top.error("listen",
              "'listen' must be an address such as tcp://127.0.0.1:*, or, with keys (`troupe keys "
              "init`), tcp://0.0.0.0:7070; found '" +
                  spec.listen + "'");
}

/// Whether the scheduler is fifo, which needs to know no resource.
bool is_fifo(const Section& top) {
  const Member* scheduler = top.find("scheduler");
  if (scheduler == nullptr) return false;
  const Element* name = &scheduler->value;
  if (name->kind == Element::Kind::mapping) {
    const auto member = std::ranges::find(name->members, "name", &Member::key);
    if (member == name->members.end()) return false;
    name = &member->value;
  }
  const auto* text = name->as<std::string>();
  const auto* method = text == nullptr ? nullptr : schedulers::scheduler_method(*text);
  return method != nullptr && method->name == "fifo";
}

/// Reports a missing resource_attr. With fifo reports are counted then.
void read_resource_attr(Section& top, StudySpec& spec) {
  if (top.has("resource_attr")) return;
  const Member* report = top.find("report");
  const bool prints_it = report != nullptr && report->value.kind == Element::Kind::mapping &&
                         std::ranges::any_of(report->value.members, [](const Member& member) {
                           const auto* text = member.value.as<std::string>();
                           return member.key == "resource" && text != nullptr && *text != "count";
                         });
  if (!is_fifo(top) || prints_it) {
    (void)top.require("resource_attr",
                      "the key in the program's reports that counts what a trial used, from 1 on, "
                      "such as `resource_attr: epoch`");
    return;
  }
  spec.resource_attr = spec.metric == "report" ? "count" : "report";
  spec.report.resource = ReportFormat::ResourceSource::count;
}

/// Finds R: `max_t`, or the value of the constant that `max_resource_attr` names. `declared`: the
/// names in config_space, also those whose domains have problems.
void read_max_resource(Section& top, const std::vector<std::string_view>& declared,
                       StudySpec& spec) {
  const schedulers::Resource max_t = spec.max_t;  // 0: absent, or refused.
  const bool is_given = top.has("max_resource_attr") || top.has("max_t");
  if (!is_given && is_fifo(top)) spec.max_t = schedulers::resource_max;
  if (!is_given && !is_fifo(top))
    (void)top.require("max_t",
                      "the most resource (epochs, say) that a trial may use; or "
                      "max_resource_attr, the constant of config_space that says so");
  if (!spec.max_resource_attr) return;
  const std::string& name = *spec.max_resource_attr;
  if (std::ranges::find(declared, name) == declared.end())
    return top.error("max_resource_attr", "'max_resource_attr' names '" + name +
                                              "', which is no parameter of config_space" +
                                              suggestion(name, declared, "parameters"));
  const auto* parameter = spec.config_space.find(name);
  if (parameter == nullptr) return;  // A problem with its domain was reported.
  const auto* constant = std::get_if<schedulers::Constant>(&parameter->domain);
  const auto* value = constant ? std::get_if<std::int64_t>(&constant->value) : nullptr;
  if (value == nullptr || *value < 1 || *value > schedulers::resource_max)
    return top.error("max_resource_attr",
                     "'max_resource_attr' must name a constant that is a whole number above 0, "
                     "such as `" +
                         name + ": 81`; '" + name + "' is " + to_text(parameter->domain));
  const auto most = resource_of(spec.report, static_cast<double>(*value));
  if (!most || *most < 1)
    return top.error("max_resource_attr",
                     "'" + name +
                         "' times report.resource_scale must be a whole number above 0; '" + name +
                         "' is " + std::to_string(*value));
  spec.max_t = *most;
  if (max_t == 0 || max_t == *most) return;
  spec.max_t = 0;  // Unknown: nothing else is checked against it.
  top.error("max_t", "'max_t' is " + std::to_string(max_t) + ", but '" + name +
                         "' (max_resource_attr) is " + std::to_string(*most) + "; leave one out");
}

bool is_grid(const StudySpec& spec) {
  return std::holds_alternative<schedulers::GridSearcherOptions>(spec.searcher.options);
}

/// The midpoint of the space unless it is forbidden; nothing for a grid, which has its own order.
std::vector<schedulers::Config> default_points(const StudySpec& spec) {
  schedulers::Config middle = spec.config_space.midpoint();
  if (is_grid(spec) || spec.config_space.forbidding(middle) != nullptr) return {};
  return {std::move(middle)};
}

/// Reports a grid whose points are all forbidden.
void check_something_to_suggest(Section& top, const StudySpec& spec, const ProblemList& problems) {
  if (problems.has_errors() || !is_grid(spec)) return;
  auto terms = search_terms(spec, spec.seed);
  terms.points_to_evaluate.clear();
  if (!make_searcher(spec.searcher.options, terms)->suggest(0))
    top.error("forbid",
              "every point of the grid is forbidden; take another searcher, or another "
              "'searcher.num_samples'");
}

void read_search(Section& top, StudySpec& spec, ProblemList& problems) {
  const Member* space = top.require("config_space",
                                    "the parameters to tune, such as "
                                    "`config_space: {lr: {loguniform: [1e-5, 0.1]}}`");
  const Member* forbid = top.find("forbid");
  if (space != nullptr)
    spec.config_space =
        read_space(space->value, forbid == nullptr ? nullptr : &forbid->value, problems);
  std::vector<std::string_view> declared;
  if (space != nullptr)
    for (const Member& member : space->value.members) declared.push_back(member.key);
  read_searcher(top, spec);
  if (const Member* incumbents = top.find("incumbents"))
    spec.incumbents = read_incumbents(incumbents->value, spec.config_space, declared, problems);
  if (const Member* points = top.find("points_to_evaluate"))
    spec.points_to_evaluate = read_points(points->value, spec.config_space, declared, problems);
  else
    spec.points_to_evaluate = default_points(spec);
  check_something_to_suggest(top, spec, problems);
  read_max_resource(top, declared, spec);
  read_entry(top, declared, spec, problems);
}

void read_keep(Section& section, CheckpointSpec& spec) {
  const Member* keep = section.find("keep");
  if (keep == nullptr) return;
  constexpr std::int64_t best_max = 1'000'000;
  const auto* word = keep->value.as<std::string>();
  const auto* number = keep->value.as<std::int64_t>();
  if (word != nullptr && *word == "all")
    spec.best_kept.reset();
  else if (word != nullptr && *word == "best")
    spec.best_kept = 1;
  else if (number != nullptr && *number >= 1 && *number <= best_max)
    spec.best_kept = static_cast<std::uint32_t>(*number);
  else
    section.error("keep",
                  "'checkpoints.keep' must be best, all, or how many of the best trials keep "
                  "theirs, from 1 on; found " +
                      describe(keep->value));
}

void read_checkpoints(Section& top, StudySpec& spec) {
  Section section = top.section("checkpoints", keys_of("checkpoints"));
  OptionReader(section).read(options_of("checkpoints"), spec.checkpoints);
  read_keep(section, spec.checkpoints);
  const Member* bytes_max = section.find("max_bytes");
  if (bytes_max == nullptr) return;
  const auto bytes = bytes_max->value.kind == Element::Kind::scalar
                         ? memory_size(bytes_max->value.text)
                         : std::nullopt;
  if (bytes && *bytes > 0)
    spec.checkpoints.bytes_max = *bytes;
  else
    section.error("max_bytes",
                  "'checkpoints.max_bytes' must be a size, such as 500M or 10G; found " +
                      describe(bytes_max->value));
}

void read_stop_criterion(Section& top, StudySpec& spec) {
  Section section = top.section("stop_criterion", keys_of("stop_criterion"));
  OptionReader(section).read(options_of("stop_criterion"), spec.stop_criterion);
}

}  // namespace

bool is_legal_name(std::string_view name) {
  constexpr std::size_t size_max = 100;
  return !name.empty() && name.size() <= size_max &&
         std::isalnum(static_cast<unsigned char>(name.front())) != 0 &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
         });
}

std::optional<StudySpec> read_study(const Element& root, const fs::path& path,
                                    ProblemList& problems, MemoryFrom memory) {
  StudySpec spec;
  std::error_code ignored;
  spec.entry.folder = fs::absolute(path, ignored).lexically_normal().parent_path().string();
  Section top(root, root.at, keys_of(""), problems);
  if (root.kind == Element::Kind::mapping) {
    OptionReader(top).read(options_of(""), spec);
    read_resource_attr(top, spec);
    check_top(top, spec);
    read_report(top, spec, problems);  // The maximal resource depends on its scale.
    read_search(top, spec, problems);
    read_memory(top, spec.entry.folder, spec, problems);
    read_resources(top, spec, problems);
    read_checkpoints(top, spec);
    read_stop_criterion(top, spec);
    read_scheduler(top, spec, memory);
  }
  if (problems.has_errors()) return std::nullopt;
  return spec;
}

StudyFile read_study_file(const fs::path& path, MemoryFrom memory) {
  ProblemList problems(path.string(), "");
  if (auto text = read_text(path, problems)) return read_study_text(std::move(*text), path, memory);
  return {std::nullopt, problems.sorted()};
}

StudyFile read_study_text(std::string text, const fs::path& path, MemoryFrom memory) {
  ProblemList problems(path.string(), text);
  const auto root = parse_document(text, problems);
  if (!root) return {std::nullopt, problems.sorted()};
  if (root->is_nothing()) {
    problems.error({}, "the file is empty; `troupe validate --template` prints a study file");
    return {std::nullopt, problems.sorted()};
  }
  auto spec = read_study(*root, path, problems, memory);
  if (spec) spec->text = std::move(text);
  return {std::move(spec), problems.sorted()};
}

}  // namespace troupe::actors
