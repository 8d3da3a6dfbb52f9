#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test: the `dev` preset (sanitizers, warnings are
# errors) and the `release` preset. `test/run.sh release` does one of them only.
# The last line is `N passed, N failed`, and how many were skipped, if any were.
set -euo pipefail
cd "$(dirname "$0")/.."
presets=("$@")
[ ${#presets[@]} -gt 0 ] || presets=(dev release)

.ci/packages.sh test
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
quietly=()
[ -t 1 ] || quietly=(-- --quiet)
export BOOST_TEST_REPORT_LEVEL=short BOOST_TEST_COLOR_OUTPUT=no

outputs=()
healthy=true
for preset in "${presets[@]}"; do
  echo "== $preset: building"
  SECONDS=0
  cmake --preset "$preset" -DTROUPE_WERROR=ON >/dev/null
  cmake --build --preset "$preset" "${quietly[@]}"
  echo "== $preset: built in $SECONDS s; testing"
  ctest --preset "$preset" --output-on-failure || healthy=false
  outputs+=("build/$preset/Testing/Temporary/LastTest.log")
  echo "== $preset: $(test/count.awk "${outputs[-1]}") in $SECONDS s with the build"
done
test/count.awk "${outputs[@]}"
$healthy
