#!/usr/bin/env bash
# From a fresh Debian 12 to a tuned neural network: installs what is missing, builds Troupe, and runs
# the study of examples/digits. Arguments are passed on to `troupe run`; so is its exit code.
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/packages.sh
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
quietly=()
[ -t 1 ] || quietly=(-- --quiet)
cmake --preset release >/dev/null
echo "building Troupe (some minutes the first time)"
cmake --build --preset release --target troupe digits_train "${quietly[@]}"
echo "built in $SECONDS s"
exec build/release/bin/troupe run examples/digits/study.yaml "$@"
