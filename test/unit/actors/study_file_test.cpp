#include "actors/study_file/study_file.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_spec.hpp"
#include "runtime/core/rng.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_file)

using namespace schedulers;

const std::string least = R"(study: least
entry: {command: [sh, train.sh]}
config_space: {lr: {loguniform: [1e-5, 0.1]}, epochs: 243}
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: {name: asha}
stop_criterion: {max_num_trials_started: 9}
)";

StudyFile read(const std::string& text) {
  return read_study_text(text, "/studies/a/study.yaml");
}

std::string printed(const StudyFile& file) {
  std::string text;
  for (const Problem& problem : file.problems) text += to_text(problem);
  return text;
}

StudySpec good(const std::string& text) {
  StudyFile file = read(text);
  BOOST_TEST_REQUIRE(file.spec.has_value(), printed(file));
  BOOST_TEST(file.problems.empty(), printed(file));
  return std::move(*file.spec);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_TEST_REQUIRE(at != text.npos, from);
  return text.replace(at, from.size(), to);
}

AsyncSuccessiveHalvingOptions halving(const StudySpec& spec) {
  return std::get<AsyncSuccessiveHalvingOptions>(scheduler_options(spec));
}

/// Expects exactly one problem, at that position and with a message that contains `words`.
void expect(const std::string& text, Position at, const std::string& words) {
  const StudyFile file = read(text);
  BOOST_TEST_REQUIRE(file.problems.size() == 1u, printed(file));
  BOOST_TEST((file.problems[0].at == at), printed(file));
  BOOST_TEST(file.problems[0].message.find(words) != std::string::npos, printed(file));
}

BOOST_AUTO_TEST_CASE(fills_in_the_defaults) {
  const StudySpec spec = good(least);
  BOOST_TEST(spec.name == "least");
  BOOST_TEST(spec.text == least);
  BOOST_TEST((spec.entry.command == std::vector<std::string>{"sh", "train.sh"}));
  BOOST_TEST(spec.entry.folder == "/studies/a");
  BOOST_TEST((spec.entry.args == Entry::Args::flags));
  BOOST_TEST((spec.entry.st_checkpoint_dir == Entry::CheckpointFlag::automatic));
  BOOST_TEST(spec.max_t == 243);
  BOOST_TEST(spec.max_resource_attr.value() == "epochs");
  BOOST_TEST((halving(spec).rule == Rule::stopping));
  BOOST_TEST(halving(spec).grace_period == 1);
  BOOST_TEST(halving(spec).reduction_factor == 3.0);
  BOOST_TEST(spec.searcher.name == "random");
  BOOST_TEST((spec.points_to_evaluate == std::vector<Config>{spec.config_space.midpoint()}));
  BOOST_TEST(spec.n_workers == 1u);
  BOOST_TEST(spec.resources.cpus == 0.0);
  BOOST_TEST(spec.max_failures == 1u);
  BOOST_TEST(spec.max_retries == 0u);
  BOOST_TEST(spec.lease_s == 5.0);
  BOOST_TEST(spec.grace_kill_s == 10.0);
  BOOST_TEST((spec.report.format == ReportFormat::Format::syne_tune));
  BOOST_TEST(spec.report.metric == "loss");
  BOOST_TEST(spec.report.resource_attr == "epoch");
}

BOOST_AUTO_TEST_CASE(the_template_is_a_good_study_file_that_gives_every_key) {
  const StudyFile file = read(std::string(study_template()));
  BOOST_TEST_REQUIRE(file.spec.has_value(), printed(file));
  BOOST_TEST(file.problems.size() == 1u, printed(file));  // ./train does not exist.
  const StudySpec& spec = *file.spec;
  BOOST_TEST(spec.config_space.parameters().size() == 11u);
  BOOST_TEST((halving(spec).rule == Rule::promotion));
  BOOST_TEST(spec.resources.memory_bytes == std::uint64_t{4} << 30);
  BOOST_TEST((spec.entry.env == std::vector<EnvVariable>{{"OMP_PROC_BIND", "true"}}));
  BOOST_TEST(spec.points_to_evaluate.size() == 1u);
  BOOST_TEST((*find(spec.points_to_evaluate[0], "act") == Value{std::string("tanh")}));
  BOOST_TEST((*find(spec.points_to_evaluate[0], "layers") == Value{std::int64_t{2}}));
}

