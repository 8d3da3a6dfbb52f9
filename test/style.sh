#!/usr/bin/env bash
# Checks the form of the sources; ends with 1 if anything is to be changed.
#
#   test/style.sh format          clang-format on every source and header
#   test/style.sh tidy [COMMIT]   clang-tidy on what differs from COMMIT, uncommitted changes included
#
# COMMIT is by default the last one that this branch shares with origin/main; on main itself, the one
# before HEAD. A changed header is checked through the source of its name, or else through one source
# that includes it. TIDY_SECONDS (default: 120) bounds the time; what was not checked in it is listed.
set -euo pipefail
cd "$(dirname "$0")/.."
version=19

need() {
  command -v "$1" >/dev/null && return
  echo "needs $1: .ci/packages.sh test installs it" >&2
  exit 1
}

check_format() {
  need clang-format-$version
  git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' '*.c' |
    while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
    xargs -0 -n 32 -P "$(nproc)" clang-format-$version --dry-run --Werror
}

# Prints the commit to compare with.
base_commit() {
  local head base
  head=$(git rev-parse HEAD)
  base=$(git merge-base HEAD origin/main 2>/dev/null) || base=$head
  if [ "$base" = "$head" ]; then base=$(git rev-parse --verify --quiet 'HEAD~1') || base=$head; fi
  echo "$base"
}

# Prints the source through which a changed file is checked; nothing if there is none.
source_of() {
  case $1 in
    *.cpp) echo "$1" ;;
    *.hpp)
      if [ -e "${1%.hpp}.cpp" ]; then
        echo "${1%.hpp}.cpp"
      else
        git grep -lF "#include \"$1\"" -- '*.cpp' | head -n 1
      fi
      ;;
  esac
}

# Checks one source; run by xargs. Its findings go to $TIDY_LOG/found, a source without time to
# $TIDY_LOG/unchecked.
check_source() {
  local source=$1 left log code=0
  left=$((TIDY_END - $(date +%s)))
  log=$(mktemp "$TIDY_LOG/run.XXXXXX")
  if [ "$left" -gt 0 ]; then
    timeout "$left" clang-tidy-$version -p build/separate --quiet --extra-arg=-Wno-error "$source" \
      >"$log" 2>"$log.err" || code=$?
  else
    code=124
  fi
  case $code in
    0) ;;
    124) echo "$source" >>"$TIDY_LOG/unchecked" ;;
    *) { echo "== $source"; cat "$log"; grep -F 'error:' "$log.err" || true; } >>"$TIDY_LOG/found" ;;
  esac
}

check_tidy() {
  need clang-tidy-$version
  local base=${1:-} sources count
  [ -n "$base" ] || base=$(base_commit)
  if [ "$base" = "$(git rev-parse HEAD)" ]; then
    echo "clang-tidy: no earlier commit in this clone; checks what differs from HEAD itself"
  else
    echo "clang-tidy: checks what differs from $(git log -1 --format='%h, "%s"' "$base")"
  fi
  sources=$({ git diff --name-only "$base"; git ls-files --others --exclude-standard; } |
    { grep -E '\.[ch]pp$' || true; } | { grep -vE '^examples/(embed|sequence)/' || true; } | sort -u |
    while IFS= read -r file; do [ ! -e "$file" ] || source_of "$file"; done | sort -u)
  count=$(grep -c . <<<"$sources" || true)
  [ "$count" -gt 0 ] || { echo "clang-tidy: no source differs"; return 0; }

  cmake --preset separate >/dev/null
  TIDY_LOG=$(mktemp -d)
  TIDY_END=$(($(date +%s) + ${TIDY_SECONDS:-120}))
  export TIDY_LOG TIDY_END version
  export -f check_source
  xargs -P "$(nproc)" -I '{}' bash -c 'check_source {}' <<<"$sources"
  local unchecked=0 found=0
  if [ -e "$TIDY_LOG/unchecked" ]; then
    unchecked=$(wc -l <"$TIDY_LOG/unchecked")
    echo "NOT CHECKED by clang-tidy: ${TIDY_SECONDS:-120} s were over. TIDY_SECONDS=3600 $0 tidy checks them:"
    sort "$TIDY_LOG/unchecked"
  fi
  if [ -e "$TIDY_LOG/found" ]; then
    found=$(grep -c '^== ' "$TIDY_LOG/found")
    cat "$TIDY_LOG/found"
  fi
  rm -r "$TIDY_LOG"
  echo "clang-tidy: $((count - unchecked)) of $count sources checked, $found with findings"
  [ "$found" -eq 0 ]
}

case ${1:-} in
  format) check_format ;;
  tidy) check_tidy "${2:-}" ;;
  *) echo "usage: $0 format | tidy [COMMIT]" >&2; exit 2 ;;
esac
