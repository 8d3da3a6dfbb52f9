#include "schedulers/surrogates/posterior.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/surrogates/cholesky.hpp"
#include "schedulers/surrogates/covariance.hpp"
#include "schedulers/surrogates/normal.hpp"

namespace troupe::schedulers {
namespace {

/// The least variance of a prediction, in units of normalized targets.
constexpr double least_variance = 1e-12;
/// Added to the covariance of points that are drawn jointly.
constexpr double draw_jitter = 1e-5;

std::vector<double> vector_of(const Eigen::MatrixXd& matrix) {
  return {matrix.data(), matrix.data() + matrix.size()};
}

}  // namespace

struct Posterior::State {
  SurrogateModel model;
  Covariance covariance;
  double diagonal = 0;    ///< Noise and jitter.
  Eigen::Index rows = 0;  ///< The matrices have room for more.
  InputMatrix inputs;
  Eigen::MatrixXd factor;
  Eigen::MatrixXd solved;  ///< rows x columns: inv(K) (targets - mean).

  [[nodiscard]] InputMatrix used() const { return {inputs.x.topRows(rows), inputs.z.head(rows)}; }
  [[nodiscard]] auto lower() const {
    return factor.topLeftCorner(rows, rows).triangularView<Eigen::Lower>();
  }
  [[nodiscard]] auto upper() const {
    return factor.topLeftCorner(rows, rows).transpose().triangularView<Eigen::Upper>();
  }
  void reserve(Eigen::Index wanted) {
    if (wanted <= factor.rows()) return;
    const Eigen::Index room = std::max(wanted, factor.rows() + factor.rows() / 8 + 32);
    inputs.x.conservativeResize(room, Eigen::NoChange);
    inputs.z.conservativeResize(room);
    Eigen::MatrixXd larger = Eigen::MatrixXd::Zero(room, room);
    larger.topLeftCorner(rows, rows) = factor.topLeftCorner(rows, rows);
    factor = std::move(larger);
  }
  void append(const InputMatrix& row) {
    Eigen::VectorXd column = covariance.cross(used(), row).col(0);
    lower().solveInPlace(column);
    const double prior = covariance.cross(row, row)(0, 0) + diagonal;
    // Rounding may make the rest negative where the row equals another one.
    const double rest = std::max(prior - column.squaredNorm(), 1e-10 * prior);
    factor.row(rows).head(rows) = column.transpose();
    factor(rows, rows) = std::sqrt(rest);
    inputs.x.row(rows) = row.x.row(0);
    inputs.z[rows] = row.z[0];
    ++rows;
  }
  [[nodiscard]] Eigen::MatrixXd means(const InputMatrix& points, const Eigen::MatrixXd& k) const {
    Eigen::MatrixXd all = k.transpose() * solved;
    all.colwise() += covariance.mean(points);
    return all;
  }
};

Posterior::Posterior(const SurrogateModel& model, const std::vector<double>& internal,
                     const SurrogateInputs& inputs)
    : state_(std::make_unique<State>(State{.model = model,
                                           .covariance = Covariance(model, internal),
                                           .inputs = matrix_of(inputs, model.dimensions)})) {
  State& own = *state_;
  own.rows = own.inputs.rows();
  own.factor = own.covariance.terms(own.inputs).covariance;
  own.diagonal = own.covariance.noise();
  own.diagonal += factor_in_place(own.factor, own.diagonal);
}

Posterior::~Posterior() = default;
Posterior::Posterior(Posterior&&) noexcept = default;
Posterior& Posterior::operator=(Posterior&&) noexcept = default;

void Posterior::extend(const SurrogateInputs& inputs) {
  const InputMatrix added = matrix_of(inputs, state_->model.dimensions);
  state_->reserve(state_->rows + added.rows());
  for (Eigen::Index i = 0; i < added.rows(); ++i)
    state_->append({added.x.row(i), added.z.segment(i, 1)});
}

void Posterior::truncate(std::size_t count) {
  check(count <= this->count(), "a posterior has the inputs that are kept");
  state_->rows = static_cast<Eigen::Index>(count);
}

std::size_t Posterior::count() const {
  return static_cast<std::size_t>(state_->rows);
}

void Posterior::set_targets(const std::vector<double>& targets, std::size_t columns) {
  check(targets.size() == count() * columns, "each input has a target in each column");
  State& own = *state_;
  own.solved = Eigen::Map<const Eigen::MatrixXd>(targets.data(), own.rows,
                                                 static_cast<Eigen::Index>(columns));
  own.solved.colwise() -= own.covariance.mean(own.used());
  own.lower().solveInPlace(own.solved);
  own.upper().solveInPlace(own.solved);
}

std::vector<double> Posterior::means(const SurrogateInputs& inputs) const {
  const InputMatrix points = matrix_of(inputs, state_->model.dimensions);
  return vector_of(state_->means(points, state_->covariance.cross(state_->used(), points)));
}

std::vector<double> Posterior::deviations(const SurrogateInputs& inputs) const {
  const InputMatrix points = matrix_of(inputs, state_->model.dimensions);
  Eigen::MatrixXd k = state_->covariance.cross(state_->used(), points);
  state_->lower().solveInPlace(k);
  const Eigen::VectorXd rest =
      state_->covariance.diagonal(points) - k.colwise().squaredNorm().transpose();
  return vector_of(rest.cwiseMax(least_variance).cwiseSqrt());
}

Posterior::Bounds Posterior::bounds(const SurrogateInputs& inputs) const {
  const InputMatrix points = matrix_of(inputs, state_->model.dimensions);
  const InputMatrix used = state_->used();
  const Eigen::MatrixXd k = state_->covariance.cross(used, points);
  const Eigen::ArrayXd observed = state_->covariance.diagonal(used).array() + state_->diagonal;
  Eigen::VectorXd most = state_->covariance.diagonal(points);
  for (Eigen::Index j = 0; j < k.cols() && k.rows() > 0; ++j)
    most[j] -= (k.col(j).array().square() / observed).maxCoeff();
  most.array() *= 1 + 1e-9;  // Rounding.
  return {.means = vector_of(state_->means(points, k)),
          .deviations_most = vector_of(most.cwiseMax(least_variance).cwiseSqrt())};
}

Posterior::AtPoint Posterior::at(std::span<const double> configuration, double resource) const {
  SurrogateInputs one;
  one.add(configuration, resource);
  const InputMatrix point = matrix_of(one, state_->model.dimensions);
  const InputMatrix used = state_->used();
  const Eigen::MatrixXd k = state_->covariance.cross(used, point);
  const Eigen::MatrixXd slope = state_->covariance.input_gradient(point, used);  // d x n
  Eigen::MatrixXd half = k;
  state_->lower().solveInPlace(half);
  const double variance =
      std::max(state_->covariance.diagonal(point)[0] - half.squaredNorm(), least_variance);
  const double deviation = std::sqrt(variance);
  state_->upper().solveInPlace(half);
  const Eigen::VectorXd change = -(slope * half.col(0)) / deviation;
  return {.means = vector_of(state_->means(point, k)),
          .deviation = deviation,
          .mean_gradients = vector_of(slope * state_->solved),
          .deviation_gradient = vector_of(change)};
}

std::vector<double> Posterior::draw(const SurrogateInputs& inputs, std::size_t samples,
                                    Rng& rng) const {
  const InputMatrix points = matrix_of(inputs, state_->model.dimensions);
  const Eigen::MatrixXd k = state_->covariance.cross(state_->used(), points);
  Eigen::MatrixXd half = k;
  state_->lower().solveInPlace(half);
  Eigen::MatrixXd joint = state_->covariance.cross(points, points) - half.transpose() * half;
  (void)factor_in_place(joint, draw_jitter);
  Eigen::MatrixXd drawn(points.rows(), static_cast<Eigen::Index>(samples));
  for (Eigen::Index j = 0; j < drawn.cols(); ++j)
    for (Eigen::Index i = 0; i < drawn.rows(); ++i) drawn(i, j) = standard_normal(rng);
  drawn = joint.triangularView<Eigen::Lower>() * drawn;
  drawn.colwise() += state_->means(points, k).col(0);
  return vector_of(drawn);
}

}  // namespace troupe::schedulers
