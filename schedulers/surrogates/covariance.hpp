#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "schedulers/surrogates/surrogate_model.hpp"

namespace troupe::schedulers {

/// Inputs of a surrogate as matrices. Of this folder only: no public header includes Eigen.
struct InputMatrix {
  Eigen::MatrixXd x;  ///< n x d
  Eigen::VectorXd z;  ///< n
  [[nodiscard]] Eigen::Index rows() const { return x.rows(); }
};
[[nodiscard]] InputMatrix matrix_of(const SurrogateInputs& inputs, std::size_t dimensions);

/// The covariance and mean functions of a model with given parameters; README 15.2.
class Covariance {
 public:
  Covariance(const SurrogateModel& model, std::span<const double> internal);

  /// What the gradient needs of a covariance matrix; lower triangles, n x n.
  struct Terms {
    Eigen::MatrixXd features;    ///< n x lengths: warped inputs times inverse length scales.
    std::vector<double> levels;  ///< The different resources, rising.
    std::vector<Eigen::Index> level_of;  ///< By row.
    Eigen::MatrixXd base;                ///< Matern part of the covariance.
    Eigen::MatrixXd slope;  ///< Derivative of `base` with respect to the squared distance.
    Eigen::MatrixXd covariance;
  };
  [[nodiscard]] Terms terms(const InputMatrix& inputs) const;
  /// Covariances of rows of `a` with rows of `b`.
  [[nodiscard]] Eigen::MatrixXd cross(const InputMatrix& a, const InputMatrix& b) const;
  /// Variances of the rows.
  [[nodiscard]] Eigen::VectorXd diagonal(const InputMatrix& inputs) const;
  [[nodiscard]] Eigen::VectorXd mean(const InputMatrix& inputs) const;
  [[nodiscard]] double noise() const { return noise_; }
  /// Derivative of cross(point, rows) with respect to the configuration of `point`, which is one
  /// row; d x n.
  [[nodiscard]] Eigen::MatrixXd input_gradient(const InputMatrix& point,
                                               const InputMatrix& rows) const;

  /// Gradient of the negative log likelihood with respect to the internal parameters. `weights`:
  /// lower triangle of inv(K) - a a^T with a = `solved` = inv(K)(y - mean); it is overwritten.
  [[nodiscard]] Eigen::VectorXd gradient(const InputMatrix& inputs, const Terms& terms,
                                         Eigen::MatrixXd& weights,
                                         const Eigen::VectorXd& solved) const;

 private:
  /// kappa(z), and its derivatives with respect to log alpha and log mean_lambda.
  struct Decay {
    double value = 1;
    double by_alpha = 0;
    double by_lambda = 0;
  };
  [[nodiscard]] Decay decay(double z) const;
  /// For a pair of resources the covariance is base * factor + offset.
  struct Pair {
    double factor = 1;
    double offset = 0;
  };
  [[nodiscard]] Pair pair(double z1, double z2) const;
  [[nodiscard]] std::size_t level(double z) const;
  [[nodiscard]] Eigen::MatrixXd features(const InputMatrix& inputs) const;
  /// Column `at` of the features, not scaled, with its derivatives.
  struct Warped {
    Eigen::ArrayXd value, by_a, by_b, by_input;
  };
  [[nodiscard]] static Warped warped(const Eigen::ArrayXd& input, double a, double b);
  void add_length_gradient(const InputMatrix& inputs, const Terms& terms,
                           const Eigen::MatrixXd& weights, Eigen::VectorXd& gradient) const;
  void add_resource_gradient(const Terms& terms, const Eigen::MatrixXd& weights,
                             Eigen::VectorXd& gradient) const;
  void add_mean_gradient(const Terms& terms, const Eigen::VectorXd& solved,
                         Eigen::VectorXd& gradient) const;

  ResourceKernel kernel_;
  ParameterPlaces places_;
  std::vector<double> levels_;
  double alpha_ = 1, gamma_ = 0, delta_ = 0, mean_lambda_ = 1, noise_ = 0;
  std::vector<double> scales_, means_;  ///< By level.
  std::vector<double> lengths_;         ///< Inverse.
  /// By column of the features: the powers of its warp; none (0) where it is not warped.
  std::vector<double> powers_a_, powers_b_;
};

}  // namespace troupe::schedulers
