#!/usr/bin/env bash
# Every figure of WebGPU on the GPU of this machine, in less than eight minutes, as CSV and text in a folder:
# what is there (doctor), whether it computes rightly (parity), steps and predictions beside PyTorch, and
# where their time goes kernel by kernel. Needs a built repository; PyTorch is left out where PYTHON has none.
#
#   bench/gpu.sh OUT
#
# PYTHON=python3        one that has torch with CUDA
# BATCHES='1 32 128'    images at once
# PRECISIONS='fp32 fp16'
# PRESET=alexnet        torchvision, lenet5, …: a small one shows on a software adapter that the script ends
# PEERS=… PEERS_FP16=…  of bench step and predict --compare
# ROUNDS=5              samples of each
# PARITY='kernels tiles tape half' what is compared first; ONLY=… of the kernels, those with such titles
# TILES='default search' of the products, one after the other: kernels of both, and steps and predictions of the
#                       largest batch; all others have the last. Software adapters search too. tiles.txt has what was found
# LIMIT=460             seconds for everything; what does not fit any more is said, and left out
set -u
out=${1:?usage: bench/gpu.sh OUT}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/.."
: "${PYTHON:=python3}" "${BATCHES:=1 32 128}" "${PRECISIONS=fp32 fp16}" "${PRESET:=alexnet}" "${ROUNDS:=5}" "${LIMIT:=460}" "${PARITY:=kernels tiles tape half}" "${TILES:=default search}"
: "${PEERS:=torch-cuda-nchw,torch-cuda-channels-last,torch-cuda-tf32-channels-last}"
: "${PEERS_FP16:=torch-cuda-fp16-nchw,torch-cuda-fp16-channels-last}"
alexnet() { node apps/trainer/dist/cli.js "$@"; }
export -f alexnet

# try NAME SECONDS COMMAND…: its output in NAME.txt; one that fails or takes longer is said, and the rest goes on.
try() {
  local name=$1 most=$2 left=$((LIMIT - SECONDS)) began=$SECONDS
  shift 2
  if ((left < 5)); then
    echo "$name: left out, the $LIMIT s are over" | tee -a "$out/summary.txt"
    return
  fi
  timeout -k 5 $((most < left ? most : left)) bash -c '"$@"' _ "$@" >"$out/$name.txt" 2>&1
  local code=$?
  local why=done
  ((code == 124 || code == 137)) && why="stopped after $((SECONDS - began)) s"
  ((code != 0 && code != 124 && code != 137)) && why="failed: $(tail -n 1 "$out/$name.txt")"
  echo "$name: $why ($((SECONDS - began)) s)" | tee -a "$out/summary.txt"
}

rm -f "$out"/*.csv "$out"/*.txt
command -v nvidia-smi >/dev/null && nvidia-smi >"$out/nvidia-smi.txt" 2>&1
try doctor 60 alexnet backend doctor
for what in $PARITY; do
  child=packages/trainer/test/$what-step-child.mjs
  case $what in
    kernels) child=packages/backend/test/webgpu-kernels-child.mjs ;;
    tiles) child="packages/backend/test/webgpu-tiles-child.mjs compareAll" ;;
    tape) child=packages/trainer/test/taped-step-child.mjs ;;
  esac
  tiles=default
  [[ $what == tiles ]] && tiles=search
  # shellcheck disable=SC2086 # a script and its argument
  ALEXNET_WEBGPU_TILES=$tiles try "parity-$what" 90 node $child
done
largest=${BATCHES##* }
usual=${TILES##* }
for tiles in $TILES; do
  export ALEXNET_WEBGPU_TILES=$tiles
  for precision in $PRECISIONS; do
    for task in step predict; do
      # The products of a prediction are among those of a step.
      [[ $task == step || $tiles == "$usual" ]] &&
        try "kernels-$task-$precision-$tiles" 45 alexnet bench kernels --task $task --preset "$PRESET" --batch "$largest" \
          --precision "$precision" --rounds "$ROUNDS" --csv "$out/kernels-$tiles.csv"
      [[ $tiles == "$usual" ]] && continue
      try "$task-$largest-$precision-$tiles" 20 alexnet bench $task --preset "$PRESET" --batch "$largest" \
        --precision "$precision" --backend webgpu --rounds "$ROUNDS" --csv "$out/$task-$tiles.csv"
    done
  done
done
try tiles 20 alexnet backend doctor
for precision in $PRECISIONS; do
  peers=$PEERS
  [[ $precision == fp16 ]] && peers=$PEERS_FP16
  for batch in $(tac -s ' ' <<<"$BATCHES " | tr -d '\n'); do
    for task in step predict; do
      try "$task-$batch-$precision" 60 alexnet bench $task --preset "$PRESET" --batch "$batch" --precision "$precision" --backend webgpu \
        --compare --only "$peers" --rounds "$ROUNDS" --python "$PYTHON" --csv "$out/$task.csv"
    done
  done
done
echo "all: $SECONDS s, in $out" | tee -a "$out/summary.txt"
