#!/bin/sh
# Trains up to ROUNDS boosting rounds in total, and resumes from the checkpoint folder:
#
#   train.sh ROUNDS NAME=VALUE...
#
# The `xgboost` command prints one line per round on standard error, counts from 0 in each process, and
# writes its model after the line. So the model of the last reported round may be missing or truncated.
# The script then repeats that round without output before it continues.
set -eu
rounds=$1
shift
folder=${TROUPE_CHECKPOINT_DIR:-./checkpoint}
reported=${TROUPE_RESUME_FROM:-0}   # Number of rounds that are in the journal.

boost() {
  exec xgboost /dev/null task=train nthread=1 \
    'data=train.csv?format=csv&label_column=0' 'eval[valid]=valid.csv?format=csv&label_column=0' \
    objective=binary:logistic eval_metric=auc save_period=1 "$@"
}

# FOLDER/START/NNNN.model is the model NNNN rounds after START. The script resumes from the latest readable
# model that holds no more rounds than were reported.
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
