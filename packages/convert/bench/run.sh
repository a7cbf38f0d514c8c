#!/bin/sh
# Interleaved: bench/run.sh PYTHON SCRATCH > bench/results/convert-f32-cpu.csv, after a build.
# PYTHON has torch, safetensors and onnx; SCRATCH needs 1 GB.
set -eu
here=$(dirname "$0")
"$1" "$here/make_pth.py" "$2/alexnet.pth"
echo "conversion,tool,run,seconds,peak_mb"
for run in 1 2 3 4 5; do
  for kind in safetensors onnx; do
    echo "pth-$kind,python,$run,$("$1" "$here/convert.py" $kind "$2/alexnet.pth" "$2/python.$kind" 2>/dev/null | tail -1 | tr ' ' ',')"
    echo "pth-$kind,alexnet,$run,$(node "$here/convert.mjs" $kind "$2/alexnet.pth" "$2/alexnet.$kind" | tail -1 | tr ' ' ',')"
  done
done