BOOST_AUTO_TEST_CASE(reads_json_packed_and_spread) {
  const std::string json =
      R"({"study":"j","entry":{"command":["sh","-c","exit \"1\""]},"config_space":{"lr":{"uniform":)"
      R"([0,1]},"n":512},"metric":"loss","mode":"max","resource_attr":"epoch","max_t":512,)"
      R"("scheduler":{"name":"asha","eta":4,"rung_levels":null},"stop_criterion":)"
      R"({"max_wallclock_time":1e2},"n_workers":2})";
  const StudyFile file = read(json);
  BOOST_TEST(file.problems.size() == 1u, printed(file));
  BOOST_TEST(file.problems.at(0).message == "'rung_levels' has no value");
  const StudySpec spec = good(replaced(json, ",\"rung_levels\":null", ""));
  BOOST_TEST(spec.entry.command.at(2) == "exit \"1\"");
  BOOST_TEST(halving(spec).reduction_factor == 4.0);
  BOOST_TEST(spec.stop_criterion.max_wallclock_time.value() == 100.0);
  std::string spread;
  for (const char c : replaced(json, ",\"rung_levels\":null", ""))
    spread += c == ',' ? ",\n\t" : c == ':' ? ": " : std::string(1, c);
  BOOST_TEST((good(spread).config_space == spec.config_space));
}

BOOST_AUTO_TEST_CASE(takes_the_words_of_other_tools) {
  std::string text = least;
  text = replaced(text, "study:", "experiment:");
  text = replaced(text, "mode: min", "mode: maximize");
  text = replaced(text, "resource_attr:", "time_attr:");
  text = replaced(text, "{name: asha}", "{name: pasha, eta: 2.5, min_resource: 2}");
  const StudySpec spec = good(text + "max_concurrent_trials: 3\n");
  BOOST_TEST(spec.name == "least");
  BOOST_TEST((spec.mode == Mode::max));
  BOOST_TEST(spec.resource_attr == "epoch");
  BOOST_TEST(halving(spec).reduction_factor == 2.5);
  BOOST_TEST(halving(spec).grace_period == 2);
  BOOST_TEST(spec.n_workers == 3u);
}

BOOST_AUTO_TEST_CASE(a_bare_word_stands_for_a_name) {
  const StudySpec spec =
      good(replaced(least, "{name: asha}", "pasha") + "searcher: grid\nreport: name-value\n");
  BOOST_TEST(spec.scheduler.name == "pasha");
  BOOST_TEST(spec.searcher.name == "grid");
  BOOST_TEST(spec.points_to_evaluate.empty());
  BOOST_TEST((spec.report.format == ReportFormat::Format::name_value));
}

BOOST_AUTO_TEST_CASE(text_that_looks_like_another_type_stays_text) {
  const StudySpec spec = good(replaced(least, "epochs: 243",
                                       "epochs: 243, flag: no, code: 010, quoted: \"7\", on: true, "
                                       "small: 1e-3, pick: {choice: [off, 1, 1.5, false]}"));
  const Config config = spec.config_space.midpoint();
  BOOST_TEST((*find(config, "flag") == Value{std::string("no")}));
  BOOST_TEST((*find(config, "code") == Value{std::int64_t{10}}));
  BOOST_TEST((*find(config, "quoted") == Value{std::string("7")}));
  BOOST_TEST((*find(config, "on") == Value{true}));
  BOOST_TEST((*find(config, "small") == Value{1e-3}));
  BOOST_TEST((*find(config, "pick") == Value{std::string("off")}));
}

BOOST_AUTO_TEST_CASE(domains_may_be_written_with_syne_tunes_names) {
  const StudySpec spec = good(replaced(
      least, "epochs: 243",
      "epochs: 243, a: {randint: {lower: 1, upper: 4}}, "
      "b: {logfinrange: {lower: 1, upper: 8, size: 4, cast_int: true}}, c: {finrange: [0, 1, 3]}"));
  BOOST_TEST((spec.config_space.find("a")->domain == Domain{RandInt{1, 4}}));
  BOOST_TEST((spec.config_space.find("b")->domain == Domain{LogFinRange{1, 8, 4, true}}));
  BOOST_TEST((spec.config_space.find("c")->domain == Domain{FinRange{0, 1, 3, false}}));
}

