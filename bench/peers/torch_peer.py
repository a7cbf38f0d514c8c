"""PyTorch in a comparison. python torch_peer.py TASK BATCH LAYOUT   LAYOUT: nchw | channels_last

The network comes as this project's layer list in ALEXNET_BENCH_SPEC. Lines on stdin are answered with milliseconds.
"""
import json
import os
import sys
import time

import torch
from torch import nn

task, batch, layout = sys.argv[1], int(sys.argv[2]), sys.argv[3]
spec = json.loads(os.environ["ALEXNET_BENCH_SPEC"])
memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format


def pad(layer):
    p = layer["padding"]
    symmetric = p["top"] == p["bottom"] and p["left"] == p["right"]
    return ((p["top"], p["left"]), None) if symmetric else (0, nn.ZeroPad2d((p["left"], p["right"], p["top"], p["bottom"])))


def modules(layer):
    op = layer["op"]
    if op == "conv":
        padding, before = pad(layer)
        conv = nn.LazyConv2d(layer["filters"], layer["kernel"], layer["stride"], padding, groups=layer["groups"])
        return [before, conv] if before else [conv]
    if op == "dense":
        return [nn.LazyLinear(layer["units"])]
    if op == "activation":
        return [{"relu": nn.ReLU(inplace=True), "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid()}[layer["function"]]]
    if op == "pool":
        return [(nn.MaxPool2d if layer["kind"] == "max" else nn.AvgPool2d)(layer["size"], layer["stride"])]
    if op == "lrn":
        # PyTorch divides alpha by the window; `sumCoeff` multiplies the plain sum.
        return [nn.LocalResponseNorm(layer["size"], layer["sumCoeff"] * layer["size"], layer["beta"], layer["k"])]
    if op == "dropout":
        return [nn.Dropout(layer["rate"])]
    if op == "flatten":
        return [nn.Flatten()]
    sys.exit(f"this peer has no layer {op}")


side = spec["input"]
net = nn.Sequential(*[module for layer in spec["layers"] for module in modules(layer)])
x = torch.randn(batch, side["channels"], side["height"], side["width"])
net.eval()(x[:1])
net = net.to(memory_format=memory)
x = x.to(memory_format=memory)
y = torch.arange(batch) % spec["classes"]
sgd = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9, weight_decay=5e-4)
net.train(task == "step")


def step():
    sgd.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    sgd.step()
    loss.item()


def predict():
    with torch.inference_mode():
        torch.softmax(net(x), 1).numpy()


work = step if task == "step" else predict
work()
print(json.dumps({"ready": f"PyTorch {torch.__version__} {layout}, {torch.get_num_threads()} threads"}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    work()
    print((time.perf_counter() - start) * 1000, flush=True)
