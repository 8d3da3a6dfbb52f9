#include "schedulers/surrogates/covariance.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::size_t place(Index index) {
  return static_cast<std::size_t>(index);
}

/// Squared distances between each row of `a` and row `j` of `b`, from row `first` of `a` on.
template <typename Column>
void squared_distances(const MatrixXd& a, const MatrixXd& b, Index j, Index first, Column&& out) {
  const Index count = a.rows() - first;
  out.setZero();
  for (Index k = 0; k < a.cols(); ++k)
    out += (a.col(k).segment(first, count).array() - b(j, k)).square();
}

/// Added to squared distances under the root, so that its derivative is finite.
constexpr double distance_floor = 1e-9;

struct Matern {
  ArrayXd value, slope;
};

/// (1 + B + D/3) exp(-B) with B = sqrt(D + 1e-9), and its derivative with respect to D.
template <typename Distances>
Matern matern(const Distances& squared) {
  const ArrayXd root = (squared + distance_floor).sqrt();
  const ArrayXd decayed = (-root).exp();
  return {.value = (1 + root + squared / 3) * decayed,
          .slope = -decayed * (1 + squared / root) / 6};
}

/// The different values, rising, and the place of each row's value among them.
std::vector<double> distinct(const VectorXd& z, std::vector<Index>& place_of) {
  std::vector<double> values(z.begin(), z.end());
  std::ranges::sort(values);
  const auto rest = std::ranges::unique(values);
  values.erase(rest.begin(), rest.end());
  place_of.clear();
  for (const double one : z)
    place_of.push_back(std::ranges::lower_bound(values, one) - values.begin());
  return values;
}

/// `function` of each value; it is called once for each different value.
template <typename Function>
VectorXd by_value(const VectorXd& z, const Function& function) {
  std::vector<Index> place_of;
  std::vector<double> results = distinct(z, place_of);
  for (double& one : results) one = function(one);
  VectorXd all(z.size());
  for (Index i = 0; i < all.size(); ++i) all[i] = results[place(place_of[place(i)])];
  return all;
}

}  // namespace

InputMatrix matrix_of(const SurrogateInputs& inputs, std::size_t dimensions) {
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  check(inputs.x.size() == inputs.count() * dimensions, "each input has each dimension");
  const auto count = static_cast<Index>(inputs.count());
  return {.x = Eigen::Map<const Rows>(inputs.x.data(), count, static_cast<Index>(dimensions)),
          .z = Eigen::Map<const VectorXd>(inputs.z.data(), count)};
}

Covariance::Covariance(const SurrogateModel& model, std::span<const double> internal)
    : kernel_(model.kernel), places_(places_of(model)), levels_(model.levels) {
  check(internal.size() == places_.count, "each parameter of the surrogate has a value");
  const auto natural = [&](std::size_t at) { return std::exp(internal[at]); };
  if (has_decay(kernel_)) {
    alpha_ = natural(places_.alpha);
    gamma_ = natural(places_.gamma);
    mean_lambda_ = natural(places_.mean_lambda);
    if (kernel_ == ResourceKernel::exp_decay_combined) delta_ = internal[places_.delta];
    if (kernel_ == ResourceKernel::exp_decay_delta1) delta_ = 1;
  }
  noise_ = natural(places_.noise);
  for (std::size_t i = 0; i < places_.levels; ++i) {
    scales_.push_back(natural(places_.scale + i));
    means_.push_back(internal[places_.mean + i]);
  }
  for (std::size_t i = 0; i < places_.lengths; ++i) lengths_.push_back(natural(places_.length + i));
  powers_a_.resize(places_.lengths);
  powers_b_.resize(places_.lengths);
  std::size_t next = 0;
  for (std::size_t i = 0; i < model.warped.size(); ++i) {
    if (!model.warped[i]) continue;
    powers_a_[i] = natural(places_.power_a + next);
    powers_b_[i] = natural(places_.power_b + next++);
  }
  if (kernel_ == ResourceKernel::matern52_res_warp) {
    powers_a_.back() = natural(places_.resource_power_a);
    powers_b_.back() = natural(places_.resource_power_b);
  }
}

Covariance::Decay Covariance::decay(double z) const {
  const double beta = alpha_ / mean_lambda_;
  const double share = z / (z + beta);
  const double value = std::pow(beta / (z + beta), alpha_);
  return {.value = value,
          .by_alpha = alpha_ * value * (std::log(beta / (z + beta)) + share),
          .by_lambda = -alpha_ * value * share};
}

