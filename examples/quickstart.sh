#!/usr/bin/env bash
# From a fresh Debian 12 to a tuned neural network: installs the missing packages, builds Troupe, and
# runs the study of examples/digits. Passes its arguments to `troupe run` and ends with its exit code.
set -euo pipefail
cd "$(dirname "$0")/.."

# Copies ninja's output, but prints one line for each tenth of the build instead of one for each step.
show_tenths() {
  local line shown=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[\ *([0-9]+)%\] ]]; then
      if ((BASH_REMATCH[1] / 10 > shown)); then
        shown=$((BASH_REMATCH[1] / 10))
        echo "  ${shown}0 % built after $SECONDS s"
      fi
    else
      echo "$line"
    fi
  done
}

.ci/packages.sh
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake --preset release >/dev/null
echo "building Troupe (some minutes the first time)"
build=(cmake --build --preset release --target troupe digits_train)
export NINJA_STATUS="[%p] "
if [ -t 1 ]; then
  "${build[@]}"  # Ninja itself shows the percentage, in one line.
else
  "${build[@]}" | show_tenths
fi
echo "built in $SECONDS s"
exec build/release/bin/troupe run examples/digits/study.yaml "$@"
