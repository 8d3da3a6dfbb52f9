#!/bin/sh
# Boosts up to ROUNDS rounds in all on the first CALLS lines of calls.csv, every fourth of which is held
# out, going on from the checkpoint folder:
#
#   train.sh CALLS ROUNDS NAME=VALUE...
#
# The `xgboost` command prints a line a round on standard error, counted from 0 in each process, and
# writes its model after the line. So a model may be missing, or torn, for the last round that was
# reported: it is made again, silently, before the next ones are reported.
set -eu
calls=$1
rounds=$2
shift 2
folder=${TROUPE_CHECKPOINT_DIR:-./checkpoint}
reported=${TROUPE_RESUME_FROM:-0}   # The rounds that Troupe knows of.

# The rows, beside the models: the checkpoint folder is the only one that is this attempt's own.
mkdir -p "$folder/rows"
head -n "$calls" calls.csv | awk -v train="$folder/rows/train.csv" -v valid="$folder/rows/valid.csv" \
  '{ print > (NR % 4 ? train : valid) }'

boost() {
  exec xgboost /dev/null task=train nthread=1 \
    "data=$folder/rows/train.csv?format=csv&label_column=0" \
    "eval[valid]=$folder/rows/valid.csv?format=csv&label_column=0" \
    objective=binary:logistic eval_metric=auc save_period=1 "$@"
}

# Models lie in FOLDER/START/NNNN.model: NNNN rounds after START. The latest that can be read, and
# that holds no more rounds than were reported, is where to go on.
have=0
model=NULL
for file in "$folder"/*/*.model; do
  [ -e "$file" ] || continue
  start=$(basename "$(dirname "$file")")
  more=$(basename "$file" .model | sed 's/^0*//')
  [ $((start + more)) -le "$reported" ] && [ $((start + more)) -gt "$have" ] || continue
  xgboost /dev/null task=dump model_in="$file" name_dump=/dev/null >/dev/null 2>&1 || continue
  have=$((start + more))
  model=$file
done

if [ "$have" -lt "$reported" ]; then
  mkdir -p "$folder/$have"
  (boost "$@" num_round=$((reported - have)) model_in="$model" model_dir="$folder/$have") 2>/dev/null
  model=$(printf '%s/%s/%04d.model' "$folder" "$have" $((reported - have)))
fi
find "$folder" -name '*.model' ! -path "$model" -delete 2>/dev/null || true
[ "$reported" -lt "$rounds" ] || exit 0
mkdir -p "$folder/$reported"
boost "$@" num_round=$((rounds - reported)) model_in="$model" model_dir="$folder/$reported"
