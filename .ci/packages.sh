#!/usr/bin/env bash
# Installs the missing Debian packages without asking a question: those that a build needs; with
# `test` also those of the tests, with `fuzz` also those of the fuzz targets.
set -euo pipefail
packages=(g++ cmake ninja-build libboost-dev libboost-fiber-dev libboost-context-dev libboost-test-dev
  libpcre2-dev libzmq3-dev cppzmq-dev libmsgpack-cxx-dev libyaml-cpp-dev libsqlite3-dev libcli11-dev
  nlohmann-json3-dev libxxhash-dev libeigen3-dev libnlopt-dev)
if [ "${1:-}" = test ]; then packages+=(python3 xgboost procps git clang-format-19 clang-tidy-19); fi
if [ "${1:-}" = fuzz ]; then packages+=(clang-19 libclang-rt-19-dev); fi
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "needs root, or sudo, to install: ${missing[*]}" >&2; exit 1; }
  sudo=(sudo -n)
fi
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 \
  --no-install-recommends "${missing[@]}" >/dev/null
