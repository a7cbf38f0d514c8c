"""PyTorch under the harness. python torch_peer.py TASK BATCH LAYOUT   LAYOUT: nchw | channels_last"""
import json
import sys
import time

import torch
from torch import nn

task, batch, layout = sys.argv[1], int(sys.argv[2]), sys.argv[3]
memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format


def lrn():
    # PyTorch divides alpha by the window; the preset's 1e-4 multiplies the plain sum.
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)


net = nn.Sequential(
    nn.Conv2d(3, 96, 11, 4), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2), lrn(),
    nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2), lrn(),
    nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(inplace=True),
    nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(inplace=True),
    nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
    nn.Flatten(), nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(inplace=True),
    nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, 1000),
).to(memory_format=memory)
assert sum(p.numel() for p in net.parameters()) == 62_378_344
x = torch.randn(batch, 3, 227, 227).to(memory_format=memory)
y = torch.arange(batch) % 1000
sgd = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9, weight_decay=5e-4)
net.train(task == "train")


def train():
    sgd.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    sgd.step()
    loss.item()


def predict():
    with torch.inference_mode():
        torch.softmax(net(x), 1).numpy()


work = train if task == "train" else predict
work()
print(json.dumps({"ready": f"PyTorch {torch.__version__} {layout}, {torch.get_num_threads()} threads"}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    work()
    print((time.perf_counter() - start) * 1000, flush=True)