BOOST_AUTO_TEST_CASE(a_point_is_fitted_to_its_domain_and_completed) {
  const StudySpec spec =
      good(replaced(least, "epochs: 243", "epochs: 243, drop: {uniform: [0, 1]}") +
           "points_to_evaluate: [{drop: 1}, {}]\n");
  BOOST_TEST((*find(spec.points_to_evaluate.at(0), "drop") == Value{1.0}));
  BOOST_TEST((*find(spec.points_to_evaluate.at(0), "epochs") == Value{std::int64_t{243}}));
  BOOST_TEST((spec.points_to_evaluate.at(1) == spec.config_space.midpoint()));
  BOOST_TEST(good(least + "points_to_evaluate: []\n").points_to_evaluate.empty());
}

BOOST_AUTO_TEST_CASE(incumbents_run_before_the_points_and_are_named_to_the_scheduler) {
  const StudySpec spec =
      good(replaced(least, "{name: asha}", "{name: asha, hurdle: incumbents}") +
           "incumbents: [{lr: 0.01}, {lr: 1e-3}]\npoints_to_evaluate: [{lr: 1e-3}, {lr: 1e-4}]\n");
  BOOST_TEST(spec.incumbents.size() == 2u);
  BOOST_TEST((*find(spec.incumbents.at(0), "epochs") == Value{std::int64_t{243}}));
  BOOST_TEST((halving(spec).incumbents == std::vector<TrialId>{0, 1}));
  const auto searcher = searcher_of(spec, 0);
  for (const double lr : {0.01, 1e-3, 1e-4}) {
    const auto config = searcher->suggest(static_cast<TrialId>(lr == 0.01   ? 0
                                                               : lr == 1e-3 ? 1
                                                                            : 2));
    BOOST_TEST((*find(config.value().config, "lr") == Value{lr}));
  }
  expect(least + "incumbents: [{epochs: 243}]\n", {10, 14}, "this incumbent lacks 'lr'");
}

BOOST_AUTO_TEST_CASE(a_program_may_do_without_the_checkpoint_flag) {
  const auto flag = [](const std::string& word) {
    return good(replaced(least, "train.sh]", "train.sh], st_checkpoint_dir: " + word))
        .entry.st_checkpoint_dir;
  };
  BOOST_TEST((flag("never") == Entry::CheckpointFlag::never));
  BOOST_TEST((flag("always") == Entry::CheckpointFlag::always));
}

BOOST_AUTO_TEST_CASE(a_pattern_implies_its_format) {
  const StudySpec spec = good(least +
                              "report: {pattern: '(?<epoch>\\d+) (?<loss>\\S+)', stream: stderr, "
                              "resource_offset: 1, after_resume: restarts}\n");
  BOOST_TEST((spec.report.format == ReportFormat::Format::regex));
  BOOST_TEST((spec.report.stream == ReportFormat::Stream::stderr_stream));
  BOOST_TEST((spec.report.after_resume == ReportFormat::AfterResume::restarts));
  BOOST_TEST(spec.report.resource_offset == 1);
}

BOOST_AUTO_TEST_CASE(patterns_are_a_list_for_lines_of_their_own) {
  const StudySpec spec =
      good(least +
           "report: {patterns: ['Epoch (?<epoch>\\d+)', 'loss (?<loss>\\S+)'], repeats: last}\n");
  BOOST_TEST((spec.report.format == ReportFormat::Format::regex));
  BOOST_TEST(spec.report.patterns.size() == 2u);
  BOOST_TEST((spec.report.repeats == ReportFormat::Repeats::last));
  const auto refuse = [](const std::string& report, std::size_t column,
                         const std::string& message) {
    expect(least + "report: {" + report + "}\n", {10, column}, message);
  };
  refuse("patterns: ['(?<epoch>.)'], pattern: x", 20, "'report.pattern' or 'report.patterns'");
  refuse("patterns: []", 20, "must be a list of regular expressions");
  refuse("patterns: loss", 20, "must be a list of regular expressions");
  refuse("patterns: ['(?<epoch>.)', 'loss']", 36, "has no named group");
  refuse("patterns: ['(?<epoch>.)', '(?<loss>']", 36, "'report.patterns' is no regular expression");
  refuse("patterns: ['(?<epoch>.)', '(?<lss>.)']", 20, "no group named 'loss'");
  expect(replaced(least, "metric: loss", "metric: val.loss") +
             "report: {pattern: '(?<epoch>.) (?<loss>.)'}\n",
         {10, 19}, "a group's name has letters, digits and '_' only");
  refuse("patterns: ['(?<loss>.)'], format: name-value", 20, "is for format: regex");
}

