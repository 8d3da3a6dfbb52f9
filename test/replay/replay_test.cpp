#include "test/replay/replay.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>

#include <boost/test/unit_test.hpp>

namespace troupe::replay {
namespace {

BOOST_AUTO_TEST_SUITE(replay_of_the_reference)

namespace fs = std::filesystem;

const fs::path vectors = fs::path(TROUPE_ROOT) / "test/replay/vectors";

fs::path reference_traces() {
  const char* given = std::getenv("TROUPE_REFERENCE_DIR");  // NOLINT(concurrency-mt-unsafe)
  return (given != nullptr ? fs::path(given) : fs::path(TROUPE_ROOT) / "../shared") / "traces";
}

std::vector<fs::path> traces_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

struct Recorded {
  Trace trace;
  RecordedCurves curves;
};

Recorded load(const std::string& name) {
  auto trace = read_trace(vectors / (name + ".jsonl"));
  auto curves = read_curves(vectors / "datasets" / trace->dataset);
  return {std::move(trace).value(), std::move(curves).value()};
}

Line& first(Trace& trace, const std::function<bool(const Line&)>& which) {
  return *std::ranges::find_if(trace.lines, which);
}

using Spoil = std::function<void(Trace&)>;

/// Checks that each of these changes of a trace is found as a difference.
void expect_found(const Recorded& good, const std::vector<std::pair<const char*, Spoil>>& spoils) {
  for (const auto& [what, spoil] : spoils) {
    Trace spoilt = good.trace;
    spoil(spoilt);
    BOOST_TEST(replay(spoilt, good.curves).has_value(), what);
  }
}

BOOST_AUTO_TEST_CASE(agrees_with_the_vectors_in_this_tree) {
  const auto files = traces_in(vectors);
  BOOST_TEST(files.size() == 6u);
  for (const auto& file : files) {
    const Recorded recorded = load(file.stem().string());
    BOOST_TEST(replay(recorded.trace, recorded.curves).value_or("agrees") == "agrees", file);
  }
}

BOOST_AUTO_TEST_CASE(agrees_with_every_trace_of_the_reference) {
  const fs::path folder = reference_traces();
  if (!fs::exists(folder)) {
    std::cerr << "SKIPPED: no traces at " << folder << "; set TROUPE_REFERENCE_DIR\n";
    return;
  }
  const auto files = traces_in(folder);
  BOOST_TEST(files.size() == 69u);
  for (const auto& file : files) {
    const std::string name = file.stem().string();
    const auto trace = read_trace(file);
    BOOST_REQUIRE_MESSAGE(trace.has_value(), name);
    const auto curves = read_curves(folder / "datasets" / trace->dataset);
    BOOST_REQUIRE_MESSAGE(curves.has_value(), name);
    BOOST_TEST(replay(*trace, *curves).value_or("agrees") == "agrees", name);
  }
}

BOOST_AUTO_TEST_CASE(finds_each_wrong_field) {
  const Recorded good = load("pasha_auto_tiesacc_max_e3_r1_R27");
  const auto started = [](const Line& line) { return line.action == "start"; };
  const auto resumed = [](const Line& line) { return line.action == "resume"; };
  const auto paused = [](const Line& line) { return line.decision == "PAUSE"; };
  const auto shown = [](const Line& line) {
    return line.rungs && line.rungs->at(0).trials.size() > 1;
  };
  const auto noisy = [](const Line& line) { return line.pasha && line.pasha->eps > 0; };
  const std::vector<std::pair<const char*, Spoil>> spoils{
      {"trial", [&](Trace& t) { ++*first(t, resumed).trial; }},
      {"until", [&](Trace& t) { ++*first(t, started).until; }},
      {"from", [&](Trace& t) { ++*first(t, resumed).from; }},
      {"decision", [&](Trace& t) { first(t, paused).decision = "STOP"; }},
      {"next", [&](Trace& t) { ++*first(t, paused).next; }},
      {"position", [&](Trace& t) { ++first(t, paused).ops.at(0).position; }},
      {"a lost op", [&](Trace& t) { first(t, resumed).ops.clear(); }},
      {"order",
       [&](Trace& t) {
         auto& trials = first(t, shown).rungs->at(0).trials;
         std::swap(trials[0], trials[1]);
       }},
      {"promoted", [&](Trace& t) { first(t, shown).rungs->at(0).promoted.push_back(0); }},
      {"ceiling", [&](Trace& t) { ++first(t, paused).pasha->max_t; }},
      {"idx", [&](Trace& t) { ++first(t, paused).pasha->idx; }},
      {"inc", [&](Trace& t) { first(t, paused).pasha->inc = true; }},
      {"the last bit of eps",
       [&](Trace& t) {
         double& eps = first(t, noisy).pasha->eps;
         eps = std::nextafter(eps, 1.0);
       }},
      {"a line too many", [&](Trace& t) { t.lines.push_back(t.lines.back()); }},
      {"a line too few", [&](Trace& t) { t.lines.pop_back(); }},
      {"end epochs", [&](Trace& t) { ++t.end.epochs; }},
      {"end rungs", [&](Trace& t) { t.end.rungs.at(0).rows.at(0).promoted ^= true; }},
      {"end best", [&](Trace& t) { ++t.end.best_trial; }},
      {"ladder", [&](Trace& t) { ++t.rung_levels.at(0); }},
      {"quantile", [&](Trace& t) { t.quantiles.at(0) = 0.5; }},
  };
  expect_found(good, spoils);
}

BOOST_AUTO_TEST_CASE(finds_each_wrong_field_of_a_synchronous_trace) {
  const auto started = [](const Line& line) { return line.action == "start"; };
  const auto opened = [](const Line& line) {
    return !line.sync_ops.empty() && line.sync_ops.back().kind == "open";
  };
  const auto set = [](const Line& line) {
    return !line.sync_ops.empty() && line.sync_ops[0].kind == "set";
  };
  expect_found(load("sync_sh_tiesacc_max_e3_r3_R27"),
               {
                   {"bracket", [&](Trace& t) { ++*first(t, started).bracket; }},
                   {"until", [&](Trace& t) { ++*first(t, started).until; }},
                   {"place", [&](Trace& t) { ++first(t, set).sync_ops[0].number; }},
                   {"value", [&](Trace& t) { first(t, set).sync_ops[0].place.y = 0.125; }},
                   {"promoted", [&](Trace& t) { first(t, opened).sync_ops.back().number += 1; }},
                   {"a lost op", [&](Trace& t) { first(t, set).sync_ops.clear(); }},
                   {"end rungs", [&](Trace& t) { t.end.sync_rungs.at(0).places.at(0).y = 0.125; }},
                   {"ladder", [&](Trace& t) { ++t.bracket_rungs.at(0).at(0).second; }},
               });
}

BOOST_AUTO_TEST_CASE(finds_a_wrong_bracket_or_score) {
  const auto started = [](const Line& line) { return line.action == "start"; };
  const auto scored = [](const Line& line) { return line.pasha && line.pasha->score; };
  expect_found(load("hb_stop_b3_shared_noisy_min_e3_R27"),
               {
                   {"draw", [&](Trace& t) { *first(t, started).u = 0.99; }},
                   {"bracket", [&](Trace& t) { ++*first(t, started).bracket; }},
                   {"distribution", [&](Trace& t) { t.bracket_distribution.at(0) = 0.5; }},
               });
  expect_found(load("pasha_hist_std2_noisy_min"),
               {{"score", [&](Trace& t) { *first(t, scored).pasha->score += 1e-9; }},
                {"no score", [&](Trace& t) { first(t, scored).pasha->score.reset(); }}});
}

BOOST_AUTO_TEST_CASE(a_trace_that_was_cut_off_is_refused) {
  const fs::path whole = vectors / "asha_stop_ties_min_e2_r1_R16.jsonl";
  const fs::path cut = fs::temp_directory_path() / "troupe_cut_trace.jsonl";
  fs::copy_file(whole, cut, fs::copy_options::overwrite_existing);
  fs::resize_file(cut, fs::file_size(whole) / 2);
  BOOST_TEST(!read_trace(cut).has_value());
  fs::remove(cut);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::replay
