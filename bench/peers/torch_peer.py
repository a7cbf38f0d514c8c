"""PyTorch in a comparison. python torch_peer.py TASK BATCH LAYOUT DEVICE PRECISION

LAYOUT: nchw | channels_last   DEVICE: cpu | cuda   PRECISION: fp32 | tf32, which lets products round their factors |
bf16 and fp16, by autocast, since LocalResponseNorm is not implemented in bf16; fp16 with a GradScaler, as its guide has it.
The network comes as this project's layer list in ALEXNET_BENCH_SPEC. Lines on stdin are answered with milliseconds.
"""
import json
import os
import sys

import torch
from torch import nn

from answer_turns import answer_turns

task, batch, layout, where, precision = sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]
spec = json.loads(os.environ["ALEXNET_BENCH_SPEC"])
memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
device = torch.device(where)
if device.type == "cuda":
    if not torch.cuda.is_available():
        sys.exit("this PyTorch sees no CUDA device")
    # Convolutions use TF32 unless told otherwise, matrix products only when told.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.benchmark = True


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
net = net.to(device, memory_format=memory)
x = x.to(memory_format=memory)
y = torch.arange(batch) % spec["classes"]
if device.type == "cuda":
    x, y = x.pin_memory(), y.pin_memory()
sgd = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9, weight_decay=5e-4)
net.train(task == "step")
half = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)
scaler = torch.amp.GradScaler(device.type, enabled=precision == "fp16")


def autocast():
    return torch.autocast(device.type, half or torch.bfloat16, enabled=half is not None)


def upload(tensor):
    return tensor.to(device, non_blocking=True)


def step():
    sgd.zero_grad(set_to_none=True)
    with autocast():
        loss = nn.functional.cross_entropy(net(upload(x)), upload(y))
    scaler.scale(loss).backward()
    scaler.step(sgd)
    scaler.update()
    loss.item()  # on a GPU it waits for all that was queued, the update too


def predict():
    with torch.inference_mode(), autocast():
        torch.softmax(net(upload(x)).float(), 1).cpu().numpy()


work = step if task == "step" else predict
if device.type == "cuda":
    runtime = f"{torch.cuda.get_device_name()}, {precision}"
else:
    runtime = f"{torch.get_num_threads()} threads, {precision}"
answer_turns(f"PyTorch {torch.__version__} {layout}, {runtime}", work)
