#!/usr/bin/env bash
# Installs clang, builds the fuzz targets and runs each for so many seconds (60) from its corpus.
#     test/fuzz/run.sh [SECONDS] [TARGET...]
# A crash leaves its input in build/fuzz/crashes and ends this with 1. What was new is in
# build/fuzz/found/TARGET.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(frame handshake codec report_line study_file)

.ci/packages.sh fuzz
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake --preset fuzz >/dev/null
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}" -- --quiet
mkdir -p build/fuzz/crashes
failed=0
for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  mkdir -p "$found"
  seeds=("test/fuzz/corpus/$target")
  if [ "$target" = study_file ]; then seeds+=(test/e2e/broken examples/digits examples/xgboost examples/sequence); fi
  echo "== $target: $seconds s"
  build/fuzz/bin/fuzz_"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 \
    -max_len=4096 -print_final_stats=1 -artifact_prefix=build/fuzz/crashes/"$target"- "$found" "${seeds[@]}" \
    >build/fuzz/"$target".log 2>&1 || failed=1
  grep -E '^stat::(number_of_executed_units|peak_rss_mb)|ERROR|SUMMARY|cov:' build/fuzz/"$target".log | tail -n 4
done
exit $failed