BOOST_AUTO_TEST_CASE(reports_may_be_counted) {
  const StudySpec spec =
      good(least + "report: {patterns: ['loss (?<loss>\\S+)'], resource: count}\n");
  BOOST_TEST((spec.report.resource == ReportFormat::ResourceSource::count));
  for (const char* key : {"resource_offset: 1", "after_resume: restarts", "resource_scale: 10"})
    expect(least + "report: {resource: count, " + std::string(key) + "}\n",
           {10, 28 + std::string_view(key).find(' ')}, "is for a resource that is printed");
}

BOOST_AUTO_TEST_CASE(the_maximal_resource_is_in_scaled_units) {
  BOOST_TEST(good(least + "report: {resource_scale: 10}\n").max_t == 2430);
  BOOST_TEST(good(least + "report: {resource_scale: 10}\nmax_t: 2430\n").max_t == 2430);
  expect(least + "report: {resource_scale: 0.01}\n", {7, 20}, "times report.resource_scale");
  expect(least + "report: {resource_scale: 0}\n", {10, 26}, "above 0");
}

BOOST_AUTO_TEST_CASE(a_log_has_a_limit) {
  BOOST_TEST(good(least).report.max_log_bytes == std::uint64_t{16} << 20);
  BOOST_TEST(good(least + "report: {max_log_bytes: 1G}\n").report.max_log_bytes == std::uint64_t{1}
                                                                                       << 30);
  BOOST_TEST(good(least + "report: {max_log_bytes: 0}\n").report.max_log_bytes == 0u);
  expect(least + "report: {max_log_bytes: 100}\n", {10, 25}, "a size from 64K on");
}

BOOST_AUTO_TEST_CASE(a_pattern_that_no_line_can_match_is_an_error) {
  const auto pattern = [](const std::string& text) {
    return least + "report: {pattern: " + text + "}\n";
  };
  expect(pattern("'Epoch (?<epoch>\\d+)\\nloss (?<loss>\\S+)'"), {10, 19},
         "'report.pattern' matches no line: it needs a line break");
  expect(pattern("\"(?<epoch>.) (?<loss>.)\\n\""), {10, 19}, "matches no line");
  expect(pattern("'\\x1b\\[1m(?<epoch>.) (?<loss>.)'"), {10, 19}, "escape sequences (colours)");
  expect(least + "report: {patterns: ['(?<epoch>.)', '(?<loss>.)\\r\\n']}\n", {10, 36},
         "'report.patterns' matches no line");
  good(pattern("'(?<epoch>[^\\n]+) (?<loss>.)\\n?$'"));
}

BOOST_AUTO_TEST_CASE(becomes_options_of_the_pure_core) {
  const StudySpec spec = good(replaced(least, "asha", "pasha") + "on_early_exit: drop\nseed: 5\n");
  const auto options = halving(spec);
  BOOST_TEST((options.ceiling == Ceiling::progressive));
  BOOST_TEST((options.rule == Rule::promotion));
  BOOST_TEST((options.on_early_exit == EarlyExit::drop));
  BOOST_TEST((rung_levels(options) == std::vector<Resource>{1, 3, 9, 27, 81}));
  BOOST_TEST(search_terms(spec, spec.seed).seed == 5u);
}

