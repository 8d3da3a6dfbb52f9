#!/usr/bin/env bash
# Compiles each source and each header by itself, without optimisation, so that a missing include is
# found: the unity build of the other presets hides it. Not part of CI: it takes about four times as
# long as a build of the `dev` preset.
#
#   test/each_source_alone.sh [TARGET...]        (default: everything)
set -euo pipefail
cd "$(dirname "$0")/.."
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(all all_verify_interface_header_sets)

if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake --preset separate >/dev/null
cmake --build build/separate --target "${targets[@]}" -- -k 0
