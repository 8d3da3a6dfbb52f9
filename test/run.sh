#!/usr/bin/env bash
# Installs the missing packages, checks the form of the sources (`style`: see test/style.sh), and
# builds and tests the presets `dev` (sanitizers, warnings are errors) and `release`.
# `test/run.sh release` does one of the three only. The last line is `N passed, N failed`, followed by
# the number of skipped tests if there are any; the two checks of `style` count as tests.
set -euo pipefail
cd "$(dirname "$0")/.."
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(style dev release)

.ci/packages.sh test
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
quietly=()
[ -t 1 ] || quietly=(-- --quiet)
export BOOST_TEST_REPORT_LEVEL=short BOOST_TEST_COLOR_OUTPUT=no

outputs=()
healthy=true

# Writes what the checks said, and their results in the form of ctest's log, for count.awk.
check_style() {
  local log=build/style.log check number=0
  mkdir -p build
  : >"$log"
  for check in format tidy; do
    number=$((number + 1))
    echo "$number/2 Testing: style.$check" >>"$log"
    if test/style.sh "$check"; then
      echo "Test Passed." >>"$log"
    else
      echo "Test Failed." >>"$log"
      healthy=false
    fi
  done
  outputs+=("$log")
}

check_preset() {
  local preset=$1
  cmake --preset "$preset" -DTROUPE_WERROR=ON >/dev/null
  cmake --build --preset "$preset" "${quietly[@]}"
  echo "== $preset: built in $SECONDS s; testing"
  ctest --preset "$preset" --output-on-failure || healthy=false
  outputs+=("build/$preset/Testing/Temporary/LastTest.log")
}

for step in "${steps[@]}"; do
  echo "== $step"
  SECONDS=0
  if [ "$step" = style ]; then check_style; else check_preset "$step"; fi
  echo "== $step: $(test/count.awk "${outputs[-1]}") in $SECONDS s"
done
test/count.awk "${outputs[@]}"
$healthy