std::size_t Covariance::level(double z) const {
  std::size_t nearest = 0;
  for (std::size_t i = 1; i < levels_.size(); ++i)
    if (std::abs(levels_[i] - z) < std::abs(levels_[nearest] - z)) nearest = i;
  return nearest;
}

Covariance::Pair Covariance::pair(double z1, double z2) const {
  if (kernel_ == ResourceKernel::independent) {
    const std::size_t at = level(z1);
    return {.factor = at == level(z2) ? scales_[at] : 0};
  }
  if (!has_decay(kernel_)) return {.factor = scales_.front()};
  const double k1 = decay(z1).value;
  const double k2 = decay(z2).value;
  const double k12 = decay(z1 + z2).value;
  const double g = gamma_ - delta_ * means_.front();
  return {.factor = scales_.front() * (1 - delta_ * (k1 + k2 - delta_ * k12)),
          .offset = g * g * (k12 - k1 * k2)};
}

Covariance::Warped Covariance::warped(const ArrayXd& input, double a, double b) {
  constexpr double margin = 1e-9;
  const ArrayXd u = (1 - 2 * margin) * input + margin;
  const ArrayXd raised = u.pow(a);
  const ArrayXd rest = 1 - raised;
  const ArrayXd rest_raised = rest.pow(b);
  const ArrayXd rest_below = b * rest.pow(b - 1);
  return {.value = 1 - rest_raised,
          .by_a = a * rest_below * raised * u.log(),
          .by_b = -b * rest_raised * rest.log(),
          .by_input = (1 - 2 * margin) * a * rest_below * u.pow(a - 1)};
}

MatrixXd Covariance::features(const InputMatrix& inputs) const {
  MatrixXd all(inputs.rows(), static_cast<Index>(places_.lengths));
  for (Index i = 0; i < all.cols(); ++i) {
    const ArrayXd input = i < inputs.x.cols() ? inputs.x.col(i) : inputs.z;
    const double a = powers_a_[place(i)];
    const ArrayXd value = a == 0 ? input : warped(input, a, powers_b_[place(i)]).value;
    all.col(i) = (lengths_[place(i)] * std::sqrt(5.0)) * value;
  }
  return all;
}

Covariance::Terms Covariance::terms(const InputMatrix& inputs) const {
  const Index count = inputs.rows();
  Terms all{.features = features(inputs),
            .base = MatrixXd::Zero(count, count),
            .slope = MatrixXd::Zero(count, count),
            .covariance = MatrixXd::Zero(count, count)};
  all.levels = distinct(inputs.z, all.level_of);
  std::vector<std::vector<Pair>> pairs(all.levels.size());
  for (std::size_t i = 0; i < pairs.size(); ++i)
    for (const double other : all.levels) pairs[i].push_back(pair(all.levels[i], other));
  ArrayXd squared(count);
  for (Index j = 0; j < count; ++j) {
    auto column = squared.head(count - j);
    squared_distances(all.features, all.features, j, j, column);
    const Matern base = matern(column);
    all.base.col(j).tail(count - j) = base.value;
    all.slope.col(j).tail(count - j) = base.slope;
    const std::vector<Pair>& row = pairs[place(all.level_of[place(j)])];
    for (Index i = j; i < count; ++i) {
      const Pair& one = row[place(all.level_of[place(i)])];
      const bool apart = kernel_ == ResourceKernel::freeze_thaw && squared[i - j] > 0;
      all.covariance(i, j) = base.value[i - j] * one.factor + (apart ? 0 : one.offset);
    }
  }
  return all;
}

