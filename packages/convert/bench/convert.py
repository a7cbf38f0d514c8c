"""Python's own way, one conversion a process: convert.py safetensors|onnx IN OUT.

Prints seconds, without the imports, and peak memory in MB.
"""

import resource
import sys
import time

import torch

kind, source, target = sys.argv[1:]
if kind == "safetensors":
    from safetensors.numpy import save_file
else:
    import onnx  # noqa: F401
    from torch import nn

start = time.perf_counter()
state = torch.load(source, weights_only=True)
if kind == "safetensors":
    save_file({name: tensor.numpy() for name, tensor in state.items()}, target)
else:
    pool = lambda: nn.MaxPool2d(3, 2)
    conv = nn.Conv2d
    features = nn.Sequential(
        conv(3, 64, 11, 4, 2), nn.ReLU(), pool(), conv(64, 192, 5, padding=2), nn.ReLU(), pool(),
        conv(192, 384, 3, padding=1), nn.ReLU(), conv(384, 256, 3, padding=1), nn.ReLU(),
        conv(256, 256, 3, padding=1), nn.ReLU(), pool(),
    )
    head = nn.Sequential(
        nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)
    )
    model = nn.Sequential()
    model.features, model.flatten, model.classifier = features, nn.Flatten(), head
    model.load_state_dict(state)
    torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), target, dynamo=False)
seconds = time.perf_counter() - start
print(f"{seconds:.2f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
