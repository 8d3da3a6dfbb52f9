#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "actors/tables/nearest_row.hpp"
#include "actors/tables/read_table.hpp"
#include "actors/tables/table.hpp"
#include "schedulers/space/config.hpp"
#include "test/unit/actors/table_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(tables)

using schedulers::Config;
using test::nan_value;
using test::npy;
using test::SmallTable;

BOOST_AUTO_TEST_CASE(reads_curves_configurations_and_times) {
  const SmallTable small;
  const Table table = read_table(small.folder).value();
  BOOST_TEST(table.name() == "small");
  BOOST_TEST(table.metric_name() == "loss");
  BOOST_TEST(table.resource_name() == "epoch");
  BOOST_TEST((table.mode() == schedulers::Mode::min));
  BOOST_TEST(table.rows() == 3u);
  BOOST_TEST(table.max_resource() == 4);
  BOOST_TEST(table.metric(0, 1) == 4);
  BOOST_TEST(table.metric(2, 4) == 0.6);  // The decimal number of the file, not the nearest float.
  BOOST_TEST(table.unit_seconds(2, 4) == 3);
  BOOST_TEST((table.config(1) ==
              Config{{"lr", 0.1}, {"units", std::int64_t{64}}, {"act", std::string("tanh")}}));
}

BOOST_AUTO_TEST_CASE(reads_doubles_as_they_are) {
  const SmallTable small;
  small.put("curves_loss.npy",
            test::npy_of<double>(
                {{4, 3, 2, 1 + 1e-12}, {5, 2.5, nan_value, nan_value}, {4, 3, 2, 1}}, "<f8"));
  small.put("time.npy",
            test::npy_of<double>(
                {{1, 2, 3, 1e9 + 0.25}, {10, 20, nan_value, nan_value}, {2, 4, 6, 9}}, "<f8"));
  const Table table = read_table(small.folder).value();
  BOOST_TEST(table.metric(0, 4) == 1 + 1e-12);
  BOOST_TEST(table.metric(2, 4) == 1);
  BOOST_TEST(table.length(1) == 2);
  BOOST_TEST(table.unit_seconds(0, 4) == 1e9 + 0.25 - 3);
}

BOOST_AUTO_TEST_CASE(files_may_begin_with_a_byte_order_mark) {
  const SmallTable small;
  for (const char* name : {"meta.json", "space.json", "configs.csv"})
    small.put(name, "\xef\xbb\xbf" + test::read_file(small.folder / name));
  BOOST_TEST(read_table(small.folder).value().rows() == 3u);
}

BOOST_AUTO_TEST_CASE(a_run_that_ended_holds_its_last_value_and_takes_no_more_time) {
  const SmallTable small;
  const Table table = read_table(small.folder).value();
  BOOST_TEST(table.length(1) == 2);
  BOOST_TEST(table.metric(1, 4) == 2.5);
  BOOST_TEST(table.unit_seconds(1, 2) == 10);
  BOOST_TEST(table.unit_seconds(1, 3) == 0);
}

BOOST_AUTO_TEST_CASE(a_run_without_a_value_is_no_number_and_costs_a_first_unit) {
  const SmallTable small;
  const std::vector<float> nothing(4, nan_value);
  small.put("curves_loss.npy", npy({{4, 3, 2, 1}, nothing, {9, 8, 7, 6}}));
  small.put("time.npy", npy({{1, 2, 3, 4}, nothing, {3, 4, 6, 9}}));
  const Table table = read_table(small.folder).value();
  BOOST_TEST(std::isnan(table.metric(1, 1)));
  BOOST_TEST(table.unit_seconds(1, 1) == 3);
  BOOST_TEST(table.unit_seconds(1, 2) == 0);
}

BOOST_AUTO_TEST_CASE(a_table_without_times_takes_a_second_for_each_unit) {
  const SmallTable small;
  small.remove("time.npy");
  const Table table = read_table(small.folder).value();
  BOOST_TEST(!table.has_time());
  BOOST_TEST(table.unit_seconds(0, 3) == 1);
  BOOST_TEST(table.unit_seconds(1, 3) == 0);
}