MatrixXd Covariance::cross(const InputMatrix& a, const InputMatrix& b) const {
  std::vector<Index> level_of_a;
  std::vector<Index> level_of_b;
  const std::vector<double> levels_a = distinct(a.z, level_of_a);
  const std::vector<double> levels_b = distinct(b.z, level_of_b);
  std::vector<std::vector<Pair>> pairs(levels_b.size());
  for (std::size_t i = 0; i < pairs.size(); ++i)
    for (const double other : levels_a) pairs[i].push_back(pair(other, levels_b[i]));
  const MatrixXd features_a = features(a);
  const MatrixXd features_b = features(b);
  MatrixXd all(a.rows(), b.rows());
  ArrayXd squared(a.rows());
  for (Index j = 0; j < b.rows(); ++j) {
    squared_distances(features_a, features_b, j, 0, squared);
    const ArrayXd root = (squared + distance_floor).sqrt();
    all.col(j) = (1 + root + squared / 3) * (-root).exp();
    const std::vector<Pair>& row = pairs[place(level_of_b[place(j)])];
    for (Index i = 0; i < a.rows(); ++i) {
      const Pair& one = row[place(level_of_a[place(i)])];
      const bool apart = kernel_ == ResourceKernel::freeze_thaw && squared[i] > 0;
      all(i, j) = all(i, j) * one.factor + (apart ? 0 : one.offset);
    }
  }
  return all;
}

VectorXd Covariance::diagonal(const InputMatrix& inputs) const {
  return by_value(inputs.z, [&](double z) {
    const Pair one = pair(z, z);
    return one.factor + one.offset;
  });
}

VectorXd Covariance::mean(const InputMatrix& inputs) const {
  return by_value(inputs.z, [&](double z) {
    const double mean = means_[kernel_ == ResourceKernel::independent ? level(z) : 0];
    if (!has_decay(kernel_)) return mean;
    return mean + decay(z).value * (gamma_ - delta_ * means_.front());
  });
}

MatrixXd Covariance::input_gradient(const InputMatrix& point, const InputMatrix& rows) const {
  check(point.rows() == 1, "a gradient is taken at one point");
  const MatrixXd at = features(point);
  const MatrixXd others = features(rows);
  ArrayXd squared(rows.rows());
  squared_distances(others, at, 0, 0, squared);
  ArrayXd slope = 2 * matern(squared).slope;
  slope *= by_value(rows.z, [&](double z) { return pair(point.z[0], z).factor; }).array();
  MatrixXd all(point.x.cols(), rows.rows());
  for (Index k = 0; k < all.rows(); ++k) {
    const double a = powers_a_[place(k)];
    double scale = lengths_[place(k)] * std::sqrt(5.0);
    if (a != 0) scale *= warped(point.x.col(k), a, powers_b_[place(k)]).by_input[0];
    all.row(k) = (slope * (at(0, k) - others.col(k).array()) * scale).transpose();
  }
  return all;
}

VectorXd Covariance::gradient(const InputMatrix& inputs, const Terms& terms, MatrixXd& weights,
                              const VectorXd& solved) const {
  VectorXd all = VectorXd::Zero(static_cast<Index>(places_.count));
  all[static_cast<Index>(places_.noise)] = noise_ * weights.trace() / 2;
  // From here on the sum over the lower triangle is half of the sum over the whole matrix.
  weights.diagonal() /= 2;
  add_resource_gradient(terms, weights, all);
  add_mean_gradient(terms, solved, all);
  add_length_gradient(inputs, terms, weights, all);
  return all;
}

void Covariance::add_resource_gradient(const Terms& terms, const MatrixXd& weights,
                                       VectorXd& gradient) const {
  const auto count = static_cast<Index>(terms.levels.size());
  MatrixXd of_base = MatrixXd::Zero(count, count);
  MatrixXd of_one = MatrixXd::Zero(count, count);
  for (Index j = 0; j < weights.cols(); ++j) {
    const Index column = terms.level_of[place(j)];
    for (Index i = j; i < weights.rows(); ++i) {
      const Index row = terms.level_of[place(i)];
      of_base(row, column) += weights(i, j) * terms.base(i, j);
      const bool apart = kernel_ == ResourceKernel::freeze_thaw && i != j &&
                         terms.features.row(i) != terms.features.row(j);
      if (!apart) of_one(row, column) += weights(i, j);
    }
  }
  const auto at = [&](std::size_t where) -> double& { return gradient[static_cast<Index>(where)]; };
  const double mean = means_.front();
  const double g = gamma_ - delta_ * mean;
  for (Index i = 0; i < count; ++i)
    for (Index j = 0; j < count; ++j) {
      const double z1 = terms.levels[place(i)];
      const double z2 = terms.levels[place(j)];
      const std::size_t own = kernel_ == ResourceKernel::independent ? level(z1) : 0;
      at(places_.scale + own) += of_base(i, j) * pair(z1, z2).factor;
      if (!has_decay(kernel_)) continue;
      const Decay k1 = decay(z1);
      const Decay k2 = decay(z2);
      const Decay k12 = decay(z1 + z2);
      const double base = of_base(i, j) * scales_.front();
      const auto along = [&](double d1, double d2, double d12) {
        return -base * delta_ * (d1 + d2 - delta_ * d12) +
               of_one(i, j) * g * g * (d12 - d1 * k2.value - k1.value * d2);
      };
      at(places_.alpha) += along(k1.by_alpha, k2.by_alpha, k12.by_alpha);
      at(places_.mean_lambda) += along(k1.by_lambda, k2.by_lambda, k12.by_lambda);
      const double by_g = of_one(i, j) * 2 * g * (k12.value - k1.value * k2.value);
      at(places_.gamma) += by_g * gamma_;
      at(places_.mean) -= by_g * delta_;
      if (kernel_ == ResourceKernel::exp_decay_combined)
        at(places_.delta) -= by_g * mean + base * (k1.value + k2.value - 2 * delta_ * k12.value);
    }
}