BOOST_AUTO_TEST_CASE(warns_of_few_rungs_and_a_small_maximum) {
  const StudyFile file = read(replaced(least, "243", "27"));
  BOOST_TEST(file.spec.has_value());
  BOOST_TEST_REQUIRE(file.problems.size() == 1u, printed(file));
  BOOST_TEST((file.problems[0].severity == Problem::Severity::advice));
  BOOST_TEST(printed(file).find("3 rungs are below the maximum resource 27") != std::string::npos);
  BOOST_TEST(printed(file).find("less than 100 times the lowest rung 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_before_the_text_is_no_part_of_it) {
  BOOST_TEST(good("\xef\xbb\xbf" + least).name == "least");
  expect("\xef\xbb\xbfstuddy: 1\n" + least, {1, 1}, "studdy");
}

BOOST_AUTO_TEST_CASE(json_may_have_surrogate_pairs) {
  const std::string json = R"({"study": "least", "entry": {"command": ["sh", "\ud83d\ude00.sh"],
 "env": {"A": "\ud83d\ude00", "B": "\\ud83d\\ude00", "C": "\u00e4\/\""}},
 "config_space": {"lr": {"loguniform": [1e-5, 0.1]}}, "metric": "loss", "mode": "min",
 "resource_attr": "epoch", "max_t": 243, "scheduler": {"name": "asha"},
 "stop_criterion": {"max_num_trials_started": 9}})";
  const StudySpec spec = good(json);
  BOOST_TEST(spec.entry.command.at(1) == "\xf0\x9f\x98\x80.sh");
  BOOST_TEST(spec.entry.env.at(0).value == "\xf0\x9f\x98\x80");
  BOOST_TEST(spec.entry.env.at(1).value == R"(\ud83d\ude00)");
  BOOST_TEST(spec.entry.env.at(2).value == "\xc3\xa4/\"");
  // A position behind a pair is that of the file.
  expect(replaced(json, R"("C":)", R"("C": [],  "D":)"), {2, 59}, "found a list");
  // A half of a pair is no character.
  expect(replaced(json, R"(\ude00.sh)", ".sh"), {1, 55}, "not valid YAML");
}

BOOST_AUTO_TEST_CASE(a_space_may_have_thousands_of_parameters) {
  std::string space = "config_space: {epochs: 243";
  for (int i = 0; i < 5000; ++i) space += ", p" + std::to_string(i) + ": {uniform: [0, 1]}";
  const std::string from = "config_space: {lr: {loguniform: [1e-5, 0.1]}, epochs: 243}";
  const StudySpec spec = good(replaced(least, from, space + "}"));
  BOOST_TEST(spec.config_space.parameters().size() == 5001u);
  expect(replaced(least, from, space + ", p4999: 1}"), {3, 128919}, "'p4999' appears twice");
}

