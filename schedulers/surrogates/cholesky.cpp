#include "schedulers/surrogates/cholesky.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

using Block = Eigen::Ref<Eigen::MatrixXd>;

constexpr Eigen::Index block_rows = 32;

/// Replaces a lower triangle by its inverse.
void invert_triangle(Block l) {
  const Eigen::Index n = l.rows();
  if (n <= block_rows) {
    const Eigen::MatrixXd unit = Eigen::MatrixXd::Identity(n, n);
    const Eigen::MatrixXd inverse = l.triangularView<Eigen::Lower>().solve(unit);
    l.triangularView<Eigen::Lower>() = inverse;
    return;
  }
  const Eigen::Index half = n / 2;
  Block first = l.topLeftCorner(half, half);
  Block below = l.bottomLeftCorner(n - half, half);
  Block second = l.bottomRightCorner(n - half, n - half);
  invert_triangle(first);
  invert_triangle(second);
  const Eigen::MatrixXd product = below * first.triangularView<Eigen::Lower>();
  below.noalias() = -(second.triangularView<Eigen::Lower>() * product);
}

/// Replaces the lower triangle L by the lower triangle of L^T L.
void square_triangle(Block l) {
  const Eigen::Index n = l.rows();
  if (n <= block_rows) {
    const Eigen::MatrixXd whole = l.triangularView<Eigen::Lower>();
    const Eigen::MatrixXd square = whole.transpose() * whole;
    l.triangularView<Eigen::Lower>() = square;
    return;
  }
  const Eigen::Index half = n / 2;
  Block first = l.topLeftCorner(half, half);
  Block below = l.bottomLeftCorner(n - half, half);
  Block second = l.bottomRightCorner(n - half, n - half);
  square_triangle(first);
  first.selfadjointView<Eigen::Lower>().rankUpdate(below.transpose());
  const Eigen::MatrixXd product = second.triangularView<Eigen::Lower>().transpose() * below;
  below = product;
  square_triangle(second);
}

}  // namespace

double factor_in_place(Eigen::MatrixXd& k, double diagonal) {
  const Eigen::Index n = k.rows();
  const Eigen::VectorXd given = k.diagonal();
  Eigen::MatrixXd copy = k;
  copy.diagonal().array() += diagonal;
  double jitter = 0;
  for (int attempt = 0; Eigen::internal::llt_inplace<double, Eigen::Lower>::blocked(copy) >= 0 ||
                        !copy.diagonal().allFinite();
       ++attempt) {
    check(attempt < 40, "a covariance matrix with enough jitter has a Cholesky factor");
    jitter = 1e-9 * std::max(1.0, n > 0 ? given.mean() : 1.0) * std::pow(10.0, attempt);
    copy = k;
    copy.diagonal().array() += diagonal + jitter;
  }
  k.triangularView<Eigen::Lower>() = copy;
  return jitter;
}

void invert_in_place(Eigen::Ref<Eigen::MatrixXd> l) {
  invert_triangle(l);
  square_triangle(l);
}

}  // namespace troupe::schedulers