BOOST_AUTO_TEST_CASE(another_curve_needs_its_mode) {
  const SmallTable small;
  small.put("curves_acc.npy", npy({{1, 2, 3, 4}, {1, 2, 3, 4}, {4, 3, 2, 1}}));
  small.remove("time.npy");
  const auto refused = read_table(small.folder, {.metric = "acc"});
  BOOST_TEST(refused.error().what.find("mode") != std::string::npos);
  const auto table =
      read_table(small.folder, {.metric = "curves_acc", .mode = schedulers::Mode::max});
  BOOST_TEST(table.value().metric_name() == "acc");
}

/// A broken table: the change, the file that the error must name, and words of the error.
struct Broken {
  const char* what;
  std::function<void(const SmallTable&)> how;
  const char* file;
  std::vector<const char*> words;
};

const std::vector<Broken>& broken_tables() {
  static const std::vector<Broken> all{
      {"no folder",
       [](const SmallTable& t) { std::filesystem::remove_all(t.folder); },
       "small",
       {"found nothing", "space.json", "check the path"}},
      {"no meta.json",
       [](const SmallTable& t) { t.remove("meta.json"); },
       "meta.json",
       {"no such file"}},
      {"no space.json",
       [](const SmallTable& t) { t.remove("space.json"); },
       "space.json",
       {"no such file"}},
      {"no configs.csv",
       [](const SmallTable& t) { t.remove("configs.csv"); },
       "configs.csv",
       {"no such file"}},
      {"no curve",
       [](const SmallTable& t) { t.remove("curves_loss.npy"); },
       "small",
       {"no curves_*.npy", "final values"}},
      {"meta.json is no JSON",
       [](const SmallTable& t) { t.put("meta.json", "{\"metric\": "); },
       "meta.json",
       {"no JSON"}},
      {"a metric that is not there",
       [](const SmallTable& t) {
         t.put("meta.json", R"({"metric": "curves_los", "mode": "min"})");
       },
       "meta.json",
       {"curves_los", "did you mean 'curves_loss'", "--metric"}},
      {"a row too few",
       [](const SmallTable& t) { t.put("curves_loss.npy", npy({{4, 3, 2, 1}, {5, 4, 3, 2}})); },
       "curves_loss.npy",
       {"2 rows", "3, one for each row of configs.csv"}},
      {"a configuration too few",
       [](const SmallTable& t) {
         t.put("configs.csv", "config_id,lr,units,act\n0,0.001,8,relu\n1,0.1,64,tanh\n");
       },
       "curves_loss.npy",
       {"3 rows", "2, one for each"}},
      {"another shape",
       [](const SmallTable& t) {
         t.put("curves_loss.npy", npy({{4, 3, 2}, {5, 4, 3}, {6, 5, 4}}));
       },
       "curves_loss.npy",
       {"3 columns", "max_resource"}},
      {"times of another shape",
       [](const SmallTable& t) { t.put("time.npy", npy({{1, 2, 3, 4}})); },
       "time.npy",
       {"1 x 4", "3 x 4"}},
      {"a column of NaN",
       [](const SmallTable& t) {
         t.put("curves_loss.npy",
               npy({{4, 3, 2, nan_value}, {5, 4, 3, nan_value}, {6, 5, 4, nan_value}}));
       },
       "curves_loss.npy",
       {"no value at all in column 3", "drop the columns"}},
      {"a hole",
       [](const SmallTable& t) {
         t.put("curves_loss.npy", npy({{4, nan_value, 2, 1}, {5, 4, 3, 2}, {6, 5, 4, 3}}));
       },
       "curves_loss.npy",
       {"NaN before a value in row 0", "column 1"}},
      {"another byte order",
       [](const SmallTable& t) { t.put("curves_loss.npy", npy({{1, 2, 3, 4}}, ">f4")); },
       "curves_loss.npy",
       {"big-endian", "'<f4'", "numpy.save"}},
      {"integers",
       [](const SmallTable& t) { t.put("curves_loss.npy", npy({{1, 2}}, "<i4")); },
       "curves_loss.npy",
       {"'<i4'", "32-bit or 64-bit floats", "numpy.save"}},
      {"columns first",
       [](const SmallTable& t) { t.put("curves_loss.npy", npy({{1, 2}}, "<f4", "True")); },
       "curves_loss.npy",
       {"fortran_order", "C order"}},
      {"NumPy's format 2",
       [](const SmallTable& t) { t.put("curves_loss.npy", npy({{1, 2}}, "<f4", "False", 2)); },
       "curves_loss.npy",
       {"2.0", "1.0"}},
      {"a file that was cut off",
       [](const SmallTable& t) {
         const std::string whole = npy({{4, 3, 2, 1}, {5, 4, 3, 2}, {6, 5, 4, 3}});
         t.put("curves_loss.npy", whole.substr(0, whole.size() - 4));
       },
       "curves_loss.npy",
       {"44 bytes", "48 for 3 rows of 4", "cut off"}},
      {"something else than .npy",
       [](const SmallTable& t) { t.put("curves_loss.npy", "epoch,loss\n"); },
       "curves_loss.npy",
       {"no .npy file"}},
      {"a value that the space does not have",
       [](const SmallTable& t) {
         t.put("configs.csv",
               "config_id,lr,units,act\n0,0.001,8,relu\n1,0.1,64,selu\n2,1,32,relu\n");
       },
       "configs.csv",
       {"act 'selu' in row 1", "relu"}},
      {"a hyperparameter without a column",
       [](const SmallTable& t) {
         t.put("configs.csv", "config_id,lr,unit,act\n0,1,8,relu\n1,1,8,relu\n2,1,8,relu\n");
       },
       "configs.csv",
       {"no column 'units'", "did you mean 'unit'"}},
      {"rows out of order",
       [](const SmallTable& t) {
         t.put("configs.csv", "config_id,lr,units,act\n1,1,8,relu\n0,1,8,relu\n2,1,8,relu\n");
       },
       "configs.csv",
       {"config_id 1 in row 0", "sort the rows"}},
      {"a line with a cell too few",
       [](const SmallTable& t) { t.put("configs.csv", "config_id,lr,units,act\n0,1,8\n"); },
       "configs.csv",
       {"row 0 of 3 cells", "4"}},
      {"a type that nobody knows",
       [](const SmallTable& t) {
         t.put("space.json", R"({"hyperparameters": [{"name": "lr", "type": "real"}]})");
       },
       "space.json",
       {"type 'real' of 'lr'", "float"}},
      {"a range upside down",
       [](const SmallTable& t) {
         t.put("space.json",
               R"({"hyperparameters": [{"name": "lr", "type": "float", "lower": 1, "upper": 0}]})");
       },
       "space.json",
       {"1.0 to 0.0", "lower <= upper"}},
      {"time that goes back",
       [](const SmallTable& t) {
         t.put("time.npy", npy({{1, 3, 2, 4}, {1, 2, nan_value, nan_value}, {1, 2, 3, 4}}));
       },
       "time.npy",
       {"row 0, column 2", "cumsum"}},
  };
  return all;
}