BOOST_AUTO_TEST_CASE(the_template_has_the_default_of_cpus) {
  BOOST_TEST(TrialResources{}.cpus == 0);
  BOOST_TEST(study_template().find("Default: processors are not counted") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(warns_of_a_program_that_is_not_there) {
  expect(replaced(least, "[sh, train.sh]", "[./no-such-program]"), {2, 18},
         "there is no program './no-such-program' yet");
  expect(replaced(least, "[sh, train.sh]", "[no-such-program]"), {2, 18}, "on the PATH");
}

BOOST_AUTO_TEST_CASE(pasha_ends_by_a_criterion_only) {
  const std::string endless = replaced(least, "stop_criterion: {max_num_trials_started: 9}\n", "");
  expect(replaced(endless, "asha", "pasha"), {8, 19}, "PASHA never ends by itself");
  expect(endless, {8, 19}, "until it is interrupted");
  expect(replaced(least, "{name: asha}", "{name: pasha, brackets: 2}"), {8, 36},
         "one bracket only");
}

BOOST_AUTO_TEST_CASE(one_mistake_is_one_message) {
  expect(replaced(least, "{loguniform: [1e-5, 0.1]}", "{loguniform: [a, 0.1]}") +
             "points_to_evaluate: [{lr: 0.1}]\n",
         {3, 34}, "must be a number; found the text 'a'");
  expect(replaced(least, "epochs: 243", "epochs: {randint: [1, 2, 3]}"), {3, 65},
         "expected randint: [low, high]; found a list of 3");
  expect(replaced(least, "mode: min", "mode: [min]"), {5, 7}, "one of min, max; found a list");
  expect(replaced(least, "{name: asha}", "7"), {8, 12}, "'scheduler' must be a mapping");
  expect(replaced(least, "metric: loss", "metric: epoch"), {6, 16}, "are both 'epoch'");
  expect(replaced(least, "metric: loss", "metric: 5"), {4, 9}, "put it in quotes");
  expect(replaced(least, "study: least", "study: a/b"), {1, 8}, "a name for a folder");
  expect(replaced(least, "epochs: 243", "epochs: 243, 2x: 1"), {3, 60}, "no name for a parameter");
  expect(replaced(least, "epochs: 243", "epochs: 243, st_x: 1"), {3, 60}, "reserved");
  expect(least + "max_t: 81\n", {10, 8}, "'max_t' is 81, but 'epochs' (max_resource_attr) is 243");
  expect(least + "seed: -1\n", {10, 7}, "'seed' must be 0 or more; found -1");
  expect(least + "lease: 0\n", {10, 8}, "must be above 0");
  expect(least + "searcher: cma_es\n", {10, 11}, "not in this release");
  expect(least + "report: {pattern: x, format: name-value}\n", {10, 19}, "for format: regex");
  expect(least + "report: {format: regex}\n", {10, 1}, "'pattern' in report is missing");
  expect(least + "? [a]\n: 1\n", {10, 3}, "a key must be a word");
  expect(least + "---\nstudy: b\n", {11, 1}, "a second document");
  expect(replaced(least, "{name: asha}", "{name: asha, rung_levels: [1, 9, 3]}"), {8, 38},
         "each entry must be greater");
  expect(replaced(least, "{name: asha}", "{name: asha, rung_levels: [1, 3, 9, 27, 81], eta: 3}"),
         {8, 62}, "has no meaning beside");
  expect(replaced(least, "train.sh]", "train.sh, {a: b}]"), {2, 33}, "found a mapping");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_study_file_is_named_so) {
  expect("", {0, 0}, "the file is empty");
  expect("# nothing\n", {0, 0}, "the file is empty");
  expect("hello", {1, 1}, "must be a mapping");
  expect(least + std::string("\xFF"), {10, 1}, "not text in UTF-8");
  expect(std::string("a\0b", 3), {1, 2}, "not text in UTF-8");
  expect(std::string(2 << 20, 'a'), {0, 0}, "larger than 1 MiB");
  BOOST_TEST(printed(read(std::string(1000, '['))).find("nest too deep") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(any_bytes_are_answered) {
  // Mutations of the template; the address sanitizer finds errors of memory.
  const std::string original(study_template());
  const std::string interesting = "{}[]:,-?!&*#|>'\"%@`\n\t \\~0123456789eE.+xaz\r$<>";
  std::size_t good_files = 0, bad_files = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Rng rng = Rng::stream(seed, "mutations");
    std::string text = original;
    for (std::uint64_t edits = 1 + rng.below(6); edits > 0 && !text.empty(); --edits) {
      const auto at = static_cast<std::size_t>(rng.below(text.size()));
      const auto size = static_cast<std::size_t>(rng.below(30));
      switch (rng.below(5)) {
        case 0:
          text[at] = static_cast<char>(rng.below(256));
          break;
        case 1:
          text[at] = interesting[rng.below(interesting.size())];
          break;
        case 2:
          text.erase(at, size);
          break;
        case 3:
          text.insert(at, text.substr(rng.below(text.size()), size));
          break;
        default:
          text.resize(at);
          break;
      }
    }
    const StudyFile file = read(text);
    const bool has_error = std::ranges::any_of(file.problems, [](const Problem& problem) {
      return problem.severity == Problem::Severity::error;
    });
    BOOST_TEST_REQUIRE(file.spec.has_value() != has_error, "seed " << seed);
    ++(file.spec ? good_files : bad_files);
  }
  BOOST_TEST(good_files > 50u);  // Mutations of comments.
  BOOST_TEST(bad_files > 500u);
}

BOOST_AUTO_TEST_CASE(checkpoints_say_what_is_kept_and_how_much_room_they_may_take) {
  BOOST_TEST((good(least).checkpoints == CheckpointSpec{}));
  BOOST_TEST((good(least + "checkpoints: all\n").checkpoints == CheckpointSpec{std::nullopt, 0}));
  BOOST_TEST((good(least + "checkpoints: {keep: 3, max_bytes: 10G}\n").checkpoints ==
              CheckpointSpec{3, std::uint64_t{10} << 30}));
  for (const char* bad : {"{keep: 0}", "{keep: [1]}", "{keep: lates}", "{max_bytes: 0}",
                          "{max_bytes: -1G}", "{max_byte: 1G}"})
    BOOST_TEST(!read(least + "checkpoints: " + bad + "\n").spec.has_value(), bad);
}

BOOST_AUTO_TEST_CASE(says_how_the_program_gets_booleans_and_lists_and_where_it_runs) {
  StudySpec spec = good(least);
  BOOST_TEST((booleans_of(spec) == Entry::Booleans::python));
  BOOST_TEST((spec.entry.lists == Entry::Lists::json));
  BOOST_TEST((spec.entry.cwd == Entry::Cwd::study));
  BOOST_TEST(!spec.trial_timeout_s.has_value());
  const std::string text = std::string(least) + "report: {format: name-value}\n";
  BOOST_TEST((booleans_of(good(text)) == Entry::Booleans::lower));
  spec = good(
      replaced(text, "[sh, train.sh]", "[sh, train.sh], booleans: 0-1, lists: nargs, cwd: trial") +
      "trial_timeout: 3600\nreport_timeout: 0.5\n");
  BOOST_TEST((booleans_of(spec) == Entry::Booleans::zero_one));
  BOOST_TEST((spec.entry.lists == Entry::Lists::nargs));
  BOOST_TEST((spec.entry.cwd == Entry::Cwd::trial));
  BOOST_TEST(spec.trial_timeout_s.value() == 3600.0);
  BOOST_TEST(spec.report_timeout_s.value() == 0.5);
}

BOOST_AUTO_TEST_CASE(a_choice_may_hold_null_and_lists) {
  const StudySpec spec =
      good(replaced(least, "{loguniform: [1e-5, 0.1]}",
                    "{choice: [null, 0.5, [64, 32], []]}, b: {uniform: [0, 1], when: {lr: null}}, "
                    "c: {choice: [1, 2], when: {lr: [64, 32]}}") +
           "points_to_evaluate: [{lr: [64, 32]}, {lr: null}]\n");
  const auto& choice = std::get<Choice>(spec.config_space.find("lr")->domain);
  const Value list = std::vector<schedulers::Scalar>{std::int64_t{64}, std::int64_t{32}};
  const Value empty = std::vector<schedulers::Scalar>{};
  BOOST_TEST((choice.values == std::vector<Value>{std::monostate{}, 0.5, list, empty}));
  BOOST_TEST((*find(spec.points_to_evaluate[0], "lr") == choice.values[2]));
  BOOST_TEST(find(spec.points_to_evaluate[0], "b") == nullptr);
  BOOST_TEST(find(spec.points_to_evaluate[0], "c") != nullptr);
  BOOST_TEST(find(spec.points_to_evaluate[1], "b") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_step_makes_a_range_of_equal_steps) {
  const auto domain_of = [](const std::string& written) {
    return good(replaced(least, "{loguniform: [1e-5, 0.1]}", written))
        .config_space.find("lr")
        ->domain;
  };
  BOOST_TEST((domain_of("{randint: [64, 512], step: 64}") == Domain{RandInt{64, 512, 64}}));
  BOOST_TEST((domain_of("{randint: {lower: 1, upper: 9, step: 2}}") == Domain{RandInt{1, 9, 2}}));
  BOOST_TEST((domain_of("{uniform: [0, 1], step: 0.1}") == Domain{FinRange{0, 1, 11}}));
  expect(replaced(least, "{loguniform: [1e-5, 0.1]}", "{uniform: [0, 1], step: 0.3}"), {3, 44},
         "lr: the steps end at 0.9, below 1");
  BOOST_TEST((domain_of("{finrange: [128, 1024], step: 128}") == Domain{FinRange{128, 1024, 8}}));
  expect(replaced(least, "{loguniform: [1e-5, 0.1]}", "{randint: [1, 100], step: 10}"), {3, 46},
         "lr: the steps end at 91, below 100");
  expect(replaced(least, "{loguniform: [1e-5, 0.1]}", "{finrange: [128, 1024, 128]}"), {3, 43},
         "for steps of 128 write {finrange: [128.0, 1024.0], step: 128}");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
