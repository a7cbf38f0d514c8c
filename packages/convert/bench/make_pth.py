"""Writes a full-size torchvision AlexNet with random weights, 244 MB: make_pth.py FILE."""

import collections
import sys

import torch

shapes = [
    ("features.0", (64, 3, 11, 11)), ("features.3", (192, 64, 5, 5)), ("features.6", (384, 192, 3, 3)),
    ("features.8", (256, 384, 3, 3)), ("features.10", (256, 256, 3, 3)),
    ("classifier.1", (4096, 9216)), ("classifier.4", (4096, 4096)), ("classifier.6", (1000, 4096)),
]
state = collections.OrderedDict()
for name, shape in shapes:
    state[f"{name}.weight"] = torch.randn(shape) * 0.01
    state[f"{name}.bias"] = torch.zeros(shape[0])
torch.save(state, sys.argv[1])
