#pragma once

#include <Eigen/Core>

namespace troupe::schedulers {

/// Replaces the lower triangle of `k` by the Cholesky factor of k + (diagonal + jitter) I, and
/// returns the jitter: 0 if that succeeds, else 1e-9 max(1, mean of the diagonal) 10^j with the
/// least j >= 0 that makes it succeed. `k`: finite and symmetric; its lower triangle is read.
[[nodiscard]] double factor_in_place(Eigen::MatrixXd& k, double diagonal);

/// Replaces the lower triangle of a Cholesky factor L by that of inv(L L^T). 2 n^3 / 3 operations.
void invert_in_place(Eigen::Ref<Eigen::MatrixXd> l);

}  // namespace troupe::schedulers