BOOST_AUTO_TEST_CASE(each_way_to_break_a_table_is_told_with_file_finding_and_remedy) {
  BOOST_TEST(broken_tables().size() >= 10u);
  for (const Broken& broken : broken_tables()) {
    const SmallTable small;
    BOOST_TEST_REQUIRE(read_table(small.folder).has_value());
    broken.how(small);
    const auto table = read_table(small.folder);
    BOOST_TEST_CONTEXT(broken.what) {
      BOOST_TEST_REQUIRE(!table.has_value());
      const std::string& what = table.error().what;
      BOOST_TEST_INFO(what);
      BOOST_TEST(what.substr(0, what.find(": ")).ends_with(broken.file));
      BOOST_TEST(what.find("expected") != std::string::npos);
      BOOST_TEST(what.find("What to do: ") != std::string::npos);
      for (const char* word : broken.words) BOOST_TEST_CONTEXT(word) {
          BOOST_TEST_INFO(what);
          BOOST_TEST(what.find(word) != std::string::npos);
        }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_recorded_curve_of_the_reference_is_read) {
  const char* given = std::getenv("TROUPE_REFERENCE_DIR");  // NOLINT(concurrency-mt-unsafe)
  const std::filesystem::path tables =
      std::filesystem::path(given != nullptr ? given : TROUPE_ROOT "/../shared") / "data/tables";
  if (!std::filesystem::is_directory(tables)) {
    std::cerr << "SKIPPED: no tables at " << tables << "; set TROUPE_REFERENCE_DIR\n";
    return;
  }
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(tables)) {
    const auto table = read_table(entry.path());
    BOOST_TEST_CONTEXT(entry.path()) {
      if (table) {
        ++read;
        BOOST_TEST(table->rows() > 0u);
        continue;
      }
      // Tables with final values only, or with curves that begin at unit 0, are refused.
      const std::string& what = table.error().what;
      BOOST_TEST_INFO(what);
      BOOST_TEST((what.find("final values") != std::string::npos ||
                  what.find("52 columns") != std::string::npos));
    }
  }
  BOOST_TEST(read > 60u);
}

BOOST_AUTO_TEST_CASE(the_nearest_row_is_found_on_each_parameters_own_scale) {
  const SmallTable small;
  const Table table = read_table(small.folder).value();
  const schedulers::Space space(
      {{"lr", schedulers::LogUniform{0.001, 1}},
       {"act", schedulers::Choice{{std::string("relu"), std::string("tanh")}}}});
  const NearestRow nearest = NearestRow::make(table, space).value();
  BOOST_TEST(nearest.find({{"lr", 0.002}, {"act", std::string("relu")}}) == 0u);
  BOOST_TEST(nearest.find({{"lr", 0.7}, {"act", std::string("relu")}}) == 2u);
  BOOST_TEST(nearest.find({{"lr", 0.7}, {"act", std::string("tanh")}}) == 1u);
  // 0.05 is nearer to 0.001 than to 1, but not on the log scale of the parameter.
  BOOST_TEST(nearest.find({{"lr", 0.05}, {"act", std::string("relu")}}) == 2u);
}

BOOST_AUTO_TEST_CASE(a_parameter_that_the_table_lacks_is_refused_by_name) {
  const SmallTable small;
  const Table table = read_table(small.folder).value();
  const schedulers::Space space({{"learning_rate", schedulers::Uniform{0, 1}}});
  const auto refused = NearestRow::make(table, space);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().what.find("'learning_rate'") != std::string::npos);
  BOOST_TEST(refused.error().what.find("lr, units, act") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(made_up_curves_fall_cross_and_depend_on_the_seed_alone) {
  const Table table = synthetic_table(64, 27, 3);
  const Table again = synthetic_table(64, 27, 3);
  const Table other = synthetic_table(64, 27, 4);
  std::size_t crossings = 0;
  double first = 0;
  double last = 0;
  bool differs = false;
  for (std::size_t row = 0; row < 64; ++row) {
    first += table.metric(row, 1);
    last += table.metric(row, 27);
    for (schedulers::Resource r = 1; r <= 27; ++r) {
      BOOST_TEST_REQUIRE(table.metric(row, r) == again.metric(row, r));
      differs = differs || table.metric(row, r) != other.metric(row, r);
    }
    for (std::size_t b = 0; b < row; ++b)
      crossings += (table.metric(row, 1) < table.metric(b, 1)) !=
                   (table.metric(row, 27) < table.metric(b, 27));
  }
  BOOST_TEST(differs);
  BOOST_TEST(last < 0.7 * first);
  BOOST_TEST(crossings > 100u);  // Out of 2,016 pairs of curves.
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
