#!/bin/sh
# Interleaved rates of the loader and of a PyTorch DataLoader on the same pictures, as CSV on stdout:
#   PYTHON=venv/bin/python bench/compare.sh PACK FOLDER > bench/results/loader-227-cpu.csv
# PACK was made by packDataset (size 256, square), FOLDER holds full-size pictures in class folders.
# Compare pictures per CPU second, and only within one file: machines drift.
set -eu
here=$(dirname "$0")
echo 'tool,round,source,workers,decoder,pictures,per_second,per_cpu_second,mb_first,mb_last'
for round in 1 2 3; do
  for run in "$1 4000" "$2 600"; do
    set -- "$1" "$2" $run
    echo "alexnet,$round,$(node "$here/loader-bench.mjs" "$3" 1 "$4")"
    echo "torchvision,$round,$("${PYTHON:-python3}" "$here/peers/dataloader.py" "$3" 1 "$4")"
  done
done
