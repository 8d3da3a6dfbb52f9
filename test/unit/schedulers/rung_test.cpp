#include "schedulers/rungs/rung.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(rung)

std::vector<TrialId> trials(const Rung& rung) {
  std::vector<TrialId> ids;
  rung.entries().for_each([&](const RungEntry& entry) { ids.push_back(entry.trial); });
  return ids;
}

Rung filled(Mode mode, const std::vector<double>& metrics, double fraction = 1.0 / 3) {
  Rung rung(1, fraction, mode);
  for (TrialId trial = 0; trial < metrics.size(); ++trial)
    (void)rung.enter(trial, loss_of(mode, metrics[trial]));
  return rung;
}

std::size_t passing(const Rung& rung) {
  std::size_t n = 0;
  rung.entries().for_each([&](const RungEntry& entry) {
    n += std::isfinite(entry.loss) && entry.loss <= rung.cutoff().value() ? 1 : 0;
  });
  return n;
}

const double nan = std::numeric_limits<double>::quiet_NaN();

BOOST_AUTO_TEST_CASE(ranks_best_first_and_equal_losses_in_the_order_of_insertion) {
  BOOST_TEST((trials(filled(Mode::min, {0.5, 0.1, 0.5, 0.3})) == std::vector<TrialId>{1, 3, 0, 2}));
  BOOST_TEST((trials(filled(Mode::max, {0.5, 0.1, 0.5, 0.3})) == std::vector<TrialId>{0, 2, 3, 1}));
}

BOOST_AUTO_TEST_CASE(a_promoted_entry_moves_behind_equal_losses) {
  Rung rung(1, 0.5, Mode::min);
  for (TrialId trial = 0; trial < 4; ++trial)
    rung.add_candidate(rung.enter(trial, trial < 3 ? 0.5 : 0.9));
  BOOST_TEST(rung.best_candidate()->trial == 0u);
  rung.promote();
  BOOST_TEST((trials(rung) == std::vector<TrialId>{1, 2, 0, 3}));
  BOOST_TEST(rung.entries().at(2).promoted);
  BOOST_TEST(rung.best_candidate()->trial == 1u);
}

BOOST_AUTO_TEST_CASE(has_no_cutoff_with_fewer_than_two_entries) {
  BOOST_TEST(!filled(Mode::min, {}).cutoff().has_value());
  BOOST_TEST(!filled(Mode::min, {0.5}).cutoff().has_value());
}

BOOST_AUTO_TEST_CASE(the_cutoff_is_numpys_linear_quantile) {
  BOOST_TEST(filled(Mode::min, {3, 1, 2, 4}, 0.5).cutoff().value() == 2.5);
  BOOST_TEST(filled(Mode::max, {3, 1, 2, 4}, 0.25).cutoff().value() == -3.25);
  BOOST_TEST(filled(Mode::min, {3, 1, 2, 4, 5}, 0.25).cutoff().value() == 2.0);
}

BOOST_AUTO_TEST_CASE(a_third_of_a_rung_passes_rounded_as_the_reference_does) {
  const std::vector<std::size_t> expected{1, 1, 2, 2, 2, 3};  // For 2, 3, ..., 7 entries.
  std::vector<double> metrics{0.5};
  for (const std::size_t n : expected) {
    metrics.push_back(0.5 + 0.01 * static_cast<double>(metrics.size()));
    BOOST_TEST(passing(filled(Mode::min, metrics)) == n);
    BOOST_TEST(passing(filled(Mode::max, metrics)) == n);
  }
}

BOOST_AUTO_TEST_CASE(metrics_that_are_not_finite_rank_last_and_count) {
  for (const double bad :
       {nan, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()})
    for (const Mode mode : {Mode::min, Mode::max}) {
      const Rung rung = filled(mode, {bad, 0.5, 0.6, 0.7});
      BOOST_TEST(rung.size() == 4u);
      BOOST_TEST(trials(rung).back() == 0u);
      BOOST_TEST(std::isfinite(rung.cutoff().value()));
    }
}

BOOST_AUTO_TEST_CASE(a_cutoff_next_to_an_infinite_loss_is_the_finite_neighbour) {
  // The median of three entries is the second; of four it is between the second and the third.
  BOOST_TEST(filled(Mode::min, {0.1, 0.2, nan}, 0.5).cutoff().value() == 0.2);
  BOOST_TEST(filled(Mode::min, {0.1, 0.2, nan, nan}, 0.5).cutoff().value() == 0.2);
  BOOST_TEST(filled(Mode::max, {0.1, 0.2, nan, nan}, 0.5).cutoff().value() == -0.1);
  // Both neighbours are infinite: every finite loss passes.
  BOOST_TEST(passing(filled(Mode::min, {0.1, nan, nan, nan}, 0.5)) == 1u);
  BOOST_TEST(passing(filled(Mode::min, {nan, nan}, 0.5)) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