void Covariance::add_mean_gradient(const Terms& terms, const VectorXd& solved,
                                   VectorXd& gradient) const {
  const auto at = [&](std::size_t where) -> double& { return gradient[static_cast<Index>(where)]; };
  for (Index i = 0; i < solved.size(); ++i) {
    const double z = terms.levels[place(terms.level_of[place(i)])];
    const std::size_t own = kernel_ == ResourceKernel::independent ? level(z) : 0;
    at(places_.mean + own) -= solved[i];
    if (!has_decay(kernel_)) continue;
    const Decay k = decay(z);
    const double g = gamma_ - delta_ * means_.front();
    at(places_.alpha) -= solved[i] * g * k.by_alpha;
    at(places_.mean_lambda) -= solved[i] * g * k.by_lambda;
    at(places_.gamma) -= solved[i] * k.value * gamma_;
    at(places_.mean) += solved[i] * k.value * delta_;
    if (kernel_ == ResourceKernel::exp_decay_combined)
      at(places_.delta) += solved[i] * k.value * means_.front();
  }
}

/// With P the weights of the squared distances, the derivative along a change f' of a column f of
/// the features is 2 (sum_i (P 1)_i f_i f'_i - f^T P f').
void Covariance::add_length_gradient(const InputMatrix& inputs, const Terms& terms,
                                     const MatrixXd& weights, VectorXd& gradient) const {
  MatrixXd p = (weights.array() * terms.slope.array()).matrix();
  std::vector<std::vector<double>> factors(terms.levels.size());
  for (std::size_t i = 0; i < factors.size(); ++i)
    for (const double other : terms.levels)
      factors[i].push_back(pair(terms.levels[i], other).factor);
  for (Index j = 0; j < p.cols(); ++j) {
    const std::vector<double>& row = factors[place(terms.level_of[place(j)])];
    p(j, j) = 0;
    for (Index i = j + 1; i < p.rows(); ++i) p(i, j) *= row[place(terms.level_of[place(i)])];
  }
  const auto whole = p.selfadjointView<Eigen::Lower>();
  const MatrixXd products = whole * terms.features;
  const VectorXd sums = whole * VectorXd::Ones(p.rows());
  const auto along = [&](Index k, const ArrayXd& change) {
    const auto f = terms.features.col(k).array();
    return 2 * (sums.array() * f * change - products.col(k).array() * change).sum();
  };
  std::size_t next = 0;
  for (Index k = 0; k < terms.features.cols(); ++k) {
    gradient[static_cast<Index>(places_.length) + k] = along(k, terms.features.col(k).array());
    if (powers_a_[place(k)] == 0) continue;
    const bool resource = k == inputs.x.cols();
    const Warped warp =
        warped(resource ? inputs.z : inputs.x.col(k), powers_a_[place(k)], powers_b_[place(k)]);
    const double scale = lengths_[place(k)] * std::sqrt(5.0);
    const std::size_t a = resource ? places_.resource_power_a : places_.power_a + next;
    const std::size_t b = resource ? places_.resource_power_b : places_.power_b + next++;
    gradient[static_cast<Index>(a)] = along(k, scale * warp.by_a);
    gradient[static_cast<Index>(b)] = along(k, scale * warp.by_b);
  }
}

}  // namespace troupe::schedulers
